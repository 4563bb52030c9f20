"""POST /v1/vectors/upsert: store records, then embed their texts as far as the time goes."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.embedding import embedder
from shared.errors import NotImplementedYet
from shared.places import Place
from shared.records import MAX_RECORDS, Namespace, Record
from shared.upsert import upsert as upsert_records
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.views import CollectionName


class UpsertRequest(Struct, forbid_unknown_fields=True):
    collection: CollectionName
    vectors: Annotated[list[Record], Meta(min_length=1, max_length=MAX_RECORDS)]
    namespace: Namespace = ""
    on_long_text: Literal["truncate", "reject"] = "truncate"


class UpsertUsage(Struct):
    vectors: int
    embeddings: int
    embedding_tokens: int
    model: str | None


class UpsertResponse(Struct):
    upserted: int
    unchanged: int
    pending: int
    truncated: int
    usage: UpsertUsage


async def upsert(call: Call[UpsertRequest]) -> UpsertResponse:
    """All records are stored, or none; of records with the same id the last one stands."""
    if call.request.on_long_text == "reject":
        raise NotImplementedYet("on_long_text=reject is part of the contract, but it is not built yet.")
    collection = call.collection
    done = await upsert_records(
        call.database,
        embedder(),
        collection,
        Place(call.principal.account_no, collection.collection_no, call.request.namespace),
        call.request.vectors,
        meter=call.meter,
        latency_ms=call.elapsed_ms,
        budget_s=call.settings.upsert_embed_budget_s,
    )
    return UpsertResponse(
        upserted=done.upserted,
        unchanged=done.unchanged,
        pending=done.pending,
        truncated=done.truncated,
        usage=UpsertUsage(
            vectors=done.upserted - done.unchanged,
            embeddings=done.embeddings,
            embedding_tokens=done.tokens,
            model=collection.model,
        ),
    )


app = endpoint_app("POST /v1/vectors/upsert", upsert, request=UpsertRequest, scope="write")
handler = lambda_handler(app)
