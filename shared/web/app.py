"""The only wiring to Starlette and Mangum: from an endpoint, a plain async function, to ASGI and to Lambda.

    app = endpoint_app("POST /v1/search", search, request=SearchRequest, scope="read")
    handler = lambda_handler(app)

A request passes in this order: route, form of the credential, body (bounded, decoded once), admission with its limits
(one statement), endpoint, end of its ticket, answer. A bad credential is told before a bad body, and a large body is
read for known callers within their limits only. Every answer, an error too, carries its request id, the security
headers and where the caller's rates stand, and leaves one log line without content.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Generic, Literal, TypeVar

import msgspec
from mangum import Mangum
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import Message, Receive, Scope, Send

from shared import log, timing
from shared.admission import Admission, CollectionRef, Principal, admit, give_back
from shared.config import Settings, settings
from shared.credentials import Credential, credential_of
from shared.db.connection import Database
from shared.errors import (
    FluxVectorError,
    InternalError,
    MethodNotAllowed,
    NotFound,
    PaymentRequired,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from shared.ids import new_id
from shared.keys import Scope as KeyScope
from shared.limits import CONTROL, READ, WRITE, Ask, Grant
from shared.openapi.about import NOTHING, About
from shared.usage import Meter
from shared.web import body as bodies
from shared.web import callers, reading
from shared.web.answers import json_response
from shared.web.auth import bearer_credential
from shared.web.context import database
from shared.web.cors import cors_headers, is_preflight, preflight_response
from shared.web.errors import error_response
from shared.web.headers import SECURITY_HEADERS
from shared.web.idempotency import KeyedRequest
from shared.web.lines import require_lines
from shared.web.loop import process_loop
from shared.web.refusals import refusals
from shared.web.turns import turns

R = TypeVar("R", bound=msgspec.Struct)

# What a body may hold that is read for anybody, as whoever signed it is known by reading it.
MAX_RAW_BYTES = 2 << 20
# What a call wants of its credential: a scope, or that somebody signed in; a session has every scope.
CallScope = KeyScope | Literal["session"]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class NoRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The request of a call that takes nothing."""


@dataclass(slots=True)
class Call(Generic[R]):
    """One request on its way through an endpoint."""

    request: R
    request_id: str
    route: str
    path_params: Mapping[str, Any]
    ip_address: str | None
    started: float
    _admission: Admission | None
    # Only of a call that takes lines or its body as it came; any other has its body in `request`.
    body: bytes = b""
    # Only of a call that takes its body as it came: what somebody signed stands beside its signature.
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def admission(self) -> Admission:
        """Who asks and for which collection; only for calls that have a scope."""
        if self._admission is None:
            raise InternalError("Something went wrong on our side.")
        return self._admission

    @property
    def principal(self) -> Principal:
        """Who asks."""
        return self.admission.principal

    @property
    def collection(self) -> CollectionRef:
        """The collection that the request names. Raises NotFound."""
        return self.admission.require_collection()

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return settings()

    @property
    def database(self) -> Database:
        """The database, as the role of the functions."""
        return database()

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the request arrived."""
        return (time.perf_counter() - self.started) * 1000

    @property
    def meter(self) -> Meter:
        """For whom and by what this request's work is metered."""
        principal = self.principal
        return Meter(
            account_no=principal.account_no,
            env=principal.env,
            plan=principal.plan,
            endpoint=self.route,
            key_no=principal.key_no,
            request_id=self.request_id,
            ip_address=self.ip_address,
            ticket=self.admission.grant.ticket,
        )


@dataclass(slots=True)
class _Trace:
    """What the log line of a request may tell, known as it goes; `parts` is in milliseconds."""

    parts: Mapping[str, float]
    admission: Admission | None = None

    @property
    def principal(self) -> Principal | None:
        return self.admission.principal if self.admission else None

    @property
    def grant(self) -> Grant:
        return self.admission.grant if self.admission else Grant()


LambdaHandler = Callable[[dict[str, Any], Any], dict[str, Any]]
Respond = Callable[[FluxVectorError, str], Response]
Endpoint = Callable[[Call[R]], Awaitable[Any]]
# What a request, and the lines of its body, asks for.
Weigh = Callable[[R, bytes], Ask]


