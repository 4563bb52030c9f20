"""POST /v1/vectors/upsert: store records, then embed their texts as far as the time goes."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.embedding import embedder
from shared.errors import ModelMismatch, PlanLimitReached
from shared.limits import REFUSALS_OF_WRITES, Ask, batch
from shared.openapi.about import About
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
    failed: int
    truncated: int
    usage: UpsertUsage


ABOUT = About(
    request={
        "collection": "articles",
        "vectors": [{"id": "a-17", "text": "A cat sleeps on the sofa.", "metadata": {"topic": "pets"}}],
    },
    answer={
        "upserted": 1,
        "unchanged": 0,
        "pending": 0,
        "failed": 0,
        "truncated": 0,
        "usage": {"vectors": 1, "embeddings": 1, "embedding_tokens": 9, "model": "multilingual-e5-large"},
    },
    errors=(ModelMismatch, PlanLimitReached, *REFUSALS_OF_WRITES),
)


async def upsert(call: Call[UpsertRequest]) -> UpsertResponse:
    """All records are stored, or none; of records with the same id the last one stands.

    `pending` records are stored and found by id, but have no embedding yet; `failed` of them have a text that the
    embedder cannot embed, and are tried again only when they are written again. With `on_long_text` of `reject` a text
    that the model would not read to its end is refused and nothing is stored, `truncate` embeds its beginning.
    """
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
        refuses_long_texts=call.request.on_long_text == "reject",
    )
    return UpsertResponse(
        upserted=done.upserted,
        unchanged=done.unchanged,
        pending=done.pending,
        failed=done.failed,
        truncated=done.truncated,
        usage=UpsertUsage(
            vectors=done.upserted - done.unchanged,
            embeddings=done.embeddings,
            embedding_tokens=done.tokens,
            model=collection.model,
        ),
    )


def _asks(request: UpsertRequest, _: bytes) -> Ask:
    texts = [record.text if record.values is None else None for record in request.vectors]
    return batch("write", texts, vectors=len(texts))


app = endpoint_app(
    "POST /v1/vectors/upsert", upsert, request=UpsertRequest, scope="write", about=ABOUT, idempotent=True, asks=_asks
)
handler = lambda_handler(app)
