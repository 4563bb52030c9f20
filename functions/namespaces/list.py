"""GET /v1/namespaces: a collection's namespaces by name, page by page, with the counts of their vectors."""

from __future__ import annotations

from msgspec import Struct

from shared.namespaces import list_namespaces
from shared.openapi.about import About
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.views import CollectionName, PageRequest


class ListRequest(PageRequest, forbid_unknown_fields=True, kw_only=True):
    collection: CollectionName


class NamespaceView(Struct):
    """A namespace; the default one has an empty name."""

    name: str
    vectors_count: int


class ListResponse(Struct):
    data: list[NamespaceView]
    has_more: bool
    next_cursor: str | None


ABOUT = About(
    request={"collection": "articles", "limit": 50},
    answer={"data": [{"name": "", "vectors_count": 1200}], "has_more": False, "next_cursor": None},
)


async def list_page(call: Call[ListRequest]) -> ListResponse:
    """A namespace is there as long as it has a vector that is not expired. The counts are exact."""
    page = await list_namespaces(
        call.database,
        call.principal.account_no,
        call.collection.collection_no,
        cursor=call.request.cursor,
        limit=call.request.limit,
        meter=call.meter,
        latency_ms=call.elapsed_ms,
    )
    views = [NamespaceView(namespace.name, namespace.vectors_count) for namespace in page.data]
    return ListResponse(data=views, has_more=page.next_cursor is not None, next_cursor=page.next_cursor)


app = endpoint_app("GET /v1/namespaces", list_page, request=ListRequest, scope="read", about=ABOUT)
handler = lambda_handler(app)
