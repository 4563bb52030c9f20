"""What callers meet while the embedder has more to do than it can."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from statistics import median

from embedder.errors import Unavailable
from embedder.service import EmbeddingService
from tests.bench.embedder.loads import LOADS, MIXED, text_of
from tests.bench.result import percentile

QUERIES = 120
TEXTS = 8
"""Of a request of passages."""

IN_FLIGHT = 8
"""Requests that keep the embedder at its peak."""

FACTOR = 10
SECONDS = 8.0
PATIENCE_SECONDS = 4.0
"""The deadline of a request of the overload."""


@dataclass
class Passages:
    """Requests of passages, their lengths those of the mixed load in turn."""

    service: EmbeddingService
    served_tokens: int = 0
    refused: int = 0
    _lengths: itertools.cycle[int] = field(default_factory=lambda: itertools.cycle(LOADS[MIXED]))

    async def one(self, patience: float) -> None:
        """One request; counts its tokens if it is answered."""
        lengths = [next(self._lengths) for _ in range(TEXTS)]
        try:
            await self.service.embed("passage", [text_of(length) for length in lengths], time.monotonic() + patience)
        except Unavailable:
            self.refused += 1
        else:
            self.served_tokens += sum(lengths)

    async def forever(self) -> None:
        """One request after the other."""
        while True:
            await self.one(600)


async def queries_beside_passages(service: EmbeddingService) -> tuple[float, float]:
    """Median and 99th percentile, in seconds, of queries of 16 tokens while passages keep every core busy."""
    bulk = [asyncio.create_task(Passages(service).forever()) for _ in range(IN_FLIGHT)]
    await asyncio.sleep(1)
    seconds = []
    for _ in range(QUERIES):
        started = time.perf_counter()
        await service.embed("query", [text_of(16)], time.monotonic() + 600)
        seconds.append(time.perf_counter() - started)
    await _cancelled(bulk)
    return median(seconds), percentile(seconds, 0.99)


async def goodput(service: EmbeddingService) -> float:
    """Tokens a second served in time at ten times the load of the peak, as a share of the peak."""
    peak = Passages(service)
    bulk = [asyncio.create_task(peak.forever()) for _ in range(IN_FLIGHT)]
    await asyncio.sleep(1)
    before = peak.served_tokens
    await asyncio.sleep(SECONDS)
    rate = (peak.served_tokens - before) / SECONDS
    await _cancelled(bulk)
    overload = Passages(service)
    pause = TEXTS * sum(LOADS[MIXED]) / len(LOADS[MIXED]) / rate / FACTOR
    asked, started = [], time.monotonic()
    warm = 0
    while (now := time.monotonic()) < started + PATIENCE_SECONDS + SECONDS:
        if not warm and now > started + PATIENCE_SECONDS:
            warm, began = overload.served_tokens, now
        asked.append(asyncio.create_task(overload.one(PATIENCE_SECONDS)))
        await asyncio.sleep(pause)
    good = (overload.served_tokens - warm) / (time.monotonic() - began)
    await _cancelled(asked)
    return good / rate


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
