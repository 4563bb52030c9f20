"""POST /v1/vectors/query: the vectors nearest to a text, to a vector or to a stored one."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from shared.embedding import embedder
from shared.errors import ValidationFailed
from shared.places import Place
from shared.records import check_text, id_fault
from shared.search import Query, query_of_stored, query_of_text, query_of_vector
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.search_views import SearchOptions, SearchResponse, answer_search, refuse_unbuilt


class QueryRequest(SearchOptions, forbid_unknown_fields=True, kw_only=True):
    text: str | None = None
    vector: list[float] | None = None
    id: str | None = None
    ef_search: Annotated[int, Meta(ge=1, le=1_000)] | None = None


async def query(call: Call[QueryRequest]) -> SearchResponse:
    """Exact search in one collection and namespace, nearest first."""
    refuse_unbuilt(call.request)
    place = Place(call.principal.account_no, call.collection.collection_no, call.request.namespace)
    return await answer_search(call, place, await _query_vector(call, place))


async def _query_vector(call: Call[QueryRequest], place: Place) -> Query:
    request, collection = call.request, call.collection
    given = [name for name in ("text", "vector", "id") if getattr(request, name) is not None]
    if len(given) != 1:
        raise ValidationFailed.of("", "needs exactly one of text, vector and id")
    if request.text is not None:
        budget_s = call.settings.query_embed_budget_s
        text = check_text(request.text)
        return await query_of_text(embedder(), call.principal, collection, text, budget_s=budget_s)
    if request.vector is not None:
        return query_of_vector(collection, request.vector)
    vector_id = request.id or ""
    if fault := id_fault(vector_id):
        raise ValidationFailed.of("id", fault)
    return await query_of_stored(call.database, collection, place, vector_id)


app = endpoint_app("POST /v1/vectors/query", query, request=QueryRequest, scope="read")
handler = lambda_handler(app)
