"""GET /v1/vectors/fetch: vectors by their ids. One `ids` splits at commas; repeated `ids=` are literal."""

from __future__ import annotations

from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.fetch_views import FetchRequest, FetchResponse, fetch_vectors


async def fetch(call: Call[FetchRequest]) -> FetchResponse:
    """Answers the vectors in the order asked; unknown ids are left out."""
    ids = call.request.ids
    if len(ids) == 1:
        ids = [part for part in ids[0].split(",") if part]
    return await fetch_vectors(call, ids)


app = endpoint_app("GET /v1/vectors/fetch", fetch, request=FetchRequest, scope="read")
handler = lambda_handler(app)
