"""POST /v1/search: search a collection by meaning."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from shared.embedding import embedder
from shared.places import Place
from shared.records import Namespace, check_text
from shared.search import MAX_TOP_K, Wanted, query_of_text
from shared.search import search as search_vectors
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.search_views import Mode, SearchResponse, refuse_unbuilt, search_response
from shared.web.views import CollectionName


class SearchRequest(Struct, forbid_unknown_fields=True):
    collection: CollectionName
    text: str
    top_k: Annotated[int, Meta(ge=1, le=MAX_TOP_K)] = 10
    filter: dict[str, Any] | None = None
    # The contract's default is hybrid; it becomes so with the keyword index.
    mode: Mode = "vector"
    rerank: bool | None = None
    namespace: Namespace = ""
    min_score: float | None = None
    alpha: Annotated[float, Meta(ge=0, le=1)] | None = None
    include_metadata: bool = True
    include_text: bool = True
    include_values: bool = False


async def search(call: Call[SearchRequest]) -> SearchResponse:
    """The text is embedded, then the nearest vectors are answered, nearest first."""
    request, collection = call.request, call.collection
    refuse_unbuilt(mode=request.mode, filter=request.filter, rerank=request.rerank)
    text = check_text(request.text)
    query = await query_of_text(embedder(), collection, text, budget_s=call.settings.query_embed_budget_s)
    place = Place(call.principal.account_no, collection.collection_no, request.namespace)
    wanted = Wanted(
        top_k=request.top_k,
        min_score=request.min_score,
        include_text=request.include_text,
        include_metadata=request.include_metadata,
        include_values=request.include_values,
    )
    hits = await search_vectors(
        call.database, collection, place, query, wanted, meter=call.meter, latency_ms=call.elapsed_ms
    )
    return search_response(call, hits, query)


app = endpoint_app("POST /v1/search", search, request=SearchRequest, scope="read")
handler = lambda_handler(app)
