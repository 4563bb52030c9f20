"""What an embedder answers: rows of vectors, counts of tokens, the name of its model, or a refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import httpcore2
import msgspec

from shared import log
from shared.config import TEXT_DIMENSION, Model
from shared.errors import Unavailable

Dtype = Literal["float16", "float32"]
BYTES = {"float16": 2, "float32": 4}

MAX_TOKENS = 100_000
MAX_DIGITS = 6
# The first byte of a value, most significant first, is its sign and the beginning of its exponent. These are infinity
# and not-a-number in float16; in float32 also numbers beyond 1e38, which no component of a vector is. Reading bytes
# costs a tenth of unpacking numbers.
_NOT_FINITE = {"float16": b"\x7c\x7d\x7e\x7f\xfc\xfd\xfe\xff", "float32": b"\x7f\xff"}
# Zero, and what is so near to it (below 0.00004) that a vector of length 1 has greater ones too.
_ZERO = b"\x00\x80"

UNREACHABLE = "The embedder is not available. Please try again."
MALFORMED = "The embedder gave no usable answer. Please try again."
# Somebody must change a setting or end a deployment: not a matter of a second.
ANOTHER_MODEL_RETRY_S = 60
# The most that is read of an answer that is not vectors.
SMALL_BYTES = 64 * 1024


class Unusable(Unavailable):
    """What the embedder answered is not what it should be: its own fault, which the next request would meet too."""


class Refused(Unavailable):
    """The embedder does not take this very request; it may well take others."""


class RunFailed(Unavailable):
    """The embedder is well, but could not embed these very texts."""


class Interrupted(Unavailable):
    """No answer came, though the embedder may have begun: it may have been these texts that ended it."""


class EmbedderBusy(Unavailable):
    """The embedder answers, but has no room now; Retry-After is its own."""


class AnotherModel(Unavailable):
    """The embedder serves another model than this deployment is set to; the two must never mix."""


class ServedModel(msgspec.Struct, frozen=True):
    """The model that an embedder serves, as GET /model tells it."""

    name: str
    revision: str
    dimension: int

    def require(self, model: Model) -> None:
        """Raises AnotherModel, and logs both, unless it is the given one."""
        expected = ServedModel(model.name, model.revision, TEXT_DIMENSION)
        if self != expected:
            log.event("embedder_model_differs", served=str(self), expected=str(expected))
            raise AnotherModel(
                "The embedder serves another model than this deployment expects.", retry_after_s=ANOTHER_MODEL_RETRY_S
            )

    def __str__(self) -> str:
        return f"{self.name}@{self.revision} ({self.dimension})"


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Embeddings in the order of their texts: little-endian rows of 1,024 values, and what each text cost.

    `cached` tells that the embedder had them already: nothing was embedded.
    """

    rows: list[bytes] = field(repr=False)
    tokens: list[int]
    truncated: frozenset[int]
    cached: bool = False


class TokenCounts(msgspec.Struct, frozen=True):
    """How many tokens texts have, in their order, as POST /tokens tells it; None is a text too long to be counted."""

    tokens: list[int | None]
    max_tokens: int

    def too_long(self) -> dict[int, int | None]:
        """The places of the texts that the model would not read to their end, with their tokens."""
        return {place: count for place, count in enumerate(self.tokens) if count is None or count > self.max_tokens}


class _TokensAnswer(TokenCounts, frozen=True):
    model: str
    revision: str
    dimension: int


