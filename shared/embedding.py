"""The embedder's client: texts go out over HTTP, vectors come back as float16 or float32.

Text goes nowhere else: the embedder is this deployment's own container.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import httpcore2
import msgspec

from shared import log, timing
from shared.config import TEXT_DIMENSION, Model, settings
from shared.errors import Unavailable

Kind = Literal["query", "passage"]
Dtype = Literal["float16", "float32"]

# One embedder run is short; a connection that cannot be opened at once is to a dead one.
CONNECT_TIMEOUT_S = 2.0
MAX_CONNECTIONS = 16
KEEPALIVE_S = 60.0

_BYTES = {"float16": 2, "float32": 4}


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Embeddings in the order of their texts: little-endian rows of 1,024 values, and what each text cost."""

    rows: list[bytes]
    tokens: list[int]
    truncated: frozenset[int]


class EmbedderBusy(Unavailable):
    """The embedder answers, but has no room now; Retry-After is its own."""


class Embedder:
    """One embedder behind a URL. Its model must be the configured one: two models never mix in a collection."""

    def __init__(self, url: str, *, token: str, model: Model) -> None:
        self.model = model
        self._embed_url = f"{url}/embed"
        self._ready_url = f"{url}/ready"
        self._authorization: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {token}"} if token else {}
        # `retries` is of a refused connection only; an embedding that was begun is not asked for twice.
        # Queries have connections of their own: a bulk of passages must not take them all.
        self._pools = {
            kind: httpcore2.AsyncConnectionPool(
                max_connections=MAX_CONNECTIONS, keepalive_expiry=KEEPALIVE_S, retries=1
            )
            for kind in ("query", "passage")
        }

    def __repr__(self) -> str:
        return f"Embedder(model={self.model.name!r})"

    async def close(self) -> None:
        """Closes the connections."""
        for pool in self._pools.values():
            await pool.aclose()

    async def embed(self, kind: Kind, texts: Sequence[str], *, budget_s: float, dtype: Dtype = "float16") -> Embeddings:
        """Embeds 1 to 1,024 texts of at most 64 KB within the budget. Raises Unavailable."""
        with timing.timed("embedding"):
            response = await self._request(
                kind,
                "POST",
                self._embed_url,
                headers={
                    "Content-Type": "application/json",
                    "Accept": f"application/octet-stream; dtype={dtype}",
                    "X-Deadline-Ms": str(max(int(budget_s * 1000), 1)),
                },
                content=msgspec.json.encode({"kind": kind, "inputs": texts}),
                budget_s=budget_s,
            )
        if response.status != 200:
            raise _refused(response)
        return self._parse(response, rows=len(texts), width=TEXT_DIMENSION * _BYTES[dtype])

    async def is_ready(self, *, budget_s: float = 1.0) -> bool:
        """Whether the embedder would answer now."""
        try:
            return (await self._request("query", "GET", self._ready_url, headers={}, budget_s=budget_s)).status == 200
        except Unavailable:
            return False

    async def _request(
        self,
        kind: Kind,
        method: str,
        url: str,
        *,
        headers: Mapping[bytes | str, bytes | str],
        budget_s: float,
        content: bytes | None = None,
    ) -> httpcore2.Response:
        timeout = {
            "connect": min(CONNECT_TIMEOUT_S, budget_s),
            "read": budget_s,
            "write": budget_s,
            "pool": budget_s,
        }
        try:
            return await self._pools[kind].request(
                method,
                url,
                headers={**headers, **self._authorization},
                content=content,
                extensions={"timeout": timeout},
            )
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            log.event("embedder_unreachable", type=type(error).__name__)
            raise Unavailable("The embedder is not available. Please try again.") from None

    def _parse(self, response: httpcore2.Response, *, rows: int, width: int) -> Embeddings:
        headers = {name.lower(): value.decode("ascii") for name, value in response.headers}
        served = (headers.get(b"x-model"), headers.get(b"x-model-revision"))
        if served != (self.model.name, self.model.revision):
            log.event("embedder_model_differs", served=f"{served[0]}@{served[1]}", expected=self.model.name)
            raise Unavailable("The embedder serves another model than this deployment expects.", retry_after_s=60)
        data = response.content
        tokens = [int(count) for count in headers[b"x-tokens"].split(",")]
        if len(data) != rows * width or len(tokens) != rows:
            log.event("embedder_answer_malformed", rows=rows, bytes=len(data))
            raise Unavailable("The embedder gave no usable answer. Please try again.")
        cut = headers.get(b"x-truncated", "")
        return Embeddings(
            rows=[data[start : start + width] for start in range(0, len(data), width)],
            tokens=tokens,
            truncated=frozenset(int(index) for index in cut.split(",") if index),
        )


class Deadline:
    """A moment by which work must be done."""

    def __init__(self, budget_s: float) -> None:
        self._ends = time.monotonic() + budget_s

    @property
    def remaining_s(self) -> float:
        """Seconds left, never below zero."""
        return max(self._ends - time.monotonic(), 0.0)


@cache
def embedder() -> Embedder:
    """The embedder of this process, made at first use."""
    config = settings()
    return Embedder(config.embedder_url, token=config.embedder_token, model=config.model)


def _refused(response: httpcore2.Response) -> Unavailable:
    log.event("embedder_refused", status=response.status)
    headers = {name.lower(): value for name, value in response.headers}
    seconds = headers.get(b"retry-after", b"1")
    told = EmbedderBusy if response.status == 503 else Unavailable
    return told("The embedder is busy. Please try again.", retry_after_s=int(seconds) if seconds.isdigit() else 1)
