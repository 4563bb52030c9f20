"""What is searched with: the vector of a text, of a caller or of a stored record, and the words of a text."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.admission import CollectionRef, Principal
from shared.config import TEXT_DIMENSION
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.embedding import Embedder
from shared.errors import NotFound, Unavailable, ValidationFailed
from shared.keywords.terms import terms_of
from shared.places import Place
from shared.vector_values import fault_of, values_of_binary, vector_binary, vector_binary_of_row
from shared.vectors import require_model

# Of a longer text, the words of so many characters are searched for: some 300 words.
MAX_WORDS_CHARACTERS = 2_000

_SQL = statements("search")


@dataclass(frozen=True, slots=True)
class QueryVector:
    """A `vector` in binary form, and what embedding it cost.

    `model` is the one that a text was embedded by; `cached` tells that this was done before, and costs nothing now.
    """

    vector: bytes = field(repr=False)
    model: str | None = None
    embeddings: int = 0
    tokens: int = 0
    truncated: bool = False
    cached: bool = False


@dataclass(frozen=True, slots=True)
class QueryWords:
    """Terms of a query as keyword search knows them, each with how often it stands there."""

    terms: tuple[int, ...] = field(repr=False)
    weights: tuple[float, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored record as a query; `text` is None where it has none."""

    vector: QueryVector
    text: str | None = field(repr=False)


async def vector_of_text(
    embedder: Embedder,
    principal: Principal,
    collection: CollectionRef,
    text: str,
    *,
    budget_s: float,
    is_kept: bool = True,
) -> QueryVector:
    """The vector of a text; with `is_kept` it may come from the embedder's cache, and stays there.

    Raises ValidationFailed, ModelMismatch or Unavailable.
    """
    if collection.dimension != TEXT_DIMENSION:
        raise ValidationFailed.of(
            "text",
            f"cannot be searched for: embeddings have {TEXT_DIMENSION} values, the collection's vectors have "
            f"{collection.dimension}; send a vector, or mode keyword",
        )
    require_model(collection, embedder.model)
    scope = embedder.cache_scope(principal.account_no, principal.env) if is_kept else None
    found = await embedder.embed("query", [text], budget_s=budget_s, scope=scope)
    return QueryVector(
        vector_binary_of_row(found.rows[0]),
        model=embedder.model.name,
        embeddings=0 if found.cached else 1,
        tokens=0 if found.cached else found.tokens[0],
        truncated=0 in found.truncated,
        cached=found.cached,
    )


def vector_of_values(collection: CollectionRef, values: list[float], *, field: str = "vector") -> QueryVector:
    """The vector that a caller sent. Raises ValidationFailed."""
    is_cosine = collection.metric == "cosine"
    if found := fault_of(values, dimension=collection.dimension, nonzero=is_cosine):
        raise ValidationFailed.of(f"{field}{found[0]}", found[1])
    return QueryVector(vector_binary(values))


async def query_of_stored(database: Database, collection: CollectionRef, place: Place, vector_id: str) -> Stored:
    """A stored record as a query. Raises NotFound, or Unavailable while it waits for its embedding."""
    statement = Statement(_SQL["get_query_vector"], place.params | {"id": vector_id})
    [rows] = await database.transact(place.account_no, statement)
    if not rows:
        raise NotFound("There is no vector of that id.")
    binary, is_pending, text = rows[0]
    if is_pending:
        raise Unavailable("The vector of that id is not embedded yet. Please try again.", retry_after_s=5)
    return Stored(vector_of_values(collection, values_of_binary(binary), field="id"), text)


def words_of(collection: CollectionRef, text: str) -> QueryWords:
    """The words of a text; none where it has only signs."""
    text = text[:MAX_WORDS_CHARACTERS]
    found = terms_of(text, language=collection.language, collection_no=collection.collection_no, query=True)
    return QueryWords(tuple(found.numbers), tuple(map(float, found.frequencies)))
