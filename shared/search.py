"""Search: by meaning (vector), by words (keyword), by both (hybrid, fusion). PostgreSQL filters, ranks and combines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from shared.admission import CollectionRef
from shared.conditions import EVERYTHING, Condition
from shared.config import Model
from shared.db import arrays
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import InternalError
from shared.places import Place
from shared.queries import QueryVector, QueryWords
from shared.usage import Meter, Work

Mode = Literal["vector", "keyword", "hybrid", "fusion"]

MAX_TOP_K = 1_000
DEFAULT_ALPHA = 0.7
# How deep each leg of a hybrid search goes, at least, and how many times top_k: what neither finds there is not ranked.
# Fusion knows nothing of a leg but ranks, and so needs more of them (measured on Cranfield).
DEPTHS: Mapping[Mode, tuple[int, int]] = {"hybrid": (100, 2), "fusion": (200, 5)}

_SQL = statements("search")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many hits, of which rows, from which score on, with what. `alpha` is the vector leg's weight in hybrid."""

    top_k: int
    condition: Condition = EVERYTHING
    min_score: float | None = None
    alpha: float = DEFAULT_ALPHA
    ef_search: int | None = None
    include_text: bool = True
    include_metadata: bool = True
    include_values: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A vector that was found, with the raw scores of the legs that ran and its cosine to the query.

    `metadata` is JSON, `values` a `vector` in binary form.
    """

    id: str
    score: float
    vector_score: float | None
    bm25: float | None
    cosine: float | None
    text: str | None = field(repr=False)
    metadata: str | None = field(repr=False)
    values: bytes | None = field(repr=False)


async def search(
    database: Database,
    collection: CollectionRef,
    place: Place,
    wanted: Wanted,
    *,
    mode: Mode,
    vector: QueryVector | None,
    words: QueryWords | None,
    meter: Meter | None,
    latency_ms: float,
) -> list[Hit]:
    """The best hits, best first, equal scores by id; metered in the same transaction.

    `vector` is what the mode's vector leg searches with, `words` its keyword leg. Without a meter the caller records
    the search, once he knows that he can answer it.
    """
    params = place.params | wanted.condition.params | _common(wanted)
    needs_vector, needs_words = mode != "keyword", mode != "vector"
    if needs_vector:
        params |= _vector_params(collection, vector, wanted)
    if needs_words:
        params |= _word_params(words)
    if needs_vector and needs_words:
        least, times = DEPTHS[mode]
        depth = min(max(times * wanted.top_k, least), MAX_TOP_K)
        params |= {"mode": mode, "alpha": wanted.alpha, "depth": depth}
    name = {"vector": "search_vector", "keyword": "search_keyword"}.get(mode, "search_both")
    steps = [Statement(_SQL[name], params)]
    if meter is not None:
        steps.append(search_event(meter, vector, latency_ms=latency_ms))
    rows, *_ = await database.transact(place.account_no, *steps)
    return [Hit(*row) for row in rows]


def search_event(meter: Meter, vector: QueryVector | None, *, latency_ms: float) -> Statement:
    """The statement that records a search and the embedding that it needed."""
    work = Work(
        requests=1, searches=1, embeddings=vector.embeddings if vector else 0, tokens=vector.tokens if vector else 0
    )
    return meter.event(work, latency_ms=latency_ms)


def _common(wanted: Wanted) -> dict[str, object]:
    return {
        "top_k": wanted.top_k,
        "min_score": wanted.min_score,
        "include_text": wanted.include_text,
        "include_metadata": wanted.include_metadata,
        "include_values": wanted.include_values,
    }


def _vector_params(collection: CollectionRef, vector: QueryVector | None, wanted: Wanted) -> dict[str, object]:
    if vector is None:
        raise InternalError("Something went wrong on our side.")
    return {
        "query": arrays.Binary(vector.vector),
        "metric": collection.metric,
        "dimension": collection.dimension,
        "ef_search": wanted.ef_search,
        "is_indexed": collection.is_indexed,
        "has_many_namespaces": collection.has_many_namespaces,
    }


def _word_params(words: QueryWords | None) -> dict[str, object]:
    if words is None:
        raise InternalError("Something went wrong on our side.")
    return {"terms": list(words.terms), "weights": list(words.weights)}


def confidence(hits: Sequence[Hit], model: Model) -> float:
    """How surely the best hit is about the query: its cosine from the model's level for unrelated texts (0) to 1."""
    best = max((hit.cosine for hit in hits if hit.cosine is not None), default=model.unrelated_cosine)
    return min(max((best - model.unrelated_cosine) / (1 - model.unrelated_cosine), 0.0), 1.0)
