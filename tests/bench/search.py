"""Warm `POST /v1/search` by text among 1,000 stored texts, by one client and by eight."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from statistics import median

from tests.bench import processes, texts
from tests.bench.client import Answer, Client
from tests.bench.parallel import seconds_for
from tests.bench.result import Row, p50_p95, percentile
from tests.bench.split import split
from tests.bench.target import Target

COLLECTION = "bench-search"
STORED = 1_000
WARM_UP = 50
ROUNDS, A_ROUND = 10, 50
CLIENTS, EACH = 8, 100
GOAL_MS = 10


def measure(target: Target) -> list[Row]:
    """One client and eight, beside an empty `GET /health` and the embedder alone."""
    with target.client() as client:
        client.create_collection(COLLECTION)
        records = [{"id": str(number), "text": text} for number, text in enumerate(texts.passages()[:STORED])]
        stored = client.post("/v1/vectors/upsert", {"collection": COLLECTION, "vectors": records}).json()
        assert (stored["upserted"], stored["pending"]) == (STORED, 0)
    queries = iter(texts.queries())
    return [*_one_client(target, queries), _many_clients(target, queries)]


def _one_client(target: Target, queries: Iterator[str]) -> list[Row]:
    with target.client() as client, target.embedder() as embedder:
        for _ in range(WARM_UP):
            _search(client, next(queries))
        searches: list[Answer] = []
        used: dict[str, float] = {}
        floor: list[float] = []
        alone: list[float] = []
        for _ in range(ROUNDS):
            before = processes.cpu_seconds(target.product)
            searches += [_search(client, next(queries)) for _ in range(A_ROUND)]
            after = processes.cpu_seconds(target.product)
            used = {name: used.get(name, 0.0) + after[name] - before.get(name, 0.0) for name in after}
            floor += [client.call("GET", "/health").ms for _ in range(A_ROUND)]
            alone += [_embed(embedder, next(queries)).ms for _ in range(A_ROUND)]
    took = [answer.ms for answer in searches]
    parts = split(searches, target.gateway_log)
    cpu = {name: 1000 * seconds / len(searches) for name, seconds in used.items() if seconds > 0}
    p50, peer = median(took), median(floor) + median(alone)
    numbers = {
        "p50_ms": p50,
        "p95_ms": percentile(took, 0.95),
        "admission_ms": parts.admission,
        "embedding_ms": parts.embedding,
        "search_ms": parts.database,
        "rest_ms": parts.rest,
        "http_ms": parts.outside,
        "health_p50_ms": median(floor),
        "embedder_p50_ms": median(alone),
        **{f"cpu_{name}_ms": ms for name, ms in cpu.items()},
    }
    return [
        Row(
            f"Search by text among {STORED:,} texts, 8 words, warm: p50 / p95",
            p50_p95(took),
            goal=f"p50 < {GOAL_MS} ms",
            peer=f"`GET /health` {median(floor):.2f} ms + the embedder alone {median(alone):.1f} ms",
            ratio=f"{p50 / peer:.2f}",
            met=p50 < GOAL_MS,
            numbers=numbers,
        ),
        Row("… where a search's time goes (medians)", str(parts)),
        Row(
            "… processor time a search",
            f"{sum(cpu.values()):.1f} ms",
            peer=", ".join(f"{name} {ms:.1f}" for name, ms in sorted(cpu.items(), key=lambda entry: -entry[1])),
        ),
    ]


def _many_clients(target: Target, queries: Iterator[str]) -> Row:
    count = CLIENTS * EACH
    api, alone = [], []
    for _ in range(2):
        api.append(count / seconds_for(islice(queries, count), target.client, _search, clients=CLIENTS))
        alone.append(count / seconds_for(islice(queries, count), target.embedder, _embed, clients=CLIENTS))
    rate, peer = median(api), median(alone)
    return Row(
        f"Search by text, {CLIENTS} clients at once",
        f"{rate:.0f} searches/s",
        peer=f"the embedder alone, {CLIENTS} clients: {peer:.0f} texts/s",
        ratio=f"{rate / peer:.2f}",
        numbers={"per_second": rate, "embedder_per_second": peer},
    )


def _search(client: Client, text: str) -> Answer:
    return client.post("/v1/search", {"collection": COLLECTION, "text": text})


def _embed(client: Client, text: str) -> Answer:
    return client.post("/embed", {"kind": "query", "inputs": [text]})
