"""POST /v1/embed: the embedding of a text."""

from __future__ import annotations

from msgspec import Struct

from shared.embed import embed_texts
from shared.embedders.endpoint import Kind
from shared.embedding import embedder
from shared.limits import REFUSALS_OF_UNITS, Ask, batch
from shared.openapi.about import About
from shared.records import check_text
from shared.web.app import Call, endpoint_app, lambda_handler


class EmbedRequest(Struct, forbid_unknown_fields=True):
    text: str
    kind: Kind = "query"


class EmbedUsage(Struct):
    embeddings: int
    embedding_tokens: int


class EmbedResponse(Struct):
    embedding: list[float]
    dimension: int
    model: str
    truncated: bool
    usage: EmbedUsage


ABOUT = About(
    request={"text": "animals at rest", "kind": "query"},
    answer={
        "embedding": [0.018, -0.042],
        "dimension": 1024,
        "model": "multilingual-e5-large",
        "truncated": False,
        "usage": {"embeddings": 1, "embedding_tokens": 5},
    },
    errors=REFUSALS_OF_UNITS,
)


async def embed(call: Call[EmbedRequest]) -> EmbedResponse:
    """1,024 values of length 1."""
    text = check_text(call.request.text)
    found = await embed_texts(
        call.database,
        embedder(),
        [text],
        call.request.kind,
        meter=call.meter,
        budget_s=call.settings.query_embed_budget_s,
    )
    return EmbedResponse(
        embedding=found.embeddings[0],
        dimension=len(found.embeddings[0]),
        model=call.settings.model.name,
        truncated=0 in found.truncated,
        usage=EmbedUsage(embeddings=found.new, embedding_tokens=found.tokens),
    )


def _asks(request: EmbedRequest, _: bytes) -> Ask:
    return batch("read", [request.text])


app = endpoint_app("POST /v1/embed", embed, request=EmbedRequest, scope="read", about=ABOUT, asks=_asks)
handler = lambda_handler(app)
