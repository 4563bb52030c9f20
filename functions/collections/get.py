"""GET /v1/collections/{name}: one collection, with the counts of its stored and pending vectors."""

from __future__ import annotations

from shared.collections import get_collection
from shared.openapi.about import About
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler
from shared.web.views import CollectionView

ABOUT = About(
    path={"name": "articles"},
    answer={
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
    },
)


async def get(call: Call[NoRequest]) -> CollectionView:
    """Answers the collection."""
    call.principal.require_collection(call.path_params["name"])
    return CollectionView.of(await get_collection(call.database, call.principal, call.path_params["name"]))


app = endpoint_app("GET /v1/collections/{name}", get, request=NoRequest, scope="read", about=ABOUT)
handler = lambda_handler(app)
