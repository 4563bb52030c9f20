"""How a query by vector grows with the collection: from 1,000 to 100,000 vectors, or to a million where time allows."""

from __future__ import annotations

import math
from statistics import median

from tests.bench.peer.clustered import DIMENSION, Clustered, recall
from tests.bench.peer.loads import TOP_K, batches
from tests.bench.peer.ours import FluxVector
from tests.bench.peer.server import connect, send, wait_until_indexed
from tests.bench.result import Row, p50_p95, percentile
from tests.bench.target import Target

SIZES, LONG_SIZES = (1_000, 10_000, 100_000), (1_000_000,)
A_CHUNK = 20_000
"""Vectors that are made and held at once; each chunk is a mixture of its own clusters."""
QUERIES, WARM_UP = 200, 30


def measure(target: Target, *, is_long: bool = False) -> list[Row]:
    """The collections are filled first; then the queries take turns among them."""
    server = FluxVector(target.product)
    sizes = SIZES + (LONG_SIZES if is_long else ())
    questions: dict[int, list[list[float]]] = {}
    true: dict[int, list[list[int]]] = {}
    indexed: dict[int, float] = {}
    for size in sizes:
        questions[size], true[size], indexed[size] = _fill(server, size)
    took: dict[int, list[float]] = {size: [] for size in sizes}
    found: dict[int, list[list[str]]] = {size: [] for size in sizes}
    with connect(server) as client:
        for place in [*range(WARM_UP), *range(QUERIES)]:
            for size in sizes:
                answer = send(client, server.query(_name(size), questions[size][place], TOP_K))
                took[size].append(answer.ms)
                found[size].append(server.ids(answer))
    shares = {size: recall(found[size][WARM_UP:], true[size]) for size in sizes}
    took = {size: times[WARM_UP:] for size, times in took.items()}
    return [_row(size, took, shares[size], indexed[size]) for size in sizes]


def _row(size: int, took: dict[int, list[float]], share: float, indexed_after: float) -> Row:
    smallest = min(took)
    p50, ratio = median(took[size]), median(took[size]) / median(took[smallest])
    allowed = math.log(size) / math.log(smallest)
    return Row(
        f"Query by vector among {size:,}: p50 / p95",
        p50_p95(took[size]),
        goal="" if size == smallest else f"≤ {allowed:.2f} times the smallest's (the logarithm)",
        peer=f"recall@{TOP_K} {share:.3f}, indexed {indexed_after:.0f} s after the last row",
        ratio=f"{ratio:.2f}",
        met=None if size == smallest else ratio <= allowed,
        numbers={
            "p50_ms": p50,
            "p95_ms": percentile(took[size], 0.95),
            "recall": share,
            "indexed_after_s": indexed_after,
        },
    )


def _fill(server: FluxVector, size: int) -> tuple[list[list[float]], list[list[int]], float]:
    """Stores so many rows; answers queries, their true neighbours, and the seconds until all was in the index."""
    chunk = min(size, A_CHUNK)
    queries = Clustered.of(chunk, QUERIES, seed=size).queries
    best: list[list[tuple[float, int]]] = [[] for _ in queries]
    with connect(server) as client:
        server.create(client, _name(size), DIMENSION)
        for start in range(0, size, chunk):
            # The first chunk is the one that the queries lie near; the others have clusters of their own.
            part = Clustered(Clustered.of(chunk, QUERIES, seed=size + start).vectors, queries)
            for request in batches(server, _name(size), part, range(chunk), first_id=start):
                send(client, request)
            for place, known in enumerate(best):
                near = part.nearest(place, TOP_K)
                known += [(float(part.vectors[number] @ queries[place]), start + number) for number in near]
        indexed = wait_until_indexed(server, client, _name(size))
    return queries.tolist(), [[number for _, number in sorted(known, reverse=True)[:TOP_K]] for known in best], indexed


def _name(size: int) -> str:
    return f"bench-growth-{size}"
