"""Notices work that does not come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from embedder.queues import Job


@dataclass(eq=False)
class _Watched:
    jobs: list[Job]
    patience: float
    age: float = 0.0


class Watchdog:
    """Calls ``on_hung`` once, with the jobs of the work that takes too long, by ``limit_seconds`` and its patience."""

    def __init__(self, limit_seconds: float, on_hung: Callable[[list[Job]], None]) -> None:
        self._limit = limit_seconds
        self._on_hung = on_hung
        self._lock = threading.Lock()
        self._watched: set[_Watched] = set()
        self._stop = threading.Event()

    def start(self) -> None:
        """Start looking, once a second or oftener where the limit is short."""
        threading.Thread(target=self._look, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()

    @contextmanager
    def watching(self, jobs: list[Job], patience: float = 1.0) -> Iterator[None]:
        """What happens inside must end within so many times the limit; ``jobs`` wait for it."""
        watched = _Watched(jobs, patience)
        with self._lock:
            self._watched.add(watched)
        try:
            yield
        finally:
            with self._lock:
                self._watched.discard(watched)

    def _look(self) -> None:
        interval = min(1.0, self._limit / 4)
        last = time.monotonic()
        while not self._stop.wait(interval):
            now = time.monotonic()
            # A process that was halted for a while (a debugger, a sleeping machine) has not been working meanwhile.
            step, last = min(now - last, 2 * interval), now
            with self._lock:
                for watched in self._watched:
                    watched.age += step
                hung = [watched for watched in self._watched if watched.age > self._limit * watched.patience]
            if hung:
                self._on_hung([job for watched in hung for job in watched.jobs])
                return
