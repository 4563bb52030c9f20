"""Several clients at once, each a process of its own: in one Python process they would wait for each other."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from statistics import median

from tests.bench.client import Client
from tests.bench.peer.server import Request

START_S = 120.0


def requests_per_second(base_url: str, token: str, shares: Sequence[Sequence[Request]]) -> float:
    """Requests a second over the time from the first one sent to the last one answered: one client for each share."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(shares))
    ends = [context.Pipe(duplex=False) for _ in shares]
    processes = [
        context.Process(target=_client, args=(base_url, token, list(share), barrier, writer))
        for share, (_, writer) in zip(shares, ends, strict=True)
    ]
    for process in processes:
        process.start()
    for _, writer in ends:
        writer.close()  # so that a client that dies is an EOFError here, and not a wait without end
    times: list[tuple[float, float]] = [reader.recv() for reader, _ in ends]
    for process in processes:
        process.join()
    return sum(map(len, shares)) / (max(end for _, end in times) - min(start for start, _ in times))


def median_rate(rounds: int, base_url: str, token: str, shares: Sequence[Sequence[Request]]) -> float:
    """The median of several rounds; the first, which warms connections and caches, does not count."""
    return median([requests_per_second(base_url, token, shares) for _ in range(rounds + 1)][1:])


def _client(base_url: str, token: str, requests: Sequence[Request], barrier: Barrier, writer: Connection) -> None:
    with Client(base_url, token) as client:
        client.call("GET", "/")  # it connects; what is answered does not matter
        barrier.wait(START_S)
        started = time.monotonic()
        for request in requests:
            client.post(request.path, request.body)
        writer.send((started, time.monotonic()))