class _Error(msgspec.Struct):
    code: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; the names of `headers` are in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes = field(repr=False)

    @classmethod
    async def of(cls, response: httpcore2.Response, *, ok_bytes: int) -> Answer:
        """Reads the answer: `ok_bytes` at most where it is 200, and SMALL_BYTES otherwise. Raises Unusable."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        most = ok_bytes if response.status == 200 else SMALL_BYTES
        content = bytearray()
        async for chunk in response.aiter_stream():
            content += chunk
            if len(content) > most:
                raise cls(response.status, headers, bytes(content))._malformed()
        return cls(response.status, headers, bytes(content))

    def embeddings(self, model: Model, *, rows: int, dtype: Dtype) -> Embeddings:
        """The rows of an answer to POST /embed.

        Raises EmbedderBusy, AnotherModel, Refused, RunFailed, or else Unusable.
        """
        self._require_ok()
        try:
            served = ServedModel(
                self.headers["x-model"], self.headers["x-model-revision"], _number(self.headers["x-dimension"])
            )
            tokens = _numbers(self.headers["x-tokens"], least=1, most=MAX_TOKENS)
            truncated = frozenset(_numbers(self.headers.get("x-truncated", ""), least=0, most=rows - 1))
        except (KeyError, ValueError):
            raise self._malformed() from None
        served.require(model)
        data = self.content
        if len(data) != rows * row_bytes(dtype) or len(tokens) != rows or not _are_vectors(data, dtype):
            raise self._malformed()
        return Embeddings(
            rows=_rows(data, row_bytes(dtype)),
            tokens=tokens,
            truncated=truncated,
            cached=self.headers.get("x-cached") == "1",
        )

    def token_counts(self, model: Model, *, texts: int) -> TokenCounts:
        """The counts of an answer to POST /tokens. Raises as `embeddings` does."""
        self._require_ok()
        try:
            told = msgspec.json.decode(self.content, type=_TokensAnswer)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self._malformed() from None
        ServedModel(told.model, told.revision, told.dimension).require(model)
        if len(told.tokens) != texts:
            raise self._malformed()
        return told

    def served_model(self) -> ServedModel:
        """The model of an answer to GET /model. Raises EmbedderBusy, Refused or Unusable."""
        self._require_ok()
        try:
            return msgspec.json.decode(self.content, type=ServedModel)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self._malformed() from None

    def _require_ok(self) -> None:
        if self.status == 200:
            return
        log.event("embedder_refused", status=self.status)
        seconds = self.headers.get("retry-after", "")
        retry_after_s = int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 6 else 1
        if self.status == 503 and self._code() == "engine_failed":
            raise RunFailed("The embedder could not embed this. Please try again.", retry_after_s=retry_after_s)
        if self.status == 503:
            raise EmbedderBusy("The embedder is busy. Please try again.", retry_after_s=retry_after_s)
        if self.status in (413, 422):
            raise Refused(MALFORMED, retry_after_s=retry_after_s)
        raise Unusable(MALFORMED, retry_after_s=retry_after_s)

    def _code(self) -> str:
        try:
            return msgspec.json.decode(self.content, type=_Error).code
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ""

    def _malformed(self) -> Unusable:
        log.event("embedder_answer_malformed", status=self.status, bytes=len(self.content))
        return Unusable(MALFORMED)


def row_bytes(dtype: Dtype) -> int:
    """The size of one vector."""
    return TEXT_DIMENSION * BYTES[dtype]


def _rows(data: bytes, width: int) -> list[bytes]:
    return [data[start : start + width] for start in range(0, len(data), width)]


def _are_vectors(data: bytes, dtype: Dtype) -> bool:
    """Whether all values are finite, and none of the rows is all zero."""
    heads = data[BYTES[dtype] - 1 :: BYTES[dtype]]
    if len(heads.translate(None, _NOT_FINITE[dtype])) < len(heads):
        return False
    return all(row.translate(None, _ZERO) for row in _rows(heads, TEXT_DIMENSION))


def _number(text: str) -> int:
    """A number of ASCII digits, and few; `int` alone takes " 1_0" and more. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise ValueError("no number")
    return int(text)


def _numbers(listed: str, *, least: int, most: int) -> list[int]:
    """ "1,2,3" as numbers; "" is none. Raises ValueError."""
    numbers = [_number(text) for text in listed.split(",")] if listed else []
    if numbers and not least <= min(numbers) <= max(numbers) <= most:
        raise ValueError("out of range")
    return numbers
