"""What a search may say, and its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from msgspec import Meta, Struct

from shared.conditions import condition_of
from shared.errors import ValidationFailed
from shared.places import Place
from shared.queries import QueryVector, QueryWords
from shared.records import MAX_METADATA_BYTES, MAX_TEXT_BYTES, Namespace
from shared.search import DEFAULT_ALPHA, MAX_TOP_K, Hit, Mode, Wanted, confidence, search, search_event
from shared.web.answers import VALUE_CHARACTERS, has_room_for, require_room
from shared.web.app import Call
from shared.web.search_help import ALPHA, EF_SEARCH, FILTER, MODE
from shared.web.views import CollectionName, metadata_view, values_view

# Characters of a hit in an answer beside its texts, at the most.
_HIT_CHARACTERS = 2_500


class SearchOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """What every search may say, whatever it searches with."""

    collection: CollectionName
    namespace: Namespace = ""
    top_k: Annotated[int, Meta(ge=1, le=MAX_TOP_K)] = 10
    filter: Annotated[dict[str, Any], Meta(description=FILTER)] | None = None
    mode: Annotated[Mode, Meta(description=MODE)] = "vector"
    min_score: Annotated[float, Meta(description="Hits of a lower `score` are left out.")] | None = None
    alpha: Annotated[float, Meta(ge=0, le=1, description=ALPHA)] | None = None
    ef_search: Annotated[int, Meta(ge=1, le=1_000, description=EF_SEARCH)] | None = None
    include_metadata: bool = True
    include_text: bool = True
    include_values: bool = False


Options = TypeVar("Options", bound=SearchOptions)


class Scores(Struct):
    """The raw scores of the legs, null for one that did not run, and the one that ranks."""

    vector: float | None
    bm25: float | None
    combined: float


class SearchResult(Struct, omit_defaults=True):
    """One hit; `values` and `rerank_score` only where they were asked for."""

    id: str
    score: float
    text: str | None
    metadata: dict[str, Any] | None
    scores: Scores
    values: list[float] | None = None
    rerank_score: float | None = None


class SearchUsage(Struct):
    """What the search cost."""

    embeddings: int
    searches: int
    embedding_tokens: int
    model: str | None


class SearchResponse(Struct):
    """Hits, best first. `confidence` is null where no vector was searched with; `warning` is a sentence."""

    results: list[SearchResult]
    confidence: float | None
    warning: str | None
    cached: bool
    usage: SearchUsage
    took_ms: float


TRUNCATED = "The text is longer than the model reads; only its beginning was searched for."
WITHOUT_EMBEDDER = "The embedder does not answer; only the words of the text were searched for."


def wanted_of(call: Call[Options]) -> Wanted:
    """What the request's options ask for. Raises ValidationFailed, before anything is embedded for it."""
    options = call.request
    _check_size(call)
    return Wanted(
        top_k=options.top_k,
        condition=condition_of(options.filter, call.collection),
        min_score=options.min_score,
        alpha=DEFAULT_ALPHA if options.alpha is None else options.alpha,
        ef_search=options.ef_search,
        include_text=options.include_text,
        include_metadata=options.include_metadata,
        include_values=options.include_values,
    )


async def answer_search(
    call: Call[Options],
    wanted: Wanted,
    mode: Mode,
    vector: QueryVector | None,
    words: QueryWords | None,
    *,
    warning: str | None = None,
) -> SearchResponse:
    """Searches with a vector, with words, or with both, as the mode says."""
    place = Place(call.principal.account_no, call.collection.collection_no, call.request.namespace)
    is_certain = fits(call.request, call.collection.dimension)
    hits = await search(
        call.database,
        call.collection,
        place,
        wanted,
        mode=mode,
        vector=vector,
        words=words,
        meter=call.meter if is_certain else None,
        latency_ms=call.elapsed_ms,
    )
    if warning is None and vector is not None and vector.truncated:
        warning = TRUNCATED
    response = _search_response(call, hits, vector, warning)
    if not is_certain:
        # What cannot be answered is not charged: this costs a round trip more.
        require_room(response)
        event = search_event(call.meter, vector, latency_ms=call.elapsed_ms)
        await call.database.transact(place.account_no, event)
    return response


def fits(options: SearchOptions, dimension: int) -> bool:
    """Whether an answer has room for all that the search may find, however large it is.

    Texts and metadata count at most twice what they are stored in, for what JSON escapes. Control characters take more,
    but who stores texts of little else has few of them.
    """
    each = _HIT_CHARACTERS
    each += 2 * MAX_TEXT_BYTES if options.include_text else 0
    each += MAX_METADATA_BYTES if options.include_metadata else 0
    each += dimension * VALUE_CHARACTERS if options.include_values else 0
    return has_room_for(options.top_k, each)


def _check_size(call: Call[Options]) -> None:
    """Refuses before the work what could not be answered after it. Raises ValidationFailed."""
    options = call.request
    if options.include_values:
        most = call.settings.max_body_bytes // (call.collection.dimension * VALUE_CHARACTERS)
        if options.top_k > most:
            raise ValidationFailed.of("top_k", f"is greater than {most}, the most that fit into an answer with values")


def _search_response(
    call: Call[Options], hits: Sequence[Hit], vector: QueryVector | None, warning: str | None
) -> SearchResponse:
    results = [
        SearchResult(
            id=hit.id,
            score=hit.score,
            text=hit.text,
            metadata=None if hit.metadata is None else metadata_view(hit.metadata),
            scores=Scores(
                vector=hit.vector_score,
                bm25=hit.bm25,
                combined=hit.score,
            ),
            values=values_view(hit.values),
        )
        for hit in hits
    ]
    return SearchResponse(
        results=results,
        confidence=None if vector is None else round(confidence(hits, call.settings.model), 4),
        warning=warning,
        cached=vector is not None and vector.cached,
        usage=SearchUsage(
            embeddings=vector.embeddings if vector else 0,
            searches=1,
            embedding_tokens=vector.tokens if vector else 0,
            model=vector.model if vector else None,
        ),
        took_ms=round(call.elapsed_ms, 2),
    )
