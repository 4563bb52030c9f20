"""POST /v1/search: search a collection by meaning."""

from __future__ import annotations

from shared.embedding import embedder
from shared.places import Place
from shared.records import check_text
from shared.search import query_of_text
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.search_views import SearchOptions, SearchResponse, answer_search, refuse_unbuilt


class SearchRequest(SearchOptions, forbid_unknown_fields=True, kw_only=True):
    text: str
    rerank: bool | None = None


async def search(call: Call[SearchRequest]) -> SearchResponse:
    """The text is embedded, then the nearest vectors are answered, nearest first."""
    request, collection = call.request, call.collection
    refuse_unbuilt(request, rerank=request.rerank)
    text = check_text(request.text)
    query = await query_of_text(
        embedder(), call.principal, collection, text, budget_s=call.settings.query_embed_budget_s
    )
    place = Place(call.principal.account_no, collection.collection_no, request.namespace)
    return await answer_search(call, place, query)


app = endpoint_app("POST /v1/search", search, request=SearchRequest, scope="read")
handler = lambda_handler(app)
