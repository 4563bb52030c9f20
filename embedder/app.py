"""The HTTP application: routes, authentication, errors, one log line a request."""

from __future__ import annotations

import asyncio
import hmac
import re
import time
import uuid
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embedder.config import Settings
from embedder.errors import (
    DeadlinePassed,
    EmbedderError,
    MethodNotAllowed,
    NotFound,
    NotReady,
    TooLarge,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
)
from embedder.log import Log, where
from embedder.room import Room, Share
from embedder.service import EmbeddingService
from embedder.wire import (
    MAX_BODY_BYTES,
    EmbedRequest,
    answer,
    error_response,
    json_response,
    parse_accept,
    parse_deadline,
    parse_request,
    parse_scope,
    tokens_answer,
)

T = TypeVar("T")

OPEN_PATHS = frozenset({"/health", "/ready"})
"""Answered without the token: an orchestrator asks them."""

PATHS = frozenset({"/embed", "/tokens", "/model", "/metrics", *OPEN_PATHS})
"""What a log line or a metric may name; a path is the caller's words otherwise."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LARGE = 64 * 1024
"""Bytes of a body, or of an answer, beyond which JSON is worked on beside the event loop."""


def create_app(settings: Settings, service: EmbeddingService, log: Log) -> ASGIApp:
    """The application of a started service."""
    endpoints = Endpoints(settings, service)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        service.start()
        yield

    app = Starlette(
        routes=[
            Route("/embed", endpoints.embed, methods=["POST"]),
            Route("/tokens", endpoints.tokens, methods=["POST"]),
            Route("/model", endpoints.model),
            Route("/health", endpoints.health),
            Route("/ready", endpoints.ready),
            Route("/metrics", endpoints.metrics),
        ],
        exception_handlers={
            EmbedderError: _on_error,
            HTTPException: _on_http_exception,
            ClientDisconnect: _on_disconnect,
            MemoryError: _on_memory,
            Exception: _on_unforeseen,
        },
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return Border(app, settings.token, service, log)


class Endpoints:
    """The handlers of the routes."""

    def __init__(self, settings: Settings, service: EmbeddingService) -> None:
        self._settings = settings
        self._service = service
        self._room = Room(settings.body_bytes)
        service.metrics.gauge("body_bytes", lambda: self._room.used)

    async def embed(self, request: Request) -> Response:
        """``POST /embed``: vectors of texts."""
        deadline = self._deadline(request)
        dtype = parse_accept(request.headers.get("accept", ""))
        _require_json(request)
        scope = parse_scope(request.headers.get("x-cache-scope"))
        with self._room.share() as share:
            return await self._embed(request, share, deadline, dtype, scope)

    async def tokens(self, request: Request) -> Response:
        """``POST /tokens``: how many tokens texts have, without embedding them."""
        deadline = self._deadline(request)
        _require_json(request)
        with self._room.share() as share:
            parsed = await _parsed(request, share, deadline)
            counting = self._service.count_tokens(parsed.kind, parsed.inputs, deadline)
            return tokens_answer(await _unless_left(request, counting), self._service.manifest)

    def _deadline(self, request: Request) -> float:
        return parse_deadline(request.headers.get("x-deadline-ms"), self._settings.default_deadline_seconds)

    async def _embed(
        self, request: Request, share: Share, deadline: float, dtype: str | None, scope: str | None
    ) -> Response:
        parsed = await _parsed(request, share, deadline)
        embedded = await _unless_left(request, self._service.embed(parsed.kind, parsed.inputs, deadline, scope))
        request.scope["embedder.tokens"] = sum(embedded.tokens)
        if len(parsed.inputs) * self._service.manifest.dimension * 2 > _LARGE:
            return await asyncio.to_thread(answer, embedded, dtype, self._service.manifest)
        return answer(embedded, dtype, self._service.manifest)

    async def model(self, _: Request) -> Response:
        """``GET /model``: what the vectors are."""
        manifest = self._service.manifest
        names = ("name", "revision", "dimension", "native_dimension", "max_tokens", "unrelated_cosine")
        return json_response({**{name: getattr(manifest, name) for name in names}, "engine": self._settings.engine})

    async def health(self, _: Request) -> Response:
        """``GET /health``: the process lives, and the model can be run."""
        if self._service.failed:
            raise Unavailable("The model cannot be run; the process must be restarted.")
        return json_response({"status": "ok"})

    async def ready(self, _: Request) -> Response:
        """``GET /ready``: the session has run."""
        if not self._service.ready:
            raise NotReady("The model is not ready.")
        return json_response({"status": "ready"})

    async def metrics(self, _: Request) -> Response:
        """``GET /metrics`` for Prometheus."""
        return PlainTextResponse(self._service.metrics.render(), media_type="text/plain; version=0.0.4")


class Border:
    """The outermost layer: request id, bearer token, unforeseen errors, metrics and the log line."""

    def __init__(self, app: ASGIApp, token: str | None, service: EmbeddingService, log: Log) -> None:
        self._app = app
        self._authorization = None if token is None else f"bearer {token}".encode()
        self._service = service
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = _request_id(headers.get(b"x-request-id", b""))
        scope["embedder.request_id"] = request_id
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            if not self._allowed(scope["path"], headers.get(b"authorization", b"")):
                unauthorized = Unauthorized("A valid bearer token is required.")
                await error_response(unauthorized, request_id)(scope, receive, send_with_id)
            else:
                await self._app(scope, receive, send_with_id)
        except Exception as error:  # answered by now: Starlette lets it through after `_on_unforeseen`
            self._log.event("request_failed", request_id=request_id, error=where(error))
        finally:
            self._note(scope, request_id, status, time.perf_counter() - started)

    def _allowed(self, path: str, authorization: bytes) -> bool:
        if self._authorization is None or path in OPEN_PATHS:
            return True
        scheme, blank, credential = authorization.partition(b" ")
        given = scheme.lower() + blank + credential.strip()
        return hmac.compare_digest(given, self._authorization)

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        path = scope["path"] if scope["path"] in PATHS and status != 401 else "other"
        self._service.metrics.add("requests", path=path, status=str(status))
        if status in (413, 503) and path == "/embed":
            self._service.metrics.add("rejected", status=str(status))
        self._log.event(
            "request",
            request_id=request_id,
            method=scope["method"] if scope["method"] in _METHODS else "other",
            path=path,
            status=status,
            ms=round(seconds * 1000, 2),
            inputs=scope.get("embedder.inputs"),
            tokens=scope.get("embedder.tokens"),
        )


def _require_json(request: Request) -> None:
    content_type = request.headers.get("content-type", "application/json")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType("The body must be application/json.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("The body must not be packed.")


async def _parsed(request: Request, share: Share, deadline: float) -> EmbedRequest:
    try:
        async with asyncio.timeout(max(deadline - time.monotonic(), 0)):
            body = await _bounded_body(request, share)
    except TimeoutError:
        raise DeadlinePassed("The deadline passed before the body was there.") from None
    parsed = await asyncio.to_thread(parse_request, body) if len(body) > _LARGE else parse_request(body)
    request.scope["embedder.inputs"] = len(parsed.inputs)
    return parsed


async def _unless_left(request: Request, working: Coroutine[Any, Any, T]) -> T:
    """Works, but stops when the caller goes away."""
    work = asyncio.create_task(working)
    left = asyncio.create_task(_disconnected(request.receive))
    try:
        await asyncio.wait({work, left}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise ClientDisconnect
        return work.result()
    finally:
        work.cancel()
        left.cancel()


async def _bounded_body(request: Request, share: Share) -> bytearray:
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > MAX_BODY_BYTES:
        raise TooLarge(f"The body is larger than {MAX_BODY_BYTES} bytes.")
    body = bytearray()
    async for chunk in request.stream():
        if len(body) + len(chunk) > MAX_BODY_BYTES:
            raise TooLarge(f"The body is larger than {MAX_BODY_BYTES} bytes.")
        share.grow(len(chunk))
        body += chunk
    return body


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, EmbedderError)
    return error_response(error, request.scope["embedder.request_id"])


async def _on_disconnect(_request: Request, _error: Exception) -> Response:
    return Response(status_code=499)  # nobody reads it; the number is for the log


async def _on_memory(request: Request, _error: Exception) -> Response:
    return error_response(Unavailable("The embedder is short of memory."), request.scope["embedder.request_id"])


async def _on_unforeseen(request: Request, _error: Exception) -> Response:
    internal = EmbedderError("Something went wrong inside the embedder.")
    return error_response(internal, request.scope["embedder.request_id"])


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known: EmbedderError
    if error.status_code == 405:
        known = MethodNotAllowed(f"{request.method} is not allowed here.")
    else:
        known = NotFound("There is nothing at this path.")
    response = error_response(known, request.scope["embedder.request_id"])
    response.headers.update(error.headers or {})  # Allow
    return response


def _request_id(given: bytes) -> str:
    text = given.decode("latin-1")
    return text if _REQUEST_ID.fullmatch(text) else uuid.uuid4().hex
