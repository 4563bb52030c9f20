"""The answer of a search, and what a search may ask for that is not built yet."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from msgspec import Meta, Struct

from shared.errors import NotImplementedYet
from shared.places import Place
from shared.records import Namespace
from shared.search import MAX_TOP_K, Hit, Query, Wanted, confidence, search
from shared.web.app import Call
from shared.web.views import CollectionName, metadata_view, values_view

Mode = Literal["vector", "keyword", "hybrid", "fusion"]


class SearchOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """What every search may say, whatever it searches with."""

    collection: CollectionName
    namespace: Namespace = ""
    top_k: Annotated[int, Meta(ge=1, le=MAX_TOP_K)] = 10
    filter: dict[str, Any] | None = None
    # The contract's default for POST /v1/search is hybrid; it becomes so with the keyword index.
    mode: Mode = "vector"
    min_score: float | None = None
    alpha: Annotated[float, Meta(ge=0, le=1)] | None = None
    include_metadata: bool = True
    include_text: bool = True
    include_values: bool = False


Options = TypeVar("Options", bound=SearchOptions)


class Scores(Struct):
    """The raw scores of the legs, and the one that ranks."""

    vector: float | None
    bm25: float | None
    combined: float


class SearchResult(Struct, omit_defaults=True):
    """One hit; `values` only where they were asked for."""

    id: str
    score: float
    text: str | None
    metadata: dict[str, Any] | None
    scores: Scores
    values: list[float] | None = None


class SearchUsage(Struct):
    embeddings: int
    searches: int
    embedding_tokens: int
    model: str | None


class SearchResponse(Struct):
    results: list[SearchResult]
    confidence: float | None
    warning: str | None
    cached: bool
    usage: SearchUsage
    took_ms: float


TRUNCATED = "The text is longer than the model reads; only its beginning was searched for."


def refuse_unbuilt(options: SearchOptions, *, rerank: bool | None = None) -> None:
    """Raises NotImplementedYet for what would otherwise be ignored in silence."""
    if options.mode != "vector":
        raise NotImplementedYet(f"mode={options.mode} is not built yet; send mode=vector.")
    if options.filter:
        raise NotImplementedYet("filter is not built yet.")
    if rerank:
        raise NotImplementedYet("rerank is not built yet.")


async def answer_search(call: Call[Options], place: Place, query: Query) -> SearchResponse:
    """Searches with a query, as the request's options say."""
    options = call.request
    wanted = Wanted(
        top_k=options.top_k,
        min_score=options.min_score,
        include_text=options.include_text,
        include_metadata=options.include_metadata,
        include_values=options.include_values,
    )
    hits = await search(
        call.database, call.collection, place, query, wanted, meter=call.meter, latency_ms=call.elapsed_ms
    )
    return _search_response(call, hits, query)


def _search_response(call: Call[Options], hits: list[Hit], query: Query) -> SearchResponse:
    results = [
        SearchResult(
            id=hit.id,
            score=_shown(hit.score),
            text=hit.text,
            metadata=None if hit.metadata is None else metadata_view(hit.metadata),
            scores=Scores(vector=_shown(hit.score), bm25=None, combined=_shown(hit.score)),
            values=values_view(hit.values),
        )
        for hit in hits
    ]
    return SearchResponse(
        results=results,
        confidence=round(confidence(hits, call.settings.model), 4),
        warning=TRUNCATED if query.truncated else None,
        cached=query.cached,
        usage=SearchUsage(
            embeddings=query.embeddings,
            searches=1,
            embedding_tokens=query.tokens,
            model=query.model,
        ),
        took_ms=round(call.elapsed_ms, 2),
    )


def _shown(score: float) -> float:
    """Seven significant digits, which is what float32 arithmetic has; more would be noise."""
    return float(f"{score:.7g}")
