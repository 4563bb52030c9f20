"""Answers as JSON, and how large they may be: what carries them has a bound, a Lambda's is 6 MB."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from shared.config import settings
from shared.errors import ValidationFailed

# No answer of this size is too large for anybody.
MIN_ANSWER_BYTES = 1 << 20
# Characters of a value in an answer, at the most (a float32 written out, and a comma).
VALUE_CHARACTERS = 22
# The same of a value in base64, and of what stands around an embedding.
VALUE_CHARACTERS_BASE64 = 16 / 3
EMBEDDING_CHARACTERS = 80


def json_response(answer: Any) -> Response:
    """The answer as JSON. Raises ValidationFailed where it is larger than what carries it."""
    body = msgspec.json.encode(answer)
    if len(body) > MIN_ANSWER_BYTES and len(body) > (most := settings().max_body_bytes):
        raise ValidationFailed.of(
            "", f"asks for {len(body)} bytes, and an answer has {most} at most: ask for less at once"
        )
    return Response(body, media_type="application/json")


def require_room(answer: Any) -> None:
    """Raises ValidationFailed where the answer is too large: for work that is metered only if it is answered."""
    json_response(answer)


def has_room_for(count: int, characters: int) -> bool:
    """Whether an answer has room for so many items of at most so many characters, whatever they are."""
    return count * characters <= max(MIN_ANSWER_BYTES, settings().max_body_bytes) - MIN_ANSWER_BYTES // 16


def require_room_for_embeddings(field: str, count: int, *, dimension: int, is_base64: bool = False) -> None:
    """Refuses before the work what could not be answered after it. Raises ValidationFailed, naming the field."""
    each = int(dimension * (VALUE_CHARACTERS_BASE64 if is_base64 else VALUE_CHARACTERS)) + EMBEDDING_CHARACTERS
    most = (max(MIN_ANSWER_BYTES, settings().max_body_bytes) - EMBEDDING_CHARACTERS) // each
    if count > most:
        raise ValidationFailed.of(field, f"is more than {most} texts, whose embeddings would not fit into an answer")
