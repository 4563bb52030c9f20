"""nDCG@10 on Cranfield through the API, by the published client, and whether a text finds itself."""

from __future__ import annotations

import time
from collections.abc import Iterable

from fluxvector import FluxVector

from tests.bench.cranfield import Cranfield, load, ndcg
from tests.bench.result import Row
from tests.bench.target import Target
from tests.support.product import Credentials

COLLECTION = "bench-cranfield"
GOAL = 0.35
REFERENCE = 0.355
"""The same model in its own 4-bit engine."""
A_REQUEST = 200
"""Texts a request: abstracts are long, and a slow machine's request should end within its time."""
SELVES = 20


def measure(target: Target) -> list[Row]:
    """All of it."""
    collection = load()
    with client(target.product.credentials) as api:
        started = time.perf_counter()
        store(api, COLLECTION, collection)
        stored = time.perf_counter() - started
        found = mean_ndcg(api, COLLECTION, collection)
        selves = found_first(api, COLLECTION, collection, list(collection.documents)[:SELVES])
    return [
        Row(
            f"nDCG@10 on Cranfield ({len(collection.documents):,} abstracts, {len(collection.queries)} questions)",
            f"{found:.3f}",
            goal=f"≥ {GOAL}",
            peer=f"{REFERENCE}, the same model in its own 4-bit engine (not of this run)",
            ratio=f"{found / REFERENCE:.2f}",
            met=found >= GOAL,
            numbers={"ndcg_at_10": found, "upsert_seconds": stored},
        ),
        Row("… an abstract's own words find it first", f"{selves} of {SELVES}", goal="all", met=selves == SELVES),
    ]


def client(credentials: Credentials) -> FluxVector:
    """The published client as the demo account."""
    return FluxVector(api_key=credentials.api_key, base_url=credentials.base_url)


def store(api: FluxVector, name: str, collection: Cranfield) -> None:
    """Upserts all documents into a new collection and waits until none is pending: what a request had no time for is
    resumed by sending it again, as the contract says."""
    api.collections.create(name)
    records = [{"id": document, "text": text} for document, text in collection.documents.items()]
    for start in range(0, len(records), A_REQUEST):
        chunk = records[start : start + A_REQUEST]
        # The client's own `upsert` does not tell what is pending.
        while api._post("/v1/vectors/upsert", json={"collection": name, "vectors": chunk})["pending"]:
            continue
    assert api.collections.get(name).vectors_count == len(records)


def mean_ndcg(api: FluxVector, name: str, collection: Cranfield) -> float:
    """The mean over all questions of a collection that is stored."""
    total = 0.0
    for query, text in collection.queries.items():
        hits = api.search(name, text, top_k=10).results
        assert len(hits) == 10
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        total += ndcg([hit.id for hit in hits], collection.gains[query])
    return total / len(collection.queries)


def found_first(api: FluxVector, name: str, collection: Cranfield, ids: Iterable[str]) -> int:
    """How many documents are the first hit for their own text."""
    return sum(api.search(name, collection.documents[one], top_k=1).results[0].id == one for one in ids)
