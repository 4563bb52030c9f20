"""POST /v1/collections: make a collection, or answer the equal one of that name."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.admission import Metric
from shared.collections import create_collection
from shared.config import TEXT_DIMENSION
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.faults import described
from shared.web.views import CollectionName, CollectionView

# The languages that PostgreSQL 16 has stemmers for (snowball).
Language = Literal[
    "arabic", "armenian", "basque", "catalan", "danish", "dutch", "english", "finnish", "french", "german", "greek",
    "hindi", "hungarian", "indonesian", "irish", "italian", "lithuanian", "nepali", "norwegian", "portuguese",
    "romanian", "russian", "serbian", "spanish", "swedish", "tamil", "turkish", "yiddish",
]  # fmt: skip


NO_NUL = described(r"^[^\x00]*\Z", "holds a NUL character")


class CreateRequest(Struct, forbid_unknown_fields=True):
    name: CollectionName
    dimension: Annotated[int, Meta(ge=1, le=3_072)] = TEXT_DIMENSION
    metric: Metric = "cosine"
    description: Annotated[str, Meta(max_length=1_000, pattern=NO_NUL)] | None = None
    language: Language | None = None


async def create(call: Call[CreateRequest]) -> CollectionView:
    """Answers the collection; 409 where one of that name has other parameters."""
    collection = await create_collection(
        call.database,
        call.principal,
        call.settings.model,
        name=call.request.name,
        dimension=call.request.dimension,
        metric=call.request.metric,
        description=call.request.description,
        language=call.request.language,
    )
    return CollectionView.of(collection)


app = endpoint_app("POST /v1/collections", create, request=CreateRequest, scope="write")
handler = lambda_handler(app)
