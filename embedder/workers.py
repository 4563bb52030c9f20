"""The threads that run the model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from embedder.engines.engine import Engine
from embedder.errors import EngineFailed
from embedder.log import Log, where
from embedder.metrics import Metrics
from embedder.process import lower_priority
from embedder.queues import KINDS, Item, TokenQueues
from embedder.watchdog import Watchdog

FAILURES_IN_A_ROW = 3
"""After so many the model has to show that it can still run what it ran at the start."""


PATIENCE = {"query": 1.0, "passage": 5.0}
"""How many times longer than allowed a run may take: one of passages may be kept waiting for the processor."""


class NotFinite(Exception):
    """A run gave a vector that is none."""


class Workers:
    """Runs what waits: ``count`` threads for queries and as many for passages.

    Those for passages stand back (`lower_priority`), so that a query never waits for the end of a run of passages: it
    runs at once, and the scheduler gives it the processor.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        probe: NDArray[np.int64],
        queues: TokenQueues,
        count: int,
        watchdog: Watchdog,
        metrics: Metrics,
        log: Log,
        on_broken: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._probe = probe
        self._queues = queues
        self._watchdog = watchdog
        self._metrics = metrics
        self._log = log
        self._on_broken = on_broken
        self._failures = 0
        # No daemons: Python would end them inside ONNX Runtime, which aborts the process.
        self._threads = [
            threading.Thread(target=self._work, args=(kind,), name=f"{kind}-{number}")
            for kind in KINDS
            for number in range(count)
        ]

    def start(self) -> None:
        """Start the threads; they end after `TokenQueues.stop`."""
        for thread in self._threads:
            thread.start()

    def join(self, end: float) -> bool:
        """Wait for the threads to end, until ``end`` of `time.monotonic` at most; whether all have."""
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self, kind: str) -> None:
        if kind == "passage":
            lower_priority()
        try:
            while (items := self._queues.take(kind, self._engine.batch_tokens)) is not None:
                self._serve(kind, items)
        except BaseException as error:
            self._log.event("worker_ended", error=where(error))
            self._on_broken("A worker has ended.")
            raise

    def _serve(self, kind: str, items: list[Item]) -> None:
        began = time.monotonic()
        for item in items:
            self._metrics.observe("queue_seconds", began - item.since, kind=kind)
        try:
            self._run(kind, items)
            return
        except MemoryError as error:
            self._out_of_memory(error, items)
            return
        except Exception as error:
            self._note(error)
            if len(items) == 1:
                self._blame(items[0])
                return
        for item in items:  # one of them spoilt the run: the others shall not suffer from it
            if item.job.closed:
                continue
            try:
                self._run(kind, [item])
            except MemoryError as error:
                self._out_of_memory(error, items)
                return
            except Exception as error:
                self._note(error)
                self._blame(item)

    def _run(self, kind: str, items: list[Item]) -> None:
        started = time.perf_counter()
        with self._watchdog.watching([item.job for item in items], PATIENCE[kind]):
            vectors = self._engine.run([item.ids for item in items])
        seconds = time.perf_counter() - started
        if not np.isfinite(vectors).all():
            raise NotFinite
        self._failures = 0
        lengths = [len(item.ids) for item in items]
        tokens = sum(lengths)
        self._queues.served(kind, tokens, seconds)
        self._metrics.observe("run_seconds", seconds, kind=kind)
        self._metrics.observe("run_texts", len(items), kind=kind)
        self._metrics.add("texts", len(items), kind=kind)
        self._metrics.add("tokens", tokens, kind=kind)
        self._metrics.add("padding_tokens", max(lengths) * len(items) - tokens, kind=kind)
        for item, vector in zip(items, vectors, strict=True):
            item.job.vectors[item.row] = vector
        for job in self._queues.finish(items):
            job.done(None)

    def _note(self, error: Exception) -> None:
        self._metrics.add("engine_failures")
        self._log.event("engine_failed", error=where(error))

    def _blame(self, item: Item) -> None:
        if self._queues.release(item.job):
            item.job.done(EngineFailed("The model failed on this request."))
        self._failures += 1
        if self._failures >= FAILURES_IN_A_ROW:
            self._prove()

    def _prove(self) -> None:
        """Tell a model that is broken from texts that it cannot bear."""
        try:
            with self._watchdog.watching([], max(PATIENCE.values())):
                sound = bool(np.isfinite(self._engine.run([self._probe])).all())
        except Exception as error:
            self._note(error)
            sound = False
        if sound:
            self._failures = 0
        else:
            self._on_broken("The model fails on what it could run before.")

    def _out_of_memory(self, error: MemoryError, items: list[Item]) -> None:
        self._note(error)
        for item in items:
            if self._queues.release(item.job):
                item.job.done(EngineFailed("The embedder has run out of memory."))
        self._on_broken("A run found no memory.")
