"""nDCG@10 of every mode on Cranfield through the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote

from tests.bench.client import Client
from tests.bench.cranfield import Cranfield, load, ndcg
from tests.bench.result import Row
from tests.bench.target import Target

COLLECTION = "bench-modes"
LANGUAGE = "english"
A_REQUEST = 200
"""Texts a request: abstracts are long, and a slow machine's request should end within its time."""
DEPTH = 10

GOALS: Mapping[str, float] = {"vector": 0.35, "keyword": 0.36, "hybrid": 0.39, "fusion": 0.39}
REFERENCES: Mapping[str, tuple[float, str]] = {
    "vector": (0.355, "the same model in its own 4-bit engine"),
    "keyword": (0.363, "bm25s, English stems"),
    "hybrid": (0.394, "0.7 of the first, both min-max scaled"),
    "fusion": (0.389, "reciprocal ranks of both, k = 60"),
}
"""Measured with other engines, not in this run."""


def measure(target: Target) -> list[Row]:
    """The four modes over the same stored texts."""
    collection = load()
    with target.client() as client:
        _store(client, collection)
        return [_row(mode, _mean_ndcg(client, mode, collection)) for mode in GOALS]


def _row(mode: str, found: float) -> Row:
    goal, (reference, engine) = GOALS[mode], REFERENCES[mode]
    return Row(
        f"nDCG@{DEPTH} on Cranfield, mode {mode}",
        f"{found:.4f}",
        goal=f"≥ {goal}",
        peer=f"{reference}, {engine} (not of this run)",
        ratio=f"{found / reference:.3f}",
        met=found >= goal,
        numbers={f"ndcg_{mode}": found},
    )


def _store(client: Client, collection: Cranfield) -> None:
    client.create_collection(COLLECTION, language=LANGUAGE)
    records = [{"id": document, "text": text} for document, text in collection.documents.items()]
    for start in range(0, len(records), A_REQUEST):
        body = json.dumps({"collection": COLLECTION, "vectors": records[start : start + A_REQUEST]}).encode()
        while client.post("/v1/vectors/upsert", body).json()["pending"]:
            continue
    stored = client.call("GET", f"/v1/collections/{quote(COLLECTION)}").json()
    assert (stored["vectors_count"], stored["pending_count"]) == (len(records), 0), stored


def _mean_ndcg(client: Client, mode: str, collection: Cranfield) -> float:
    total = 0.0
    for query, text in collection.queries.items():
        content = {"collection": COLLECTION, "text": text, "mode": mode, "top_k": DEPTH}
        results = client.post("/v1/search", content).json()["results"]
        assert [hit["score"] for hit in results] == sorted((hit["score"] for hit in results), reverse=True)
        total += ndcg([hit["id"] for hit in results], collection.gains[query])
    return total / len(collection.queries)
