"""Two bounded queues counted in tokens: queries before passages."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from embedder.errors import Overloaded, ShuttingDown

KINDS = ("query", "passage")
"""In the order in which they are served."""

MAX_RETRY_AFTER = 60


@dataclass(eq=False)
class Job:
    """The texts of one request. Rows of ``vectors`` fill as runs end; then ``done`` is called, once, from a worker.

    ``deadline`` is `time.monotonic`'s. ``closed`` is set when nobody waits any more (answered, failed, left).
    ``reserved`` are the tokens that the queue counts for it.
    """

    kind: str
    vectors: NDArray[np.float32]
    deadline: float
    done: Callable[[BaseException | None], None]
    remaining: int = 0
    reserved: int = 0
    closed: bool = False


@dataclass(slots=True)
class Item:
    """One text in a queue: its ids and its row in the job's vectors."""

    job: Job
    row: int
    ids: NDArray[np.int64]


@dataclass
class _Queue:
    limit: int
    tokens: int = 0
    items: deque[Item] = field(default_factory=deque)


class TokenQueues:
    """Waiting texts. `admit`, `put` and `release` are for those who bring work, `take` and `finish` for the workers."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._queues = {kind: _Queue(limits[kind]) for kind in KINDS}
        self._changed = threading.Condition()
        self._stopped = False
        self._tokens_per_second = 4000.0
        """A start; `served` keeps it true."""

    def admit(self, job: Job, estimate: int) -> None:
        """Reserve room for a request before its texts are tokenized; ``estimate`` is a guess at their tokens.

        A request larger than the whole queue is taken when nothing else waits.

        Raises:
            Overloaded: at once, with the seconds that what waits will take.
            ShuttingDown: after `stop`.
        """
        with self._changed:
            queue = self._queues[job.kind]
            if self._stopped:
                raise ShuttingDown("The embedder is shutting down.")
            if queue.tokens and queue.tokens + estimate > queue.limit:
                raise Overloaded("The embedder's queue is full.", self._retry_after(job.kind))
            queue.tokens += estimate
            job.reserved += estimate

    def put(self, items: list[Item], estimate: int) -> None:
        """Queue texts of an admitted job; their real count replaces ``estimate`` of its reservation.

        Raises:
            ShuttingDown: after `stop`.
        """
        with self._changed:
            if self._stopped:
                raise ShuttingDown("The embedder is shutting down.")
            job = items[0].job
            if job.closed:
                return
            queue = self._queues[job.kind]
            difference = sum(len(item.ids) for item in items) - estimate
            queue.tokens += difference
            job.reserved += difference
            queue.items.extend(items)
            self._changed.notify(len(items))

    def release(self, job: Job) -> bool:
        """Close a job: what it still holds in its queue no longer counts, and its texts will be skipped.

        Returns whether it was open until now.
        """
        with self._changed:
            was_open, job.closed = not job.closed, True
            self._queues[job.kind].tokens -= job.reserved
            job.reserved = 0
            return was_open

    def finish(self, item: Item) -> bool:
        """A text has its vector: its tokens make room. Returns whether it was the last of an open job."""
        with self._changed:
            job = item.job
            if job.closed:
                return False
            self._queues[job.kind].tokens -= len(item.ids)
            job.reserved -= len(item.ids)
            job.remaining -= 1
            return not job.remaining

    def take(self, budget: int) -> list[Item] | None:
        """Wait for work and take texts of one kind up to ``budget`` tokens, at least one text; None after `stop`.

        Texts whose job is closed are dropped here; one whose deadline has passed is handed over all the same, for the
        worker to tell its job.
        """
        with self._changed:
            while True:
                for kind in KINDS:
                    taken = self._take(self._queues[kind], budget)
                    if taken:
                        return taken
                if self._stopped:
                    return None
                self._changed.wait()

    def served(self, tokens: int, seconds: float) -> None:
        """Learn the rate from a run, for a truthful Retry-After."""
        with self._changed:
            self._tokens_per_second += 0.05 * (tokens / max(seconds, 1e-6) - self._tokens_per_second)

    def stop(self) -> list[Job]:
        """Refuse new work, end the workers, and return the open jobs whose texts will never run."""
        with self._changed:
            self._stopped = True
            left = {id(item.job): item.job for queue in self._queues.values() for item in queue.items}
            for queue in self._queues.values():
                queue.items.clear()
            self._changed.notify_all()
            return [job for job in left.values() if not job.closed]

    def waiting_tokens(self, kind: str) -> int:
        """Tokens that wait or run, estimates for texts not yet tokenized."""
        return self._queues[kind].tokens

    def _take(self, queue: _Queue, budget: int) -> list[Item]:
        taken: list[Item] = []
        while queue.items:
            item = queue.items[0]
            if item.job.closed:
                queue.items.popleft()
                continue
            if taken and len(item.ids) > budget:
                break
            taken.append(queue.items.popleft())
            budget -= len(item.ids)
            if budget <= 0:
                break
        return taken

    def _retry_after(self, kind: str) -> int:
        ahead = self._queues["query"].tokens + (self._queues["passage"].tokens if kind == "passage" else 0)
        return max(1, min(MAX_RETRY_AFTER, math.ceil(ahead / self._tokens_per_second)))
