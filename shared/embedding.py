"""The embedders' client: texts go out over HTTP, vectors come back as float16 or float32.

Text goes nowhere else: the embedders are this deployment's own containers. `shared.embedders` has the parts: which of
them is asked, and what becomes of one that does not answer.
"""

from __future__ import annotations

import asyncio
import math
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Generic, TypeVar

import msgspec

from shared import log, timing
from shared.config import Model, settings
from shared.deadline import Deadline
from shared.embedders.answer import (
    SMALL_BYTES,
    UNREACHABLE,
    AnotherModel,
    Answer,
    Dtype,
    EmbedderBusy,
    Embeddings,
    Interrupted,
    Refused,
    RunFailed,
    TokenCounts,
    Unusable,
    row_bytes,
)
from shared.embedders.breaker import Clock
from shared.embedders.endpoint import KINDS, MAX_REST_S, Endpoint, Kind
from shared.embedders.exchange import Exchange, Unreachable
from shared.embedders.fleet import Fleet
from shared.embedders.names import Resolve, resolve
from shared.embedders.scope import cache_scope
from shared.errors import Unavailable

_SILENT = "does not answer"
# Errors that tell that an embedder is well.
_WELL = (EmbedderBusy, AnotherModel, Refused, RunFailed)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Request(Generic[T]):
    """A request with texts, and how its answer is read, which has at most `ok_bytes`."""

    kind: Kind
    path: str
    headers: Mapping[bytes | str, bytes | str]
    content: bytes = field(repr=False)
    ok_bytes: int
    read: Callable[[Answer], T]