class EndpointApp(Generic[R]):
    """The ASGI app of one endpoint. `route` is its route key, `POST /v1/search`; None takes every request.

    `endpoint`, `shape`, `scope`, `about`, `respond`, `is_idempotent`, `takes_lines` and `is_raw` are what
    `endpoint_app` was given, `has_body` is whether the request is a body; the documentation reads them.
    """

    def __init__(
        self,
        route: str | None,
        endpoint: Endpoint[R],
        *,
        request: type[R],
        scope: CallScope | None,
        about: About,
        respond: Respond,
        is_idempotent: bool,
        takes_lines: bool,
        takes_body: bool,
        is_raw: bool,
        asks: Ask | Weigh[R],
        is_limited: bool,
    ) -> None:
        self.route = route
        self.endpoint = endpoint
        self.shape = request
        self.scope = scope
        self.about = about
        self.respond = respond
        self.is_idempotent = is_idempotent
        self.takes_lines = takes_lines
        self.is_raw = is_raw
        self.asks = asks
        self.is_limited = is_limited
        self.has_body = False
        self._names_collection = "collection" in request.__struct_fields__
        if route is not None:
            self._method, path = route.split(" ", 1)
            self.has_body = takes_body or self._method in _METHODS_WITH_BODY
            self._pattern, _, self._convertors = compile_path(path)

    def __repr__(self) -> str:
        return f"EndpointApp({self.route!r})"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers an HTTP request; lifespan is the server's business, other protocols are nobody's."""
        if scope["type"] != "http":
            raise RuntimeError(f"An endpoint speaks HTTP only, not {scope['type']}.")
        started = time.perf_counter()
        request_id = new_id("req")
        keyed = KeyedRequest.of(scope, receive) if self.is_idempotent else None
        request = Request(scope, receive if keyed is None else keyed.receive)
        trace = _Trace(timing.collect())
        has_succeeded = False
        try:
            if is_preflight(scope):
                response = preflight_response()
            else:
                try:
                    call = await self._admitted(request, request_id, started, trace, is_keyed=keyed is not None)
                    response = await self._answered(call, keyed)
                    has_succeeded = True
                except PaymentRequired:
                    # What was done and paid before is told again, whatever is left now.
                    if keyed is None or (kept := await self._kept(keyed, trace)) is None:
                        raise
                    response = kept
        except FluxVectorError as error:
            response = self.respond(error, request_id)
        except asyncio.CancelledError:
            self._log(request, request_id, 499, started, trace)
            raise
        except Exception as error:  # the border: whatever it is, the caller gets our shape and the log its place
            log.event("unexpected_error", request_id=request_id, type=type(error).__name__, where=log.where(error))
            response = self.respond(InternalError("Something went wrong on our side."), request_id)
        finally:
            await _end_ticket(trace, has_succeeded=has_succeeded)
        await response(scope, receive, _with_headers(send, request_id, scope["path"], trace.grant))
        self._log(request, request_id, response.status_code, started, trace)

    async def _answered(self, call: Call[R], keyed: KeyedRequest | None) -> Response:
        async def answer() -> Response:
            answered = await self.endpoint(call)
            return answered if isinstance(answered, Response) else json_response(answered)

        if keyed is None:
            return await answer()
        keyed.is_about(call.admission.collection)
        return await keyed.answer_once(call.database, call.principal, call.request_id, answer)

    async def _kept(self, keyed: KeyedRequest, trace: _Trace) -> Response | None:
        """The answer that the same request had; its credential has to allow it still."""
        admission = trace.admission
        if admission is None:
            return None
        self._require(admission)
        if admission.collection is not None:
            admission.principal.require_collection(admission.collection.name)
        keyed.is_about(admission.collection)
        return await keyed.kept_answer(database(), admission.principal)

    def _require(self, admission: Admission) -> None:
        """Raises PermissionDenied or SessionRequired where the credential does not allow the call."""
        if self.scope == "session":
            admission.principal.require_session()
        elif self.scope is not None:
            admission.principal.require(self.scope)

    async def _admitted(
        self, request: Request, request_id: str, started: float, trace: _Trace, *, is_keyed: bool
    ) -> Call[R]:
        path_params = self._match(request)
        address = callers.address_of(request)
        if self.scope is None and self.is_limited:
            callers.let_stranger_in(address)
        credential = self._credential(request, address)
        with reading.buffered.share() as share:
            decoded, body, fault = await self._decoded(request, credential, address, share, trace, is_keyed=is_keyed)
            admission = None
            if self.scope is not None:
                collection = getattr(decoded, "collection", None) if self._names_collection else None
                with timing.timed("admission"):
                    ask = self._ask(decoded, body)
                    admission = await self._within_limits(credential, ask, address, trace, collection=collection)
                if collection is not None:
                    admission.principal.require_collection(collection)
                self._require(admission)
        if fault is not None:
            raise fault
        return Call(
            request=decoded,  # type: ignore[arg-type]  # there is no fault, so it was decoded
            request_id=request_id,
            route=self.route or "",
            path_params=path_params,
            ip_address=address,
            started=started,
            _admission=admission,
            body=body,
            headers=request.headers if self.is_raw else {},
        )

    def _credential(self, request: Request, address: str | None) -> Credential:
        if self.scope is None:
            return Credential()
        try:
            return credential_of(bearer_credential(request), settings())
        except Unauthenticated:
            callers.let_stranger_in(address)
            raise

    def _ask(self, decoded: R | None, lines: bytes) -> Ask:
        """What the request asks for; of one that could not be decoded, what any of them does."""
        if isinstance(self.asks, Ask):
            return self.asks
        if decoded is None:
            return WRITE if self.scope == "write" else READ
        return self.asks(decoded, lines)

    def _least(self) -> Ask:
        """What the smallest of such requests asks for, before anything of its body is known."""
        if isinstance(self.asks, Ask) or self.scope != "write":
            return self._ask(None, b"")
        return replace(WRITE, vectors=1)

    async def _within_limits(
        self,
        credential: Credential,
        ask: Ask,
        address: str | None,
        trace: _Trace,
        *,
        collection: str | None = None,
        takes: bool = True,
    ) -> Admission:
        """The admission; raises what the credential or the limits refuse."""
        admission = refusals().recall(credential, ask)
        if admission is None:
            who = callers.stranger_at(address)
            async with turns().of(credential):
                admission = await admit(database(), credential, ask, collection=collection, takes=takes, address=who)
            refusals().remember(credential, ask, admission)
        trace.admission = admission
        if (fault := admission.grant.fault) is not None:
            raise fault
        return admission

    def _match(self, request: Request) -> Mapping[str, Any]:
        if self.route is None:
            return {}
        path = request.scope["path"]
        match = self._pattern.match(path)
        if match is None or not path.isprintable():  # no id and no name holds a control character
            raise not_found(request)
        if request.method != self._method and not (request.method == "HEAD" and self._method == "GET"):
            raise MethodNotAllowed(f"{request.method} is not allowed here.", allow=[self._method])
        return {name: self._convertors[name].convert(value) for name, value in match.groupdict().items()}

    async def _decoded(
        self,
        request: Request,
        credential: Credential,
        address: str | None,
        share: reading.Share,
        trace: _Trace,
        *,
        is_keyed: bool,
    ) -> tuple[R | None, bytes, FluxVectorError | None]:
        """The request and a body of lines, or what is wrong: that is told only once the caller is known."""
        try:
            if self.route is None:
                return self.shape(), b"", None
            if not self.has_body:
                return bodies.decode_query(request, self.shape), b"", None
            if self.scope is not None and reading.is_large(request):
                # Nobody reads megabytes of a stranger's, nor of whoever would be refused.
                try:
                    await self._within_limits(credential, self._least(), address, trace, takes=False)
                except PaymentRequired:
                    if not is_keyed:  # which may have been done before, and has to be read to be known
                        raise
            most = min(MAX_RAW_BYTES, settings().max_body_bytes) if self.is_raw else settings().max_body_bytes
            raw = await reading.read_body(request, most, share)
            if self.takes_lines:
                require_lines(request)
            if self.takes_lines or self.is_raw:
                return bodies.decode_query(request, self.shape), raw, None
            if not raw:  # as good as {}: a call whose fields are all optional needs no body
                return bodies.decode_json(b"{}", self.shape), b"", None
            bodies.require_json(request)
            return bodies.decode_json(raw, self.shape), b"", None
        except (Unauthenticated, PaymentRequired, RateLimited, Unavailable):
            raise
        except FluxVectorError as error:
            return None, b"", error

    def _log(self, request: Request, request_id: str, status: int, started: float, trace: _Trace) -> None:
        log.event(
            "request",
            request_id=request_id,
            method=request.method if request.method in _METHODS else "other",
            route=self.route,
            status=status,
            ms=round((time.perf_counter() - started) * 1000, 2),
            account=trace.principal.account_id if trace.principal else None,
            key=trace.principal.key_id if trace.principal else None,
            **{f"{name}_ms": round(ms, 2) for name, ms in trace.parts.items()},
        )


def endpoint_app(
    route: str | None,
    endpoint: Endpoint[R],
    *,
    request: type[R],
    scope: CallScope | None,
    about: About = NOTHING,
    respond: Respond = error_response,
    idempotent: bool = False,
    lines: bool = False,
    body: bool = False,
    raw: bool = False,
    asks: Ask | Weigh[R] | None = None,
    limited: bool = True,
) -> EndpointApp[R]:
    """The ASGI app of an endpoint.

    `request` is the struct of its body, or of its query string where the method has no body (`body` gives one to
    DELETE, for what has no place in a URL). `scope` is what the credential must allow, or `session` for calls that
    whoever signed in makes himself; None makes the call public. A field named `collection` is looked up while
    admitting.
    `about` is for the documentation; `respond` makes the answer to an error and its request id, if not in our shape.
    `idempotent` makes the call honour the header Idempotency-Key; it needs a scope, and an answer that may be kept.
    `lines` makes the body lines of JSON, which the endpoint reads from `call.body`; `request` is the query string's.
    `raw` leaves the body as it came in `call.body`, for the endpoint to find out who signed it; `request` has no field.
    `asks` is what a request asks of the caller's limits; without it, one read or write by its scope, or one piece of
    control. `limited` is whether a public call is limited by address.
    """
    by_scope = {"read": READ, "write": WRITE}.get(scope or "", CONTROL)
    return EndpointApp(
        route,
        endpoint,
        request=request,
        scope=scope,
        about=about,
        respond=respond,
        is_idempotent=idempotent,
        takes_lines=lines,
        takes_body=body,
        is_raw=raw,
        asks=by_scope if asks is None else asks,
        is_limited=limited,
    )


def lambda_handler(app: EndpointApp[R]) -> LambdaHandler:
    """The AWS Lambda handler of an app. Mangum would run a lifespan around every single call, so it is off.

    Mangum is made at the first call: it takes the thread's event loop for its own, and warns where there is none.
    """

    @cache
    def mangum() -> Mangum:
        process_loop()
        return Mangum(app, lifespan="off")

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return mangum()(event, context)

    return handler


def not_found(request: Request) -> NotFound:
    """The answer for a path that is no route."""
    return NotFound(f"There is nothing at {request.method} of this path.")


async def _end_ticket(trace: _Trace, *, has_succeeded: bool) -> None:
    """Frees what the request reserved and did not use, unless its last event has done so."""
    ticket, principal = trace.grant.ticket, trace.principal
    if ticket is None or principal is None or (has_succeeded and ticket.ends_with_event):
        return
    await give_back(database(), principal.account_no, principal.env, ticket)


def _with_headers(send: Send, request_id: str, path: str, grant: Grant) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message["headers"]
            # An endpoint's own word goes before the general one.
            said = {name for name, _ in headers}
            headers += [header for header in SECURITY_HEADERS if header[0] not in said]
            headers += cors_headers(path)
            headers += grant.headers
            headers.append((b"x-request-id", request_id.encode()))
        await send(message)

    return send_with_headers
