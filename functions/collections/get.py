"""GET /v1/collections/{name}: one collection, with the counts of its stored and pending vectors."""

from __future__ import annotations

from shared.collections import get_collection
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler
from shared.web.views import CollectionView


async def get(call: Call[NoRequest]) -> CollectionView:
    """Answers the collection."""
    return CollectionView.of(await get_collection(call.database, call.principal, call.path_params["name"]))


app = endpoint_app("GET /v1/collections/{name}", get, request=NoRequest, scope="read")
handler = lambda_handler(app)
