"""What is measured of each server, the same for all: adding, searching, filtering, many clients, memory."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench import machine
from tests.bench.client import Answer, Client
from tests.bench.peer import clients
from tests.bench.peer.clustered import DIMENSION, Clustered, metadata_of, recall
from tests.bench.peer.server import Filter, Request, Server, connect, is_built, send, wait_until_indexed
from tests.bench.result import p50_p95

COLLECTION = "bench-peer"
ROWS, QUERIES, TOP_K = 20_000, 400, 10
A_REQUEST = 500
ADDING_CLIENTS, SEARCHING_CLIENTS = 2, 8
TWO_CLIENTS_ROWS = 10_000
WARM_UP = 30
ASKED = 1 + WARM_UP + QUERIES
"""Queries of the one client's phase."""
FILTERED_QUERIES = 150
EACH, ROUNDS = 100, 3
IDLE_S = 2.0


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A filter, and which rows it leaves: a range of their numbers."""

    text: str
    only: Filter
    rows: range


FILTERS: Mapping[str, Narrowed] = {
    "group": Narrowed("14 % match, equality", {"group": 3}, range(3, ROWS, 7)),
    "bucket": Narrowed("1 % match, equality", {"bucket": 42}, range(42, ROWS, 100)),
    "range": Narrowed(
        "1 % match, numeric range",
        {"$and": [{"n": {"$gte": 10_000}}, {"n": {"$lt": 10_200}}]},
        range(10_000, 10_200),
    ),
    "nothing": Narrowed("nothing matches", {"n": {"$gt": 1_000_000_000}}, range(0)),
}


@dataclass(slots=True)
class Measured:
    """What one server did. Times are milliseconds, one of each query; a filter that it does not know is absent."""

    added_per_second: float = 0.0
    added_per_second_by_two: float = 0.0
    indexed_after_s: float = 0.0
    first_query_ms: float = 0.0
    query: list[float] = field(default_factory=list)
    recall: float = 0.0
    filtered: dict[str, list[float]] = field(default_factory=dict)
    filtered_recall: dict[str, float] = field(default_factory=dict)
    queries_per_second: float = 0.0
    megabytes: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    """By phase, the processor time of the server: other processes disturb it less than the clock."""
    others: dict[str, float] = field(default_factory=dict)
    """By phase, the share of the machine that went to processes that are not ours."""


def measure(server: Server, data: Clustered) -> Measured:
    """All of it, with the server alone on the machine."""
    measured = Measured()
    with connect(server) as client, _watched(server, measured, "adding"):
        server.create(client, COLLECTION, DIMENSION)
        measured.added_per_second = _add(server, client, data)
        measured.indexed_after_s = wait_until_indexed(server, client, COLLECTION)
    queries = [server.query(COLLECTION, vector, TOP_K) for vector in data.queries.tolist()]
    with connect(server) as client:  # a new one: a server may close what idles
        with _watched(server, measured, "queries"):
            measured.first_query_ms = send(client, queries[0]).ms
            measured.query, found = _ask(server, client, queries)
        measured.recall = recall(found, [data.nearest(place, TOP_K) for place in range(len(queries))])
        with _watched(server, measured, "filters"):
            for name, narrowed in FILTERS.items():
                _filter(server, client, data, name, narrowed, measured)
    shares = [queries[place * EACH % QUERIES :][:EACH] for place in range(SEARCHING_CLIENTS)]
    with _watched(server, measured, "many clients"):
        measured.queries_per_second = clients.median_rate(ROUNDS, server.base_url, server.token, shares)
    time.sleep(IDLE_S)
    measured.megabytes = server.megabytes()
    with connect(server) as client, _watched(server, measured, "adding by two"):
        server.create(client, f"{COLLECTION}-2", DIMENSION)
        measured.added_per_second_by_two = _add_by_two(server, data)
    return measured


@contextmanager
def _watched(server: Server, measured: Measured, phase: str) -> Iterator[None]:
    before, spent = machine.cpu(), server.cpu_seconds()
    yield
    measured.cpu_seconds[phase] = server.cpu_seconds() - spent
    measured.others[phase] = machine.cpu().others_since(before)


def _add(server: Server, client: Client, data: Clustered) -> float:
    seconds = 0.0
    for request in batches(server, COLLECTION, data, range(len(data.vectors))):
        seconds += send(client, request).ms / 1000
    return len(data.vectors) / seconds


def _add_by_two(server: Server, data: Clustered) -> float:
    each = TWO_CLIENTS_ROWS // ADDING_CLIENTS
    numbers = [range(start, start + each) for start in range(0, TWO_CLIENTS_ROWS, each)]
    shares = [list(batches(server, f"{COLLECTION}-2", data, one)) for one in numbers]
    return clients.requests_per_second(server.base_url, server.token, shares) * A_REQUEST


def batches(
    server: Server, collection: str, data: Clustered, numbers: range, *, first_id: int = 0
) -> Iterator[Request]:
    """Requests that add the rows of those numbers, 500 a request; ids are the numbers from `first_id` on."""
    for start in range(numbers.start, numbers.stop, A_REQUEST):
        chosen = range(start, min(start + A_REQUEST, numbers.stop))
        rows = data.vectors[chosen.start : chosen.stop].tolist()
        ids = range(first_id + chosen.start, first_id + chosen.stop)
        yield server.add(collection, list(map(str, ids)), rows, list(map(metadata_of, ids)))


def _filter(server: Server, client: Client, data: Clustered, name: str, narrowed: Narrowed, measured: Measured) -> None:
    vectors = data.queries[:FILTERED_QUERIES].tolist()
    requests = [server.query(COLLECTION, vector, TOP_K, narrowed.only) for vector in vectors]
    if not is_built(client, requests[0]):
        return
    measured.filtered[name], found = _ask(server, client, requests)
    true = [data.nearest(place, TOP_K, narrowed.rows) for place in range(len(requests))]
    measured.filtered_recall[name] = recall(found, true) if len(narrowed.rows) else float(not any(found))


def _ask(server: Server, client: Client, requests: Sequence[Request]) -> tuple[list[float], list[list[str]]]:
    for request in requests[:WARM_UP]:
        send(client, request)
    answers: list[Answer] = [send(client, request) for request in requests]
    return [answer.ms for answer in answers], [server.ids(answer) for answer in answers]


def told(measured: Measured) -> dict[str, object]:
    """Everything in a few numbers, for whoever watches."""
    return {
        "added_per_second": round(measured.added_per_second),
        "added_per_second_by_two": round(measured.added_per_second_by_two),
        "indexed_after_s": round(measured.indexed_after_s, 1),
        "first_query_ms": round(measured.first_query_ms, 1),
        "query_p50_p95": p50_p95(measured.query),
        "recall": round(measured.recall, 4),
        "filtered_p50_p95": {name: p50_p95(times) for name, times in measured.filtered.items()},
        "filtered_recall": {name: round(share, 4) for name, share in measured.filtered_recall.items()},
        "queries_per_second": round(measured.queries_per_second),
        "megabytes": {name: round(size) for name, size in measured.megabytes.items()},
        "cpu_seconds": {phase: round(spent, 2) for phase, spent in measured.cpu_seconds.items()},
        "others": {phase: round(share, 2) for phase, share in measured.others.items()},
    }
