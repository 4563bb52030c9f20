"""Search by meaning: the vectors nearest to a text, to a vector, or to a stored one."""

from __future__ import annotations

from dataclasses import dataclass

from shared.admission import CollectionRef, Principal
from shared.config import TEXT_DIMENSION, Model
from shared.db import arrays
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.embedding import Embedder
from shared.errors import NotFound, Unavailable, ValidationFailed
from shared.places import Place
from shared.usage import Meter, Work
from shared.vector_values import (
    fault_of,
    halfvec_binary,
    halfvec_binary_of_row,
    length_of,
    unit_halfvec_binary,
    values_of_binary,
)
from shared.vectors import require_model

MAX_TOP_K = 1_000

_SQL = statements("search")


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched with: a `halfvec` in binary form, its length, and what embedding it cost.

    `model` is the one that a text was embedded by; `cached` tells that this was done before, and costs nothing now.
    """

    halfvec: bytes
    norm: float
    model: str | None = None
    embeddings: int = 0
    tokens: int = 0
    truncated: bool = False
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many hits, from which score on, with what."""

    top_k: int
    min_score: float | None
    include_text: bool
    include_metadata: bool
    include_values: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A vector that was found; `metadata` is JSON, `values` a `vector` in binary form."""

    id: str
    score: float
    cosine: float | None
    text: str | None
    metadata: str | None
    values: bytes | None


async def query_of_text(
    embedder: Embedder, principal: Principal, collection: CollectionRef, text: str, *, budget_s: float
) -> Query:
    """The query of a text. Raises ValidationFailed, ModelMismatch or Unavailable."""
    if collection.dimension != TEXT_DIMENSION:
        raise ValidationFailed.of(
            "text",
            f"cannot be searched for: embeddings have {TEXT_DIMENSION} values, the collection's vectors have "
            f"{collection.dimension}; send a vector",
        )
    require_model(collection, embedder.model)
    scope = embedder.cache_scope(principal.account_no, principal.env)
    found = await embedder.embed("query", [text], budget_s=budget_s, scope=scope)
    return Query(
        halfvec_binary_of_row(found.rows[0]),
        1.0,
        model=embedder.model.name,
        embeddings=0 if found.cached else 1,
        tokens=0 if found.cached else found.tokens[0],
        truncated=0 in found.truncated,
        cached=found.cached,
    )


def query_of_vector(collection: CollectionRef, vector: list[float], *, field: str = "vector") -> Query:
    """The query of a vector. Raises ValidationFailed."""
    is_cosine = collection.metric == "cosine"
    if found := fault_of(vector, dimension=collection.dimension, nonzero=is_cosine):
        raise ValidationFailed.of(f"{field}{found[0]}", found[1])
    if is_cosine:
        return Query(unit_halfvec_binary(vector), 1.0)
    return Query(halfvec_binary(vector), length_of(vector))


async def query_of_stored(database: Database, collection: CollectionRef, place: Place, vector_id: str) -> Query:
    """The query of a stored vector. Raises NotFound, or Unavailable while it waits for its embedding."""
    statement = Statement(_SQL["get_query_vector"], place.params | {"id": vector_id})
    [rows] = await database.transact(place.account_no, statement)
    if not rows:
        raise NotFound("There is no vector of that id.")
    binary, is_pending = rows[0]
    if is_pending:
        raise Unavailable("The vector of that id is not embedded yet. Please try again.", retry_after_s=5)
    return query_of_vector(collection, values_of_binary(binary), field="id")


async def search(
    database: Database,
    collection: CollectionRef,
    place: Place,
    query: Query,
    wanted: Wanted,
    *,
    meter: Meter,
    latency_ms: float,
) -> list[Hit]:
    """The nearest vectors, best first, equal scores by id; metered in the same transaction."""
    params = {
        "query": arrays.Binary(query.halfvec),
        "query_norm": query.norm,
        "top_k": wanted.top_k,
        "min_score": wanted.min_score,
        "include_text": wanted.include_text,
        "include_metadata": wanted.include_metadata,
        "include_values": wanted.include_values,
    }
    name = "search_euclidean" if collection.metric == "euclidean" else "search_inner_product"
    work = Work(requests=1, searches=1, embeddings=query.embeddings, tokens=query.tokens)
    rows, _ = await database.transact(
        place.account_no,
        Statement(_SQL[name], place.params | params),
        meter.event(work, latency_ms=latency_ms),
    )
    return [Hit(*row) for row in rows]


def confidence(hits: list[Hit], model: Model) -> float:
    """How surely the best hit is about the query: its cosine from the model's level for unrelated texts (0) to 1."""
    best = max((hit.cosine for hit in hits if hit.cosine is not None), default=model.unrelated_cosine)
    return min(max((best - model.unrelated_cosine) / (1 - model.unrelated_cosine), 0.0), 1.0)
