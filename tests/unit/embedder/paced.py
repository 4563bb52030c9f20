"""An engine of known speed that notes what it runs, and a service on it."""

from __future__ import annotations

import asyncio
import io
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import numpy as np
from numpy.typing import NDArray

from embedder.log import Log
from embedder.service import EmbeddingService
from tests.unit.embedder.tiny import FAKE_MANIFEST, FakeTokenizer


class PacedEngine:
    """Sleeps for each token, padding included; notes each run as the texts' first letters and its thread's name."""

    def __init__(self, tokens_per_second: float = 1e9, batch_tokens: int = 256) -> None:
        self.batch_tokens = batch_tokens
        self.tokens_per_second = tokens_per_second
        self.runs: list[tuple[str, str]] = []
        self.spoilt = ""
        """A run with a text of one of these letters raises."""
        self.broken: Exception | None = None
        self.held: dict[str, threading.Event] = {}
        """A run with a text of such a letter waits for the event."""

    def run(self, batch: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        letters = "".join(chr(ids[0]) for ids in batch)
        self.runs.append((letters, threading.current_thread().name))
        for letter in letters:
            if letter in self.held:
                self.held[letter].wait(10)
        time.sleep(max(map(len, batch)) * len(batch) / self.tokens_per_second)
        if self.broken is not None:
            raise self.broken
        if any(letter in self.spoilt for letter in letters):
            raise RuntimeError("secret text in a message")
        vectors = np.zeros((len(batch), 1024), np.float32)
        vectors[:, 0] = [len(ids) for ids in batch]
        vectors[[letter == "N" for letter in letters], 1] = np.nan
        return vectors

    def ran(self, letter: str) -> int:
        """How many texts of the letter were run."""
        return sum(letters.count(letter) for letters, _ in self.runs)


@asynccontextmanager
async def paced_service(
    engine: PacedEngine,
    workers: int = 1,
    limit: int = 100_000,
    log: io.StringIO | None = None,
    cache_bytes: int = 0,
    run_seconds: float = 60.0,
    end_process: Callable[[int], object] = print,
) -> AsyncIterator[EmbeddingService]:
    """A service that has run its engine."""
    service = EmbeddingService(
        FAKE_MANIFEST,
        {"query": limit, "passage": limit},
        workers,
        lambda: (FakeTokenizer(), engine),
        Log(log or io.StringIO()),
        cache_bytes=cache_bytes,
        run_seconds=run_seconds,
        end_process=end_process,
    )
    service.start()
    await until(lambda: service.ready)
    engine.runs.clear()
    try:
        yield service
    finally:
        for event in engine.held.values():
            event.set()
        service.stop()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what must happen soon."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.002)


def soon(seconds: float = 5.0) -> float:
    """A deadline."""
    return time.monotonic() + seconds
