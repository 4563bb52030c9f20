"""GET /v1/collections: the account's collections by name, page by page."""

from __future__ import annotations

from msgspec import Struct

from shared.collections import list_collections
from shared.openapi.about import About
from shared.pages import decode_cursor
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.views import CollectionView, PageRequest


class ListResponse(Struct):
    data: list[CollectionView]
    has_more: bool
    next_cursor: str | None


ABOUT = About(
    request={"limit": 50},
    answer={
        "data": [
            {
                "name": "articles",
                "dimension": 1024,
                "metric": "cosine",
                "description": "What we wrote",
                "language": "english",
                "bm25": {"k1": 1.5, "b": 0.75},
                "vectors_count": 1200,
                "pending_count": 0,
                "failed_count": 0,
                "oldest_pending_at": None,
                "index": {"state": "exact", "rows": None},
                "model": "multilingual-e5-large",
                "model_revision": "1",
                "created_at": "2026-03-01T09:30:00Z",
            }
        ],
        "has_more": False,
        "next_cursor": None,
    },
)


async def list_page(call: Call[PageRequest]) -> ListResponse:
    """Answers one page; to a key of one collection, that one alone."""
    after = decode_cursor(call.request.cursor)
    page = await list_collections(
        call.database, call.principal, after=after, limit=call.request.limit, only=call.principal.only_collection
    )
    views = [CollectionView.of(collection) for collection in page.data]
    return ListResponse(data=views, has_more=page.next_cursor is not None, next_cursor=page.next_cursor)


app = endpoint_app("GET /v1/collections", list_page, request=PageRequest, scope="read", about=ABOUT)
handler = lambda_handler(app)
