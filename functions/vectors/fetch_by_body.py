"""POST /v1/vectors/fetch: vectors by their ids, for ids that a query string does not carry well."""

from __future__ import annotations

from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.fetch_views import FetchRequest, FetchResponse, fetch_vectors


async def fetch(call: Call[FetchRequest]) -> FetchResponse:
    """Answers the vectors in the order asked; unknown ids are left out."""
    return await fetch_vectors(call, call.request.ids)


app = endpoint_app("POST /v1/vectors/fetch", fetch, request=FetchRequest, scope="read")
handler = lambda_handler(app)
