"""The answer of a search, and what a search may ask for that is not built yet."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from shared.errors import NotImplementedYet
from shared.search import Hit, Query, confidence
from shared.web.app import Call
from shared.web.views import metadata_view, values_view

Mode = Literal["vector", "keyword", "hybrid", "fusion"]


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


def refuse_unbuilt(*, mode: Mode, filter: dict[str, Any] | None, rerank: bool | None) -> None:
    """Raises NotImplementedYet for what would otherwise be ignored in silence."""
    if mode != "vector":
        raise NotImplementedYet(f"mode={mode} is not built yet; send mode=vector.")
    if filter:
        raise NotImplementedYet("filter is not built yet.")
    if rerank:
        raise NotImplementedYet("rerank is not built yet.")


def search_response(call: Call[Any], hits: list[Hit], query: Query) -> SearchResponse:
    """The answer of a vector search."""
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
        cached=False,
        usage=SearchUsage(
            embeddings=query.embeddings,
            searches=1,
            embedding_tokens=query.tokens,
            model=call.collection.model if query.embeddings else None,
        ),
        took_ms=round(call.elapsed_ms, 2),
    )


def _shown(score: float) -> float:
    """Seven significant digits, which is what float32 arithmetic has; more would be noise."""
    return float(f"{score:.7g}")
