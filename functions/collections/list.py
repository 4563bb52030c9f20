"""GET /v1/collections: the account's collections by name, page by page."""

from __future__ import annotations

from msgspec import Struct

from shared.collections import list_collections
from shared.pages import decode_cursor
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.views import CollectionView, PageRequest


class ListResponse(Struct):
    data: list[CollectionView]
    has_more: bool
    next_cursor: str | None


async def list_page(call: Call[PageRequest]) -> ListResponse:
    """Answers one page."""
    after = decode_cursor(call.request.cursor)
    page = await list_collections(call.database, call.principal, after=after, limit=call.request.limit)
    views = [CollectionView.of(collection) for collection in page.data]
    return ListResponse(data=views, has_more=page.next_cursor is not None, next_cursor=page.next_cursor)


app = endpoint_app("GET /v1/collections", list_page, request=PageRequest, scope="read")
handler = lambda_handler(app)
