"""What an embedder answers: rows of vectors, the name of its model, or a refusal."""

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

UNREACHABLE = "The embedder is not available. Please try again."
MALFORMED = "The embedder gave no usable answer. Please try again."
# Somebody must change a setting or end a deployment: not a matter of a second.
ANOTHER_MODEL_RETRY_S = 60


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


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; the names of `headers` are in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, response: httpcore2.Response) -> Answer:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return cls(response.status, headers, response.content)

    def embeddings(self, model: Model, *, rows: int, dtype: Dtype) -> Embeddings:
        """The rows of an answer to POST /embed. Raises EmbedderBusy, AnotherModel, or Unavailable for all else."""
        self._require_ok()
        try:
            served = ServedModel(
                self.headers["x-model"], self.headers["x-model-revision"], int(self.headers["x-dimension"])
            )
            tokens = _numbers(self.headers["x-tokens"])
            truncated = frozenset(_numbers(self.headers.get("x-truncated", "")))
        except (KeyError, ValueError):
            raise self._malformed() from None
        served.require(model)
        width = TEXT_DIMENSION * BYTES[dtype]
        data = self.content
        if len(data) != rows * width or len(tokens) != rows:
            raise self._malformed()
        return Embeddings(
            rows=[data[start : start + width] for start in range(0, len(data), width)],
            tokens=tokens,
            truncated=truncated,
            cached=self.headers.get("x-cached") == "1",
        )

    def served_model(self) -> ServedModel:
        """The model of an answer to GET /model. Raises Unavailable."""
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
        if self.status == 503:
            raise EmbedderBusy("The embedder is busy. Please try again.", retry_after_s=retry_after_s)
        raise Unavailable(MALFORMED, retry_after_s=retry_after_s)

    def _malformed(self) -> Unavailable:
        log.event("embedder_answer_malformed", status=self.status, bytes=len(self.content))
        return Unavailable(MALFORMED)


def _numbers(listed: str) -> list[int]:
    """ "1,2,3" as numbers; "" is none."""
    return [int(number) for number in listed.split(",")] if listed else []
