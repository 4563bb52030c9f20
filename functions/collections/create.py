"""POST /v1/collections: make a collection, or answer the equal one of that name."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared.admission import Metric
from shared.collections import create_collection
from shared.config import TEXT_DIMENSION
from shared.errors import Conflict, PlanLimitReached
from shared.limits import CONTROL
from shared.openapi.about import About
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.collection_views import Bm25, Description, Language
from shared.web.views import CollectionName, CollectionView


class CreateRequest(Struct, forbid_unknown_fields=True):
    name: CollectionName
    dimension: Annotated[int, Meta(ge=1, le=3_072)] = TEXT_DIMENSION
    metric: Metric = "cosine"
    description: Description | None = None
    language: Language | None = None
    bm25: Bm25 | None = None


ABOUT = About(
    request={"name": "articles", "description": "What we wrote", "language": "english"},
    answer={
        "name": "articles",
        "dimension": 1024,
        "metric": "cosine",
        "description": "What we wrote",
        "language": "english",
        "bm25": {"k1": 1.5, "b": 0.75},
        "vectors_count": 0,
        "pending_count": 0,
        "failed_count": 0,
        "oldest_pending_at": None,
        "index": {"state": "exact", "rows": None},
        "model": "multilingual-e5-large",
        "model_revision": "1",
        "created_at": "2026-03-01T09:30:00Z",
    },
    errors=(Conflict, PlanLimitReached),
)


async def create(call: Call[CreateRequest]) -> CollectionView:
    """Answers the collection; 409 where one of that name has other parameters."""
    call.principal.require_collection(call.request.name)
    collection = await create_collection(
        call.database,
        call.principal,
        call.settings.model,
        name=call.request.name,
        dimension=call.request.dimension,
        metric=call.request.metric,
        description=call.request.description,
        language=call.request.language,
        k1=call.request.bm25.k1 if call.request.bm25 else None,
        b=call.request.bm25.b if call.request.bm25 else None,
    )
    return CollectionView.of(collection)


app = endpoint_app("POST /v1/collections", create, request=CreateRequest, scope="write", about=ABOUT, asks=CONTROL)
handler = lambda_handler(app)
