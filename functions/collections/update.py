"""PATCH /v1/collections/{name}: change a collection's description, language and parameters of BM25."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from shared.collection_settings import Settings, update_collection
from shared.keywords.bm25 import K1, B
from shared.limits import CONTROL
from shared.openapi.about import About
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.collection_views import Bm25, Description, Language
from shared.web.views import CollectionView


class UpdateRequest(Struct, forbid_unknown_fields=True):
    description: Description | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET
    bm25: Bm25 | UnsetType | None = UNSET


ABOUT = About(
    path={"name": "articles"},
    request={"description": None, "language": "english", "bm25": {"b": 0.4}},
    answer={
        "name": "articles",
        "dimension": 1024,
        "metric": "cosine",
        "description": None,
        "language": "english",
        "bm25": {"k1": 1.5, "b": 0.4},
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


async def update(call: Call[UpdateRequest]) -> CollectionView:
    """What is not named stays; null clears it, and brings the defaults back to `bm25`.

    The words of stored texts follow another language or other parameters within minutes.
    """
    call.principal.require_collection(call.path_params["name"])
    request = call.request
    bm25 = Bm25(K1, B) if request.bm25 is None else request.bm25 or Bm25()
    settings = Settings(
        sets_description=request.description is not UNSET,
        description=None if request.description is UNSET else request.description,
        sets_language=request.language is not UNSET,
        language=None if request.language is UNSET else request.language,
        k1=bm25.k1,
        b=bm25.b,
    )
    collection = await update_collection(call.database, call.principal, call.path_params["name"], settings)
    return CollectionView.of(collection)


app = endpoint_app(
    "PATCH /v1/collections/{name}",
    update,
    request=UpdateRequest,
    scope="write",
    about=ABOUT,
    idempotent=True,
    asks=CONTROL,
)
handler = lambda_handler(app)