class Embedder:
    """The embedders behind one or more URLs. Their model must be the configured one: two never mix in a collection.

    A connection that could not be opened is tried once more, on another embedder where there is one; a request that may
    have been begun never is. `ca_file` holds the certificates (PEM) by which https is verified; None is the system's.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        token: str,
        model: Model,
        ca_file: str | None = None,
        clock: Clock = time.monotonic,
        resolve: Resolve = resolve,
    ) -> None:
        self.model = model
        self._token = token
        self._fleet = Fleet(urls, clock=clock, resolve=resolve)
        has_tls = any(url.startswith("https:") for url in urls)
        self._exchange = Exchange(
            token=token, ssl_context=ssl.create_default_context(cafile=ca_file) if has_tls else None
        )

    def __repr__(self) -> str:
        return f"Embedder(model={self.model.name!r})"

    async def close(self) -> None:
        """Closes the connections."""
        await self._exchange.close()

    def cache_scope(self, account_no: int, env: str) -> str:
        """The scope of an account's queries in the embedder's cache, for `embed`."""
        return cache_scope(account_no, env, token=self._token)

    async def embed(
        self,
        kind: Kind,
        texts: Sequence[str],
        *,
        budget_s: float,
        dtype: Dtype = "float16",
        scope: str | None = None,
    ) -> Embeddings:
        """Embeds 1 to 1,024 texts of at most 64 KB within the budget.

        Raises Unavailable; where it may be for these texts, Refused, RunFailed, Unusable or Interrupted.

        A query with a scope may be answered from the embedder's cache of that scope's queries.
        """
        headers: dict[bytes | str, bytes | str] = {
            "Content-Type": "application/json",
            "Accept": f"application/octet-stream; dtype={dtype}",
        }
        if scope is not None and kind == "query":
            headers["X-Cache-Scope"] = scope
        content = msgspec.json.encode({"kind": kind, "inputs": texts})
        with timing.timed("embedding"):
            request = _Request(
                kind,
                "/embed",
                headers,
                content,
                len(texts) * row_bytes(dtype),
                lambda answer: answer.embeddings(self.model, rows=len(texts), dtype=dtype),
            )
            return await self._ask(request, Deadline(budget_s))

    async def count_tokens(self, kind: Kind, texts: Sequence[str], *, budget_s: float) -> TokenCounts:
        """Counts the tokens of 1 to 1,024 texts of at most 64 KB, without embedding them. Raises Unavailable."""
        content = msgspec.json.encode({"kind": kind, "inputs": texts})
        with timing.timed("embedding"):
            request = _Request(
                kind,
                "/tokens",
                {"Content-Type": "application/json"},
                content,
                SMALL_BYTES,
                lambda answer: answer.token_counts(self.model, texts=len(texts)),
            )
            return await self._ask(request, Deadline(budget_s))

    async def fault(self, *, budget_s: float = 1.0) -> str | None:
        """What would keep a text from being embedded now, in words; None where at least one embedder would do it.

        An embedder that answers here is asked again at once, however long its breaker would have waited.
        """
        deadline = Deadline(budget_s)
        endpoints = await self._fleet.endpoints(within_s=budget_s)
        faults = await asyncio.gather(*(self._fault_of(endpoint, deadline) for endpoint in endpoints))
        if None in faults:
            return None
        return next((fault for fault in faults if fault not in (None, _SILENT)), _SILENT)

    async def _ask(self, request: _Request[T], deadline: Deadline) -> T:
        tried: set[Endpoint] = set()
        was_refused = False
        mismatch: AnotherModel | None = None
        while True:
            endpoint = await self._fleet.choose(request.kind, within_s=deadline.remaining_s, tried=tried)
            if mismatch is not None and endpoint in tried:
                raise mismatch  # none is left to ask
            try:
                async with endpoint.turn(request.kind, deadline):
                    if endpoint.breaker.wait_s:  # others failed while this request waited for its turn
                        continue
                    if endpoint.serves_another_model:
                        try:
                            with _heeded(endpoint, request.kind):
                                told = await self._exchange.request(endpoint, "GET", "/model", deadline=deadline)
                                self._check_model(endpoint, told)
                        except AnotherModel as error:  # no text was sent
                            mismatch = error
                            tried.add(endpoint)
                            continue
                    with _heeded(endpoint, request.kind):
                        return await self._ask_at(endpoint, request, deadline)
            except Unreachable as error:
                log.event("embedder_unreachable", endpoint=endpoint.name, type=str(error))
                self._fleet.doubt()
                if error.begun or was_refused:
                    kind = Interrupted if error.begun else Unavailable
                    raise kind(UNREACHABLE, retry_after_s=math.ceil(endpoint.breaker.wait_s)) from None
                was_refused = True
                tried.add(endpoint)

    async def _ask_at(self, endpoint: Endpoint, request: _Request[T], deadline: Deadline) -> T:
        answer = await self._exchange.request(
            endpoint,
            "POST",
            request.path,
            deadline=deadline,
            headers=request.headers,
            content=request.content,
            ok_bytes=request.ok_bytes,
        )
        return request.read(answer)

    def _check_model(self, endpoint: Endpoint, told: Answer) -> None:
        """Raises AnotherModel unless GET /model tells ours. The headers of each answer are checked besides."""
        told.served_model().require(self.model)
        endpoint.serves_another_model = False

    async def _fault_of(self, endpoint: Endpoint, deadline: Deadline) -> str | None:
        try:
            answer = await self._exchange.request(endpoint, "GET", "/ready", deadline=deadline)
            if answer.status != 200:
                return "is not ready"
            self._check_model(endpoint, await self._exchange.request(endpoint, "GET", "/model", deadline=deadline))
        except AnotherModel:
            _mistrust(endpoint)
            return "serves another model than this deployment expects"
        except (Unreachable, Unavailable):
            return _SILENT
        endpoint.breaker.close()
        return None


@contextmanager
def _heeded(endpoint: Endpoint, kind: Kind) -> Iterator[None]:
    """Around a request and the reading of its answer: what becomes of it decides whether it is asked again soon.

    One that fails is mostly done sooner than one that works, and would have the least under way: it rests.
    """
    try:
        with endpoint.breaker.watch(Unreachable, Unusable, answers=_WELL):
            yield
    except (Unreachable, Unusable):
        endpoint.rest(*KINDS, seconds=MAX_REST_S)
        raise
    except EmbedderBusy as busy:
        endpoint.rest(kind, seconds=busy.retry_after_s)
        raise
    except AnotherModel:
        _mistrust(endpoint)
        raise


def _mistrust(endpoint: Endpoint) -> None:
    """It gets no text before it has said that its model is ours, and others are asked first."""
    endpoint.serves_another_model = True
    endpoint.rest(*KINDS, seconds=MAX_REST_S)


@cache
def embedder() -> Embedder:
    """The embedder of this process, made at first use."""
    config = settings()
    return Embedder(
        config.embedder_urls, token=config.embedder_token, model=config.model, ca_file=config.embedder_ca_file
    )
