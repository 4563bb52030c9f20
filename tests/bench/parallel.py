"""Several clients at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Lock
from typing import TypeVar

from tests.bench.client import Client

T = TypeVar("T")


def seconds_for(
    items: Iterable[T], connect: Callable[[], Client], job: Callable[[Client, T], object], *, clients: int
) -> float:
    """Seconds until so many clients have done the job for all items, each taking the next one when it is free."""
    with ExitStack() as stack:
        connections = [stack.enter_context(connect()) for _ in range(clients)]
        for connection in connections:
            connection.call("GET", "/health")  # it connects
        left = _Shared(items)
        with ThreadPoolExecutor(clients) as threads:
            started = time.perf_counter()
            under_way = [threads.submit(_drain, connection, left, job) for connection in connections]
            for one in under_way:
                one.result()
            return time.perf_counter() - started


def _drain(client: Client, items: Iterator[T], job: Callable[[Client, T], object]) -> None:
    for item in items:
        job(client, item)


class _Shared(Iterator[T]):
    """An iterator for several threads."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = iter(items)
        self._lock = Lock()

    def __next__(self) -> T:
        with self._lock:
            return next(self._items)
