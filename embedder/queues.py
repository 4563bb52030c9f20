"""Two bounded queues counted in tokens, one of queries and one of passages."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from embedder.batches import RUN_TOKENS, like_lengths
from embedder.errors import Overloaded, ShuttingDown, TooLarge
from embedder.rate import Rate

KINDS = ("query", "passage")

MAX_RETRY_AFTER = 60
WINDOW = 64
"""How many of the oldest texts are looked at for like lengths: enough for a few per cent of padding. Among many more, a
request with a text of a rare length was overtaken by later ones until its deadline had passed."""
SAFETY = 1.75
"""How much longer than reckoned an answer may take before its deadline counts as out of reach."""
_SWEEP = 1024


@dataclass(eq=False)
class Job:
    """The texts of one request. Rows of ``vectors`` fill as runs end; then ``done`` is called, once, from a worker.

    ``deadline`` is `time.monotonic`'s. ``closed`` is set when nobody waits any more (answered, failed, left).
    ``reserved`` are the tokens that the queue counts for it, ``waiting`` those and ``waiting_texts`` the texts that are
    put and not yet taken.
    """

    kind: str
    vectors: NDArray[np.float32]
    deadline: float
    done: Callable[[BaseException | None], None]
    remaining: int = 0
    reserved: int = 0
    waiting: int = 0
    waiting_texts: int = 0
    closed: bool = False


@dataclass(slots=True, eq=False)
class Item:
    """One text in a queue: its ids and its row in the job's vectors."""

    job: Job
    row: int
    ids: NDArray[np.int64]
    since: float = 0.0
    """When it was put, on `time.monotonic`'s clock."""


@dataclass
class _Queue:
    limit: int
    changed: threading.Condition
    tokens: int = 0
    """Reserved: estimated, waiting or running."""
    waiting: int = 0
    """Tokens of texts that a worker could take."""
    closed_texts: int = 0
    """Texts still in ``items`` whose job is closed."""
    window: list[Item] = field(default_factory=list)
    """The oldest, in the order in which they came; ``items`` come behind them."""
    items: deque[Item] = field(default_factory=deque)
    rate: Rate = field(default_factory=Rate)


