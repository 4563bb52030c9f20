"""POST /v1/vectors/count: how many vectors there are, all or those that a filter matches."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from shared.conditions import condition_of
from shared.listing import count_vectors
from shared.openapi.about import About
from shared.places import Place
from shared.records import Namespace
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.views import CollectionName


class CountRequest(Struct, forbid_unknown_fields=True):
    collection: CollectionName
    filter: dict[str, Any] | None = None
    namespace: Namespace = ""


class CountResponse(Struct):
    count: int


ABOUT = About(
    request={"collection": "articles", "filter": {"topic": "pets"}},
    answer={"count": 120},
)


async def count(call: Call[CountRequest]) -> CountResponse:
    """Exact. Pending vectors count, expired ones do not."""
    place = Place(call.principal.account_no, call.collection.collection_no, call.request.namespace)
    condition = condition_of(call.request.filter, call.collection)
    found = await count_vectors(call.database, place, condition, meter=call.meter, latency_ms=call.elapsed_ms)
    return CountResponse(found)


app = endpoint_app("POST /v1/vectors/count", count, request=CountRequest, scope="read", about=ABOUT)
handler = lambda_handler(app)
