"""POST /v1/vectors/update: change a stored vector, or the metadata of all that a filter matches."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from shared.conditions import condition_of
from shared.embedding import embedder
from shared.errors import ModelMismatch, ValidationFailed
from shared.limits import REFUSALS_OF_WRITES, WRITE, Ask, batch
from shared.openapi.about import About
from shared.places import Place
from shared.records import Namespace
from shared.updates import Change, Updated, update_by_id, update_matching
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.views import CollectionName


class UpdateRequest(Struct, forbid_unknown_fields=True):
    collection: CollectionName
    id: str | None = None
    filter: dict[str, Any] | None = None
    set_metadata: dict[str, Any] | None = None
    text: str | None = None
    values: list[float] | None = None
    namespace: Namespace = ""


class UpdateUsage(Struct):
    vectors: int
    embeddings: int
    embedding_tokens: int
    model: str | None


class UpdateResponse(Struct):
    updated: int
    unchanged: int
    pending: int
    failed: int
    truncated: int
    usage: UpdateUsage


ABOUT = About(
    request={
        "collection": "articles",
        "filter": {"topic": "pets"},
        "set_metadata": {"topic": "animals", "draft": None},
    },
    answer={
        "updated": 120,
        "unchanged": 0,
        "pending": 0,
        "failed": 0,
        "truncated": 0,
        "usage": {"vectors": 120, "embeddings": 0, "embedding_tokens": 0, "model": "multilingual-e5-large"},
    },
    errors=(ModelMismatch, *REFUSALS_OF_WRITES),
)


async def update(call: Call[UpdateRequest]) -> UpdateResponse:
    """Takes exactly one of `id` and `filter`, and with an id any of `set_metadata`, `text` and `values`.

    `set_metadata` sets the fields that it names, where null removes a field; the others stay. A new `text` is embedded
    and takes the place of values that were sent before, new `values` leave the text.

    `updated` counts the vectors that now are as asked for, `unchanged` those of them that were so already: they are not
    written, and not billed. An unknown id updates 0. Where a filter matches so many that a request has not time enough,
    it ends with 503, and where a quota or a spending cap has room for some of them only with 402: what is updated by
    then stays and is charged, the sentence tells how much that is, and the same request goes on.
    """
    request = call.request
    if (request.id is None) == (request.filter is None):
        raise ValidationFailed.of("", "needs exactly one of id and filter")
    change = Change(request.set_metadata, request.text, request.values)
    if change == Change():
        raise ValidationFailed.of("", "needs at least one of set_metadata, text and values")
    place = Place(call.principal.account_no, call.collection.collection_no, request.namespace)
    if request.id is not None:
        done = await update_by_id(
            call.database,
            embedder(),
            call.collection,
            place,
            change,
            vector_id=request.id,
            meter=call.meter,
            latency_ms=call.elapsed_ms,
            budget_s=call.settings.upsert_embed_budget_s,
        )
        return _response(done, call.collection.model)
    for field in ("text", "values"):
        if getattr(request, field) is not None:
            raise ValidationFailed.of(field, "is of one vector: send its id, not a filter")
    done = await update_matching(
        call.database,
        call.collection,
        place,
        condition_of(request.filter, call.collection),
        request.set_metadata or {},
        meter=call.meter,
        latency_ms=call.elapsed_ms,
    )
    return _response(done, call.collection.model)


def _response(done: Updated, model: str | None) -> UpdateResponse:
    return UpdateResponse(
        updated=done.updated,
        unchanged=done.unchanged,
        pending=done.embedded.pending,
        failed=done.embedded.failed,
        truncated=done.embedded.truncated,
        usage=UpdateUsage(
            vectors=done.updated - done.unchanged,
            embeddings=done.embedded.embeddings,
            embedding_tokens=done.embedded.tokens,
            model=model,
        ),
    )


def _asks(request: UpdateRequest, _: bytes) -> Ask:
    """How many vectors a filter matches shows as they are updated."""
    if request.id is None:
        return WRITE
    return batch("write", [request.text if request.values is None else None], vectors=1)


app = endpoint_app(
    "POST /v1/vectors/update", update, request=UpdateRequest, scope="write", about=ABOUT, idempotent=True, asks=_asks
)
handler = lambda_handler(app)