class TokenQueues:
    """Waiting texts. `admit`, `put` and `release` are for those who bring work, `take` and `finish` for the workers.

    Each kind has ``workers`` threads that take from its queue.
    """

    def __init__(self, limits: Mapping[str, int], workers: int = 1) -> None:
        self._lock = threading.Lock()
        self._queues = {kind: _Queue(limits[kind], threading.Condition(self._lock)) for kind in KINDS}
        self._workers = workers
        self._stopped = False

    def admit(self, job: Job, estimate: int) -> None:
        """Reserve room for a request before its texts are tokenized; ``estimate`` is a guess at their tokens.

        When nothing else waits, a request larger than the whole queue is taken if its deadline leaves half of the time
        that it seems to need: only runs tell how fast the machine is. One of queries is not: no other query could wait.

        Raises:
            Overloaded: at once, when there is no room, or when what waits leaves no time before the job's deadline:
                work for a caller who will be gone would be taken from those who wait. With the seconds that what waits
                will take.
            TooLarge: more queries in a request than the queue holds.
            ShuttingDown: after `stop`.
        """
        with self._lock:
            queue = self._queues[job.kind]
            if self._stopped:
                raise ShuttingDown("The embedder is shutting down.")
            if job.kind == "query" and job.remaining > 1 and estimate > queue.limit:
                raise TooLarge(f"The queries of a request may have about {queue.limit:,} tokens; send fewer at a time.")
            own = estimate / queue.rate.per_second / max(1, min(self._workers, job.remaining))
            if not queue.tokens:
                if job.remaining > 1 and time.monotonic() + own / 2 > job.deadline:
                    fault = "The request is larger than what can be embedded before its deadline; send fewer texts."
                    raise Overloaded(fault, min(math.ceil(own), MAX_RETRY_AFTER))
            else:
                if queue.tokens + estimate > queue.limit:
                    raise Overloaded("The embedder's queue is full.", self._retry_after(queue))
                if time.monotonic() + SAFETY * (self._seconds(queue) + own) > job.deadline:
                    fault = "The embedder is busy: the deadline would pass before the vectors are there."
                    raise Overloaded(fault, self._retry_after(queue))
            queue.tokens += estimate
            job.reserved += estimate

    def put(self, items: Sequence[Item], estimate: int) -> None:
        """Queue texts of an admitted job; their real count replaces ``estimate`` of its reservation.

        Raises:
            ShuttingDown: after `stop`.
        """
        with self._lock:
            if self._stopped:
                raise ShuttingDown("The embedder is shutting down.")
            job = items[0].job
            if job.closed:
                return
            queue, now = self._queues[job.kind], time.monotonic()
            tokens = sum(len(item.ids) for item in items)
            for item in items:
                item.since = now
            queue.tokens += tokens - estimate
            job.reserved += tokens - estimate
            queue.waiting += tokens
            job.waiting += tokens
            job.waiting_texts += len(items)
            queue.items.extend(items)
            queue.changed.notify(len(items))

    def release(self, job: Job) -> bool:
        """Close a job: what it still holds in its queue no longer counts, and its texts will be skipped.

        Returns whether it was open until now.
        """
        with self._lock:
            was_open, job.closed = not job.closed, True
            queue = self._queues[job.kind]
            queue.tokens -= job.reserved
            queue.waiting -= job.waiting
            queue.closed_texts += job.waiting_texts
            job.reserved = job.waiting = job.waiting_texts = 0
            if queue.closed_texts > max(_SWEEP, len(queue.items) // 2):
                # Callers who come and go while the workers are busy must not fill the memory.
                queue.items = deque(item for item in queue.items if not item.job.closed)
                queue.window = [item for item in queue.window if not item.job.closed]
                queue.closed_texts = 0
            return was_open

    def finish(self, items: Sequence[Item]) -> list[Job]:
        """Texts have their vectors: their tokens make room. Returns the open jobs that are complete by them."""
        complete = []
        with self._lock:
            for item in items:
                job = item.job
                if job.closed:
                    continue
                self._queues[job.kind].tokens -= len(item.ids)
                job.reserved -= len(item.ids)
                job.remaining -= 1
                if not job.remaining:
                    complete.append(job)
        return complete

    def take(self, kind: str, budget: int) -> list[Item] | None:
        """Wait for work and take texts of like lengths, the oldest among them; None after `stop`.

        They hold at most ``budget`` tokens when padded to the longest, or the oldest alone. When less waits than all
        workers could take, each takes its part, so that no worker idles. Texts whose job is closed or late are dropped;
        who waits for them watches the time himself.
        """
        with self._lock:
            queue = self._queues[kind]
            while True:
                self._fill(queue)
                if queue.window:
                    share = max(RUN_TOKENS, math.ceil(queue.waiting / self._workers))
                    return self._pick(queue, min(budget, share))
                if self._stopped:
                    return None
                queue.changed.wait()

    def served(self, kind: str, tokens: int, seconds: float) -> None:
        """Learn the rate from a worker's run."""
        with self._lock:
            self._queues[kind].rate.learn(tokens, seconds)

    def stop(self) -> list[Job]:
        """Refuse new work, end the workers, and return the open jobs with texts that will never run."""
        with self._lock:
            self._stopped = True
            left: dict[int, Job] = {}
            for queue in self._queues.values():
                left |= {id(item.job): item.job for item in (*queue.window, *queue.items)}
                queue.window.clear()
                queue.items.clear()
                queue.changed.notify_all()
            return [job for job in left.values() if not job.closed]

    def waiting_tokens(self, kind: str) -> int:
        """Tokens that wait or run, estimates for texts not yet tokenized."""
        return self._queues[kind].tokens

    def waiting_texts(self, kind: str) -> int:
        """Texts held in memory until a worker takes or drops them."""
        queue = self._queues[kind]
        return len(queue.window) + len(queue.items)

    def _fill(self, queue: _Queue) -> None:
        """Move the oldest into the window, dropping those that nobody waits for."""
        now = time.monotonic()
        queue.window = [item for item in queue.window if not self._dropped(queue, item, now)]
        while queue.items and len(queue.window) < WINDOW:
            item = queue.items.popleft()
            if not self._dropped(queue, item, now):
                queue.window.append(item)

    def _dropped(self, queue: _Queue, item: Item, now: float) -> bool:
        if item.job.closed:
            queue.closed_texts = max(0, queue.closed_texts - 1)
            return True
        if item.job.deadline > now:
            return False
        self._no_longer_waits(queue, item)
        return True

    def _pick(self, queue: _Queue, budget: int) -> list[Item]:
        chosen = like_lengths([len(item.ids) for item in queue.window], budget)
        taken = [queue.window[place] for place in chosen]
        gone = set(chosen)
        queue.window = [item for place, item in enumerate(queue.window) if place not in gone]
        for item in taken:
            self._no_longer_waits(queue, item)
        return taken

    def _no_longer_waits(self, queue: _Queue, item: Item) -> None:
        queue.waiting -= len(item.ids)
        item.job.waiting -= len(item.ids)
        item.job.waiting_texts -= 1

    def _seconds(self, queue: _Queue) -> float:
        """How long what is in the queue takes all of its workers."""
        return queue.tokens / queue.rate.per_second / self._workers

    def _retry_after(self, queue: _Queue) -> int:
        return max(1, min(MAX_RETRY_AFTER, math.ceil(self._seconds(queue))))
