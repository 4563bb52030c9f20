"""How an account's number of collections weighs: 1, 100 and 5,000 of them, each with a few vectors."""

from __future__ import annotations

from statistics import median

from tests.bench.client import Client
from tests.bench.peer.clustered import DIMENSION, Clustered
from tests.bench.peer.loads import TOP_K, batches
from tests.bench.peer.ours import FluxVector
from tests.bench.peer.server import connect, send
from tests.bench.result import Row, p50_p95
from tests.bench.target import Target

COUNTS = (1, 100, 5_000)
ROWS = 100
QUERIES, PAGES = 100, 50
LIST_GOAL_MS = 20.0
"""For a page of the default length, with the most collections."""
LONGEST_PAGE = 1_000
ALLOWED = 1.5
"""A query by name looks two keys up; what 5,000 names add to that is no more than noise and the logarithm."""


def measure(target: Target) -> list[Row]:
    """More and more collections, and after each step the same query in the first one and the list of all."""
    server = FluxVector(target.product)
    data = Clustered.of(ROWS, QUERIES, seed=31)
    queries = [server.query(_name(0), vector, TOP_K) for vector in data.queries.tolist()]
    [body] = batches(server, _name(0), data, range(ROWS))
    asked: dict[int, list[float]] = {}
    listed: dict[int, list[float]] = {}
    long_pages: dict[int, list[float]] = {}
    made = 0
    with connect(server) as client:
        for count in COUNTS:
            for number in range(made, count):
                server.create(client, _name(number), DIMENSION)
            if made == 0:
                send(client, body)
            made = count
            asked[count] = [send(client, query).ms for query in queries * 2][QUERIES:]
            listed[count] = _pages(client, "/v1/collections")
            long_pages[count] = _pages(client, f"/v1/collections?limit={LONGEST_PAGE}")
    most, fewest = max(COUNTS), min(COUNTS)
    ratio = median(asked[most]) / median(asked[fewest])
    return [
        Row(
            f"Query by vector in an account of {most:,} collections: p50 / p95",
            p50_p95(asked[most]),
            goal=f"≤ {ALLOWED} times that of one collection",
            peer="; ".join(f"of {count:,}: {p50_p95(asked[count])}" for count in COUNTS[:-1]),
            ratio=f"{ratio:.2f}",
            met=ratio <= ALLOWED,
            numbers={f"p50_ms_{count}": median(asked[count]) for count in COUNTS},
        ),
        Row(
            f"`GET /v1/collections` with {most:,} of them, the first page: p50 / p95",
            p50_p95(listed[most]),
            goal=f"p50 < {LIST_GOAL_MS:.0f} ms",
            peer="; ".join(f"with {count:,}: {p50_p95(listed[count])}" for count in COUNTS[:-1]),
            ratio=f"{median(listed[most]) / median(listed[fewest]):.2f}",
            met=median(listed[most]) < LIST_GOAL_MS,
            numbers={f"list_p50_ms_{count}": median(listed[count]) for count in COUNTS},
        ),
        Row(
            f"… a page of {LONGEST_PAGE:,}",
            p50_p95(long_pages[most]),
            numbers={"long_page_p50_ms": median(long_pages[most])},
        ),
    ]


def _pages(client: Client, path: str) -> list[float]:
    answers = [client.call("GET", path) for _ in range(PAGES)]
    assert all(answer.status == 200 for answer in answers), answers[0].body[:500]
    return [answer.ms for answer in answers]


def _name(number: int) -> str:
    return f"bench-many-{number:04}"
