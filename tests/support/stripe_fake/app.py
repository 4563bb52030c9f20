"""The fake as a Starlette application: credentials, version, idempotency, parameters and faults, strict in all."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import stripe
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.stripe_fake.account import Account
from tests.support.stripe_fake.calls import Call, Do, calls_of
from tests.support.stripe_fake.controls import controls
from tests.support.stripe_fake.expand import expanded
from tests.support.stripe_fake.faults import Fault, Faults, Refusal, error_of
from tests.support.stripe_fake.parameters import nested, of_json, read
from tests.support.stripe_fake.people import pages
from tests.support.stripe_fake.rights import calls_allowed
from tests.support.stripe_fake.state import Store
from tests.support.stripe_fake.webhooks import Sent

KEY = "sk_test_of_the_fake"
# Longer than any caller of a test waits.
SILENCE_S = 30.0
# Stripe forgets an idempotency key after a day at least; here it is a day.
KEYS_HOLD_S = 24 * 3_600.0
# What the kept account looks like; one of another form is not read.
FORM = 2
# How often automatic mode looks whether something is due by the clock alone.
TICK_S = 0.5


@dataclass(frozen=True, slots=True)
class Received:
    """A request that reached the fake."""

    method: str
    path: str
    params: dict[str, Any]
    idempotency_key: str | None


@dataclass(slots=True)
class StripeFake:
    """The account, what befalls requests, and the requests that came. Only requests with `key` are answered."""

    account: Account = field(default_factory=Account)
    faults: Faults = field(default_factory=Faults)
    key: str = KEY
    # What a restricted key may do, as `calls` names it; None is everything.
    allowed: set[str] | None = None
    # How long a write is under way; another one of its key is refused meanwhile.
    takes_s: float = 0.0
    requests: list[Received] = field(default_factory=list)
    url: str = ""
    # Whether webhooks are delivered at once; else a test does it.
    is_automatic: bool = False
    # Where the account is kept, if anywhere.
    store: Store | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _kept: dict[str, tuple[Any, int, bytes, float]] = field(default_factory=dict)
    _under_way: set[str] = field(default_factory=set)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def calls(self) -> dict[str, Call]:
        """Every call by method and path."""
        return calls_of(self.account)

    def serve_at(self, url: str) -> None:
        """Tells the account where its pages are."""
        self.url = self.account.checkout.url = self.account.portal.url = url

    def wake(self) -> None:
        """Has automatic mode look at once: something may have changed."""
        self._changed.set()

    async def deliver_automatically(self) -> None:
        """Until it is cancelled: does what is due, and delivers while automatic mode is on."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), TICK_S)
            is_changed = self._changed.is_set()
            self._changed.clear()
            if self.is_automatic:
                self.account.catch_up()
                is_changed = await self.account.webhooks.deliver_due() > 0 or is_changed
            if is_changed:
                self.save()

    def save(self) -> None:
        """Keeps the account, where there is a store for it."""
        if self.store is not None:
            self.store.save((FORM, self.account, self._kept))

    def load(self) -> None:
        """Goes on with the account that was kept, if any."""
        kept = None if self.store is None else self.store.load()
        if kept is not None and kept[0] == FORM:
            _, self.account, self._kept = kept

    def allow(self, *rights: str) -> None:
        """Makes the key a restricted one, of rights as `Customers write` and `Prices read`; raises KeyError."""
        self.allowed = calls_allowed(self.calls(), rights)

    # What a test in the same process does; over HTTP it is `/_fake/…`.

    def now(self) -> float:
        """Unix seconds by the account's clock."""
        return self.account.now()

    def advance(self, seconds: float) -> None:
        """Moves the clock, and does what was due by then."""
        self.account.advance(seconds)
        self.wake()

    def complete_checkout(self, session_id: str, *, fails_later: bool = False) -> dict[str, Any]:
        """Pays as a person does; answers the session."""
        session = self.account.checkout.complete(session_id, fails_later=fails_later)
        self.wake()
        return session

    def meter_total(self, event_name: str, customer_id: str) -> int:
        """Units of a customer on a meter that have been counted by now."""
        return self.account.meter_total(event_name, customer_id)

    async def deliver_all(self, **how: Any) -> list[Sent]:
        """Delivers what waits: `Webhooks.deliver_all`."""
        return await self.account.webhooks.deliver_all(**how)

    def app(self) -> Starlette:
        """The application to serve."""
        methods = ["GET", "POST", "DELETE", "PUT", "PATCH"]
        routes = [*controls(self), *pages(self), Route("/{path:path}", self._answer, methods=methods)]
        return Starlette(routes=routes, exception_handlers={Exception: _told})

    async def _answer(self, request: Request) -> Response:
        raw = (await request.body()).decode()
        fault = self.faults.take(request.method, request.url.path)
        try:
            self.account.catch_up()
            status, body = await self._answered(request, raw, fault)
        except Refusal as refusal:
            status, body = refusal.status, _encoded(refusal.body)
        self.wake()
        headers = {"Request-Id": f"req_fake{next(self._numbers):06}", "Content-Type": "application/json"}
        return Response(body, status, headers)

    async def _answered(self, request: Request, raw: str, fault: Fault | None) -> tuple[int, bytes]:
        method, path = request.method, request.url.path
        self._check_headers(request, raw)
        found, ids = self._call_of(method, path)
        is_json = method == "POST" and path.startswith("/v2/")
        sent = raw if method == "POST" else request.url.query
        given = of_json(sent) if is_json else nested(parse_qsl(sent, keep_blank_values=True))
        key = request.headers.get("idempotency-key")
        self.requests.append(Received(method, path, given, key))
        if fault is not None and fault.what == 429:
            raise error_of(429)  # Stripe limits before it looks at keys, and keeps no such answer
        asked = (method, path, given)
        if key in self._kept and self.account.now() - self._kept[key][3] > KEYS_HOLD_S:
            del self._kept[key]
        if method == "POST" and key is not None and key in self._kept:
            first, status, body, _ = self._kept[key]
            if first != asked:
                message = "Keys for idempotent requests can only be used with the same parameters."
                raise Refusal(400, {"type": "idempotency_error", "message": message})
            return status, body
        if key in self._under_way:
            raise _in_use(key)
        if method == "POST" and key is not None and self.takes_s:
            self._under_way.add(key)
            try:
                await asyncio.sleep(self.takes_s)
            finally:
                self._under_way.remove(key)
        values = read(found.params, given)
        expand = values.pop("expand", [])
        if unused := values.keys() - parameters_of(found.do):
            raise Refusal.of(f"The fake does nothing with {', '.join(sorted(unused))}.", param=min(unused))
        status, body = 500, _encoded(error_of(500).body)
        if fault is None or fault.when == "after":
            done = _encoded(expanded(self.account, found.do(*ids, **values), expand))
            if fault is None or fault.what != 500:
                status, body = 200, done
        arrived = fault is None or fault.what == 500 or fault.when == "after"
        if method == "POST" and key is not None and arrived:
            self._kept[key] = (asked, status, body, self.account.now())
        if fault is not None and fault.what == "silence":
            await _until_the_caller_leaves(request)
        return status, body

    def _check_headers(self, request: Request, raw: str) -> None:
        headers = request.headers
        if headers.get("authorization") != f"Bearer {self.key}":
            raise Refusal.of("Invalid API Key provided.", status=401)
        if headers.get("stripe-version") != stripe.api_version:
            raise Refusal.of("The Stripe-Version is not the package's own.")
        if "x-stripe-client-telemetry" in headers or "telemetry_id" in headers["x-stripe-client-user-agent"]:
            raise Refusal.of("Telemetry was sent.")
        if request.method == "POST":
            kind = "application/json" if request.url.path.startswith("/v2/") else "application/x-www-form-urlencoded"
            if headers.get("content-type") != kind:
                raise Refusal.of(f"The body is not {kind}.")
            if "idempotency-key" not in headers or len(headers["idempotency-key"]) > 255:
                raise Refusal.of("A write without an idempotency key of at most 255 characters.")
        elif raw:
            raise Refusal.of(f"A {request.method} with a body.")

    def _call_of(self, method: str, path: str) -> tuple[Call, tuple[str, ...]]:
        for known, call in self.calls().items():
            pattern = re.escape(known).replace(r"\{id\}", "([^/]+)").replace(r"\ ", " ")
            if match := re.fullmatch(pattern, f"{method} {path}"):
                if self.allowed is not None and known not in self.allowed:
                    message = "The provided key does not have the required permissions for this endpoint."
                    raise Refusal.of(message, status=403)
                return call, match.groups()
        raise Refusal.of(f"Unrecognized request URL ({method}: {path}).", status=404)


async def _told(request: Request, fault: Exception) -> Response:
    """A fault of the fake's own is told to who runs the test, not only to the caller."""
    traceback.print_exception(fault)
    return Response(_encoded(error_of(500).body), 500, {"Content-Type": "application/json"})


def parameters_of(do: Do) -> set[str]:
    """What a call takes by name; `**page` stands for the cursor of a list."""
    found = inspect.signature(do).parameters
    named = {name for name, parameter in found.items() if parameter.kind is not parameter.VAR_KEYWORD}
    return named | ({"limit", "starting_after"} if len(named) < len(found) else set())


def _in_use(key: str | None) -> Refusal:
    message = (
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
        f"twice, and the other request is still going through): {key}. Please try again later."
    )
    return Refusal.of(message, status=409, code="idempotency_key_in_use")


async def _until_the_caller_leaves(request: Request) -> None:
    try:
        async with asyncio.timeout(SILENCE_S):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


def _encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()
