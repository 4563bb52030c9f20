"""GET /v1/vectors/list: a namespace's vectors in the order of their ids, page by page."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from shared.clock import rfc3339
from shared.conditions import condition_of
from shared.listing import ListedVector, list_vectors
from shared.openapi.about import About
from shared.pages import decode_cursor
from shared.places import Place
from shared.records import MAX_ID_LENGTH, Namespace
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.filter_text import filter_of_text
from shared.web.views import CollectionName, PageRequest, metadata_view, values_view


class ListRequest(PageRequest, forbid_unknown_fields=True, kw_only=True):
    collection: CollectionName
    namespace: Namespace = ""
    prefix: Annotated[str, Meta(max_length=MAX_ID_LENGTH, description="What ids begin with.")] = ""
    filter: Annotated[str, Meta(description="A filter, as JSON.")] = ""
    include_text: bool = False
    include_values: bool = False


class ListedView(Struct):
    """A vector of the listing; `text` and `values` only where they were asked for."""

    id: str
    metadata: dict[str, Any]
    pending: bool
    expires_at: str | None
    created_at: str
    updated_at: str
    text: str | UnsetType | None = UNSET
    values: list[float] | UnsetType | None = UNSET

    @classmethod
    def of(cls, vector: ListedVector, request: ListRequest) -> ListedView:
        return cls(
            id=vector.id,
            metadata=metadata_view(vector.metadata),
            pending=vector.is_pending,
            expires_at=rfc3339(vector.expires_at) if vector.expires_at else None,
            created_at=rfc3339(vector.created_at),
            updated_at=rfc3339(vector.updated_at),
            text=vector.text if request.include_text else UNSET,
            values=values_view(vector.values) if request.include_values else UNSET,
        )


class ListResponse(Struct):
    data: list[ListedView]
    has_more: bool
    next_cursor: str | None


ABOUT = About(
    request={"collection": "articles", "prefix": "a-", "filter": '{"topic": "pets"}', "limit": 50},
    answer={
        "data": [
            {
                "id": "a-17",
                "metadata": {"topic": "pets"},
                "pending": False,
                "expires_at": None,
                "created_at": "2026-03-01T09:30:00Z",
                "updated_at": "2026-03-01T09:30:00Z",
            }
        ],
        "has_more": False,
        "next_cursor": None,
    },
)


async def list_page(call: Call[ListRequest]) -> ListResponse:
    """By code points of the ids. A page whose vectors are large ends before its limit: `has_more` tells of others.

    What is stored meanwhile makes no vector come twice or not at all that is there all the time.
    """
    request = call.request
    page = await list_vectors(
        call.database,
        Place(call.principal.account_no, call.collection.collection_no, request.namespace),
        condition_of(filter_of_text(request.filter), call.collection),
        prefix=request.prefix,
        after=decode_cursor(request.cursor),
        limit=request.limit,
        include_text=request.include_text,
        include_values=request.include_values,
        meter=call.meter,
        latency_ms=call.elapsed_ms,
    )
    views = [ListedView.of(vector, request) for vector in page.data]
    return ListResponse(data=views, has_more=page.next_cursor is not None, next_cursor=page.next_cursor)


app = endpoint_app("GET /v1/vectors/list", list_page, request=ListRequest, scope="read", about=ABOUT)
handler = lambda_handler(app)
