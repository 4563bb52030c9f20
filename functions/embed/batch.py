"""POST /v1/embed/batch: the embeddings of up to 1,000 texts, in their order."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared.config import TEXT_DIMENSION
from shared.embed import embed_texts
from shared.embedders.endpoint import Kind
from shared.embedding import embedder
from shared.errors import Detail, ValidationFailed
from shared.limits import REFUSALS_OF_UNITS, Ask, batch
from shared.openapi.about import About
from shared.records import MAX_FAULTS, MAX_RECORDS, text_fault
from shared.web.answers import require_room_for_embeddings
from shared.web.app import Call, endpoint_app, lambda_handler


class EmbedBatchRequest(Struct, forbid_unknown_fields=True):
    texts: Annotated[list[str], Meta(min_length=1, max_length=MAX_RECORDS)]
    kind: Kind = "passage"


class EmbedBatchUsage(Struct):
    embeddings: int
    embedding_tokens: int


class EmbedBatchResponse(Struct):
    embeddings: list[list[float]]
    dimension: int
    model: str
    truncated: list[int]
    usage: EmbedBatchUsage


ABOUT = About(
    request={"texts": ["A cat sleeps on the sofa.", "An invoice is due."]},
    answer={
        "embeddings": [[0.018, -0.042], [0.031, 0.007]],
        "dimension": 1024,
        "model": "multilingual-e5-large",
        "truncated": [],
        "usage": {"embeddings": 2, "embedding_tokens": 17},
    },
    errors=REFUSALS_OF_UNITS,
)


async def embed_batch(call: Call[EmbedBatchRequest]) -> EmbedBatchResponse:
    """All texts are embedded, or an error says why none is answered; `truncated` lists indexes of texts cut short."""
    texts = call.request.texts
    faults = [Detail(f"texts[{index}]", fault) for index, text in enumerate(texts) if (fault := text_fault(text))]
    if faults:
        raise ValidationFailed.all(faults[:MAX_FAULTS])
    require_room_for_embeddings("texts", len(texts), dimension=TEXT_DIMENSION)
    found = await embed_texts(
        call.database,
        embedder(),
        texts,
        call.request.kind,
        meter=call.meter,
        budget_s=call.settings.upsert_embed_budget_s,
    )
    return EmbedBatchResponse(
        embeddings=found.embeddings,
        dimension=len(found.embeddings[0]),
        model=call.settings.model.name,
        truncated=sorted(found.truncated),
        usage=EmbedBatchUsage(embeddings=found.new, embedding_tokens=found.tokens),
    )


def _asks(request: EmbedBatchRequest, _: bytes) -> Ask:
    return batch("read", request.texts)


app = endpoint_app(
    "POST /v1/embed/batch", embed_batch, request=EmbedBatchRequest, scope="read", about=ABOUT, asks=_asks
)
handler = lambda_handler(app)
