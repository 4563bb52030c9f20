"""POST /v1/vectors/query: the vectors nearest to a text, to a vector or to a stored one."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from shared.embedding import embedder
from shared.errors import ValidationFailed
from shared.places import Place
from shared.records import Namespace, check_text, id_fault
from shared.search import MAX_TOP_K, Query, Wanted, query_of_stored, query_of_text, query_of_vector, search
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.search_views import Mode, SearchResponse, refuse_unbuilt, search_response
from shared.web.views import CollectionName


class QueryRequest(Struct, forbid_unknown_fields=True):
    collection: CollectionName
    text: str | None = None
    vector: list[float] | None = None
    id: str | None = None
    top_k: Annotated[int, Meta(ge=1, le=MAX_TOP_K)] = 10
    filter: dict[str, Any] | None = None
    include_metadata: bool = True
    include_text: bool = True
    include_values: bool = False
    mode: Mode = "vector"
    namespace: Namespace = ""
    min_score: float | None = None
    alpha: Annotated[float, Meta(ge=0, le=1)] | None = None
    ef_search: Annotated[int, Meta(ge=1, le=1_000)] | None = None


async def query(call: Call[QueryRequest]) -> SearchResponse:
    """Exact search in one collection and namespace, nearest first."""
    request = call.request
    refuse_unbuilt(mode=request.mode, filter=request.filter, rerank=None)
    place = Place(call.principal.account_no, call.collection.collection_no, request.namespace)
    found = await _query_vector(call, place)
    wanted = Wanted(
        top_k=request.top_k,
        min_score=request.min_score,
        include_text=request.include_text,
        include_metadata=request.include_metadata,
        include_values=request.include_values,
    )
    hits = await search(
        call.database, call.collection, place, found, wanted, meter=call.meter, latency_ms=call.elapsed_ms
    )
    return search_response(call, hits, found)


async def _query_vector(call: Call[QueryRequest], place: Place) -> Query:
    request, collection = call.request, call.collection
    given = [name for name in ("text", "vector", "id") if getattr(request, name) is not None]
    if len(given) != 1:
        raise ValidationFailed.of("", "needs exactly one of text, vector and id")
    if request.text is not None:
        budget_s = call.settings.query_embed_budget_s
        return await query_of_text(embedder(), collection, check_text(request.text), budget_s=budget_s)
    if request.vector is not None:
        return query_of_vector(collection, request.vector)
    vector_id = request.id or ""
    if fault := id_fault(vector_id):
        raise ValidationFailed.of("id", fault)
    return await query_of_stored(call.database, collection, place, vector_id)


app = endpoint_app("POST /v1/vectors/query", query, request=QueryRequest, scope="read")
handler = lambda_handler(app)
