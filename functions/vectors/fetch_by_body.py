"""POST /v1/vectors/fetch: vectors by their ids, for ids that a query string does not carry well."""

from __future__ import annotations

from shared.limits import Ask, lookup
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
    return await fetch_vectors(call, call.request.ids)


def _asks(request: FetchRequest, _: bytes) -> Ask:
    return lookup(len(request.ids))


app = endpoint_app("POST /v1/vectors/fetch", fetch, request=FetchRequest, scope="read", about=ABOUT, asks=_asks)
handler = lambda_handler(app)
