"""GET /v1/vectors/fetch: vectors by their ids. One `ids` splits at commas; repeated `ids=` are literal."""

from __future__ import annotations

from shared.openapi.about import About
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.fetch_views import FetchRequest, FetchResponse, fetch_vectors

ABOUT = About(
    request={"collection": "articles", "ids": ["a-17"]},
    answer={
        "vectors": [
            {
                "id": "a-17",
                "text": "A cat sleeps on the sofa.",
                "values": [0.018, -0.042],
                "metadata": {"topic": "pets"},
                "pending": False,
                "expires_at": None,
                "created_at": "2026-03-01T09:30:00Z",
                "updated_at": "2026-03-01T09:30:00Z",
            }
        ]
    },
)


async def fetch(call: Call[FetchRequest]) -> FetchResponse:
    """Answers the vectors in the order asked; unknown ids are left out."""
    ids = call.request.ids
    if len(ids) == 1:
        ids = [part for part in ids[0].split(",") if part]
    return await fetch_vectors(call, ids)


app = endpoint_app("GET /v1/vectors/fetch", fetch, request=FetchRequest, scope="read", about=ABOUT)
handler = lambda_handler(app)
