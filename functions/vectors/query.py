"""POST /v1/vectors/query: the vectors nearest to a text, to a vector or to a stored one."""

from __future__ import annotations

from shared import limits
from shared.errors import ModelMismatch, ValidationFailed
from shared.limits import REFUSALS_OF_UNITS, Ask
from shared.openapi.about import About
from shared.places import Place
from shared.queries import query_of_stored, vector_of_values, words_of
from shared.records import check_text, id_fault
from shared.search import Wanted
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.search_views import SearchOptions, SearchResponse, answer_search, wanted_of
from shared.web.text_search import search_by_text


class QueryRequest(SearchOptions, forbid_unknown_fields=True, kw_only=True):
    text: str | None = None
    vector: list[float] | None = None
    id: str | None = None


ABOUT = About(
    request={"collection": "articles", "text": "animals at rest", "top_k": 5},
    answer={
        "results": [
            {
                "id": "a-17",
                "score": 0.87,
                "text": "A cat sleeps on the sofa.",
                "metadata": {"topic": "pets"},
                "scores": {"vector": 0.87, "bm25": None, "combined": 0.87},
            }
        ],
        "confidence": 0.57,
        "warning": None,
        "cached": False,
        "usage": {"embeddings": 1, "searches": 1, "embedding_tokens": 5, "model": "multilingual-e5-large"},
        "took_ms": 12.4,
    },
    errors=(ModelMismatch, *REFUSALS_OF_UNITS),
)


async def query(call: Call[QueryRequest]) -> SearchResponse:
    """Searches one collection and namespace by exactly one of text, vector and id, best first.

    In modes hybrid and fusion a vector comes with a text, whose words are searched for; an id brings its own.
    """
    request = call.request
    wanted = wanted_of(call)
    given = {name for name in ("text", "vector", "id") if getattr(request, name) is not None}
    if request.mode in ("hybrid", "fusion") and given == {"vector", "text"}:
        return await _by_vector(call, wanted)
    if len(given) != 1:
        raise ValidationFailed.of("", "needs exactly one of text, vector and id")
    if request.text is not None:
        return await search_by_text(call, wanted, request.text, request.mode)
    if request.mode == "keyword" or (request.mode != "vector" and request.vector is not None):
        raise ValidationFailed.of("text", f"is required in mode {request.mode}")
    return await (_by_vector(call, wanted) if request.vector is not None else _by_id(call, wanted))


async def _by_vector(call: Call[QueryRequest], wanted: Wanted) -> SearchResponse:
    request = call.request
    vector = vector_of_values(call.collection, request.vector or [])
    words = None if request.text is None else words_of(call.collection, check_text(request.text))
    return await answer_search(call, wanted, request.mode, vector, words)


async def _by_id(call: Call[QueryRequest], wanted: Wanted) -> SearchResponse:
    vector_id = call.request.id or ""
    if fault := id_fault(vector_id):
        raise ValidationFailed.of("id", fault)
    place = Place(call.principal.account_no, call.collection.collection_no, call.request.namespace)
    stored = await query_of_stored(call.database, call.collection, place, vector_id)
    words = None
    if call.request.mode != "vector":
        if stored.text is None:
            raise ValidationFailed.of("mode", "needs words, and the vector of that id has no text")
        words = words_of(call.collection, stored.text)
    return await answer_search(call, wanted, call.request.mode, stored.vector, words)


def _asks(request: QueryRequest, _: bytes) -> Ask:
    is_embedded = request.vector is None and request.mode != "keyword"
    return limits.search(request.text if is_embedded else None)


app = endpoint_app("POST /v1/vectors/query", query, request=QueryRequest, scope="read", about=ABOUT, asks=_asks)
handler = lambda_handler(app)
