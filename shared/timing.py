"""Where the time of a request goes: milliseconds by the name of a part, for its log line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_parts: ContextVar[dict[str, float] | None] = ContextVar("parts", default=None)


def collect() -> dict[str, float]:
    """Starts collecting for the current request; the answer fills as its parts end."""
    parts: dict[str, float] = {}
    _parts.set(parts)
    return parts


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Adds the time of the block to the part. Parts that run in parallel add up to more than the request took."""
    started = time.perf_counter()
    try:
        yield
    finally:
        parts = _parts.get()
        if parts is not None:
            parts[name] = parts.get(name, 0.0) + (time.perf_counter() - started) * 1000
