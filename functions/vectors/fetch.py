"""GET /v1/vectors/fetch: vectors by their ids. One `ids` splits at commas; repeated `ids=` are literal."""

from __future__ import annotations

from msgspec import Struct

from shared.records import Namespace
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.fetch_views import FetchResponse, fetch_vectors
from shared.web.views import CollectionName


class FetchRequest(Struct, forbid_unknown_fields=True):
    collection: CollectionName
    ids: list[str]
    namespace: Namespace = ""


async def fetch(call: Call[FetchRequest]) -> FetchResponse:
    """Answers the vectors in the order asked; unknown ids are left out."""
    ids = call.request.ids
    if len(ids) == 1:
        ids = [part for part in ids[0].split(",") if part]
    return await fetch_vectors(call, ids, call.request.namespace)


app = endpoint_app("GET /v1/vectors/fetch", fetch, request=FetchRequest, scope="read")
handler = lambda_handler(app)
