"""POST /v1/embeddings: OpenAI's call of that name. Request, answer and errors have the shape that its clients know."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from typing import Annotated, Literal

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
from shared.web.openai_errors import ModelNotFound, OpenAIErrorBody, openai_error_response

Texts = Annotated[list[str], Meta(min_length=1, max_length=MAX_RECORDS)]


class EmbeddingsRequest(Struct, forbid_unknown_fields=True):
    """`kind` is this service's own: `query` for what is searched with, `passage` for what is searched."""

    input: Annotated[str | Texts, Meta(description="A text or an array of texts. Arrays of tokens are refused.")]
    model: Annotated[str, Meta(description="The name of the model that this service embeds with.")]
    encoding_format: Annotated[
        Literal["float", "base64"], Meta(description="base64 is of little-endian float32 values.")
    ] = "float"
    dimensions: Annotated[Literal[1024] | None, Meta(description="Every embedding has 1,024 values.")] = None
    user: Annotated[str | None, Meta(description="Ignored.")] = None
    kind: Kind = "passage"


class Embedding(Struct):
    """One embedding, of length 1; `index` is the place of its text in the input."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class Usage(Struct):
    """Tokens that were embedded for this call; texts embedded shortly before cost none."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingsResponse(Struct):
    """The embeddings in the order of the input."""

    object: Literal["list"]
    data: list[Embedding]
    model: str
    usage: Usage


ABOUT = About(
    request={"input": ["A cat sleeps."], "model": "multilingual-e5-large", "encoding_format": "base64"},
    answer={
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": "CtejPArXo7wK16M8"}],
        "model": "multilingual-e5-large",
        "usage": {"prompt_tokens": 7, "total_tokens": 7},
    },
    errors=(ModelNotFound, *REFUSALS_OF_UNITS),
    error_shape=OpenAIErrorBody,
)


async def embeddings(call: Call[EmbeddingsRequest]) -> EmbeddingsResponse:
    """Texts longer than the model reads are embedded by their beginning. The example shows the start of one."""
    request, name = call.request, call.settings.model.name
    if request.model != name:
        message = f"The model is not served here; this service embeds with {name}."
        raise ModelNotFound(message, details=[Detail("model", "is not served here")])
    texts = _checked(request.input)
    is_base64 = request.encoding_format == "base64"
    require_room_for_embeddings("input", len(texts), dimension=TEXT_DIMENSION, is_base64=is_base64)
    found = await embed_texts(
        call.database,
        embedder(),
        texts,
        request.kind,
        meter=call.meter,
        budget_s=call.settings.upsert_embed_budget_s,
    )
    encode = _base64 if is_base64 else list
    return EmbeddingsResponse(
        object="list",
        data=[Embedding("embedding", index, encode(values)) for index, values in enumerate(found.embeddings)],
        model=name,
        usage=Usage(prompt_tokens=found.tokens, total_tokens=found.tokens),
    )


def _checked(texts: str | list[str]) -> list[str]:
    """The texts. Raises ValidationFailed, naming the first 20 that cannot be embedded."""
    if isinstance(texts, str):
        named = [("input", texts)]
    else:
        named = [(f"input[{index}]", text) for index, text in enumerate(texts)]
    faults = [Detail(field, fault) for field, text in named if (fault := text_fault(text))]
    if faults:
        raise ValidationFailed.all(faults[:MAX_FAULTS])
    return [text for _, text in named]


def _base64(values: Sequence[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()


def _asks(request: EmbeddingsRequest, _: bytes) -> Ask:
    return batch("read", [request.input] if isinstance(request.input, str) else request.input)


app = endpoint_app(
    "POST /v1/embeddings",
    embeddings,
    request=EmbeddingsRequest,
    scope="read",
    about=ABOUT,
    asks=_asks,
    respond=openai_error_response,
)
handler = lambda_handler(app)
