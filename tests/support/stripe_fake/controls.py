"""What tests and persons do to the fake over HTTP, and Stripe has no call for: `/_fake/…`, answered in JSON.

Fields are a form, a JSON object or the query. No key is asked for: the fake listens on this machine only.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.stripe_fake.faults import Chance, Fault, Refusal, Rule, What, When

if TYPE_CHECKING:
    from tests.support.stripe_fake.app import StripeFake

Fields = Mapping[str, Any]
Control = Callable[["StripeFake", Fields], Awaitable[dict[str, Any]]]

_WHAT: dict[str, What] = {"429": 429, "500": 500, "silence": "silence"}
_WHEN: dict[str, When] = {"before": "before", "after": "after"}


def controls(fake: StripeFake) -> list[Route]:
    """A route for each control."""
    return [_route(fake, name, control) for name, control in _CONTROLS.items()]


def _route(fake: StripeFake, name: str, control: Control) -> Route:
    method, path = name.split()

    async def answer(request: Request) -> Response:
        try:
            fake.account.catch_up()
            answered = JSONResponse(await control(fake, await _fields(request)))
        except Refusal as refusal:
            answered = JSONResponse(refusal.body, refusal.status)
        except (KeyError, ValueError, TypeError) as error:
            answered = JSONResponse({"error": {"message": f"{type(error).__name__}: {error}"}}, 400)
        fake.wake()
        return answered

    return Route(f"/_fake/{path}", answer, methods=[method])


async def _fields(request: Request) -> Fields:
    raw = (await request.body()).decode()
    if request.headers.get("content-type", "").startswith("application/json") and raw:
        found: Fields = json.loads(raw)
        return found
    return dict(parse_qsl(raw or request.url.query))


def _is_on(value: object) -> bool:
    return value in (True, "true", "1", "yes", "on")


async def _now(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """GET now: Unix seconds by the account's clock."""
    return {"now": fake.account.now()}


async def _advance(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST advance: `seconds`, or `subscription` to be moved past the end of its period and the draft after it."""
    if "subscription" in fields:
        fake.account.advance_past_period(fields["subscription"])
    else:
        fake.account.advance(float(fields["seconds"]))
    return await _now(fake, fields)


async def _complete(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST complete: `session`, and `fails_later` where the card pays this time only."""
    return fake.account.checkout.complete(fields["session"], fails_later=_is_on(fields.get("fails_later")))


async def _fail_payments(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST fail_payments: `customer`, and `failing` (true unless given)."""
    fake.account.fail_payments(fields["customer"], failing=_is_on(fields.get("failing", True)))
    return {}


async def _retry_payments(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST retry_payments: `customer` gives a card that pays, and pays what is open."""
    fake.account.retry_payments(fields["customer"])
    return {}


async def _deliver(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST deliver: what waits, or `events` in their order; `shuffled_by`, `twice`, `dropped` and `seed`."""
    webhooks = fake.account.webhooks
    if "events" in fields:
        named = fields["events"]
        sent = await webhooks.deliver(named.split(",") if isinstance(named, str) else named)
    else:
        shuffled_by = fields.get("shuffled_by")
        sent = await webhooks.deliver_all(
            shuffled_by=None if shuffled_by is None else int(shuffled_by),
            twice=_is_on(fields.get("twice")),
            dropped=float(fields.get("dropped", 0)),
            seed=int(fields.get("seed", 0)),
        )
    return {"sent": [asdict(each) for each in sent]}


async def _hold(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST hold: from now on nothing is delivered by itself, or with `held` false all is."""
    fake.is_automatic = not _is_on(fields.get("held", True))
    return {}


async def _waiting(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """GET waiting: the deliveries that have not been taken."""
    return {"waiting": [asdict(each) for each in fake.account.webhooks.collect()]}


async def _endpoint(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST endpoint: `url` and `secret`, `events` (all unless given), `thin` for events of API v2."""
    events = str(fields.get("events", "*")).split(",")
    id_ = fake.account.webhooks.add_endpoint(
        fields["url"], secret=fields["secret"], enabled_events=events, is_thin=_is_on(fields.get("thin"))
    )
    return {"id": id_}


async def _rotate(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST rotate: `endpoint` signs with `secret` and with the one before it; without `secret` that is forgotten."""
    if "secret" in fields:
        fake.account.webhooks.rotate(fields["endpoint"], fields["secret"])
    else:
        fake.account.webhooks.forget_old_secrets(fields["endpoint"])
    return {}


async def _faults(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST faults: `what` (429, 500, silence) and `when`, by `path`, `method`, `nth` and `times`.

    With `share` and `seed` at random, with `clear` never any more.
    """
    if _is_on(fields.get("clear")):
        fake.faults.clear()
    elif "share" in fields:
        fake.faults.chance = Chance(int(fields.get("seed", 0)), float(fields["share"]))
    else:
        fault = Fault(_WHAT[str(fields["what"])], _WHEN[fields.get("when", "before")])
        nth, times = int(fields.get("nth", 1)), int(fields.get("times", 1))
        fake.faults.rules.append(Rule(fault, fields.get("path", "/"), fields.get("method", ""), nth, times))
    return {}


async def _allow(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST allow: makes the key a restricted one of `rights`, by commas; without them it may do everything."""
    if "rights" in fields:
        fake.allow(*(right.strip() for right in fields["rights"].split(",")))
    else:
        fake.allowed = None
    return {"calls": None if fake.allowed is None else sorted(fake.allowed)}


async def _takes(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST takes: how many `seconds` a write is under way from now on."""
    fake.takes_s = float(fields["seconds"])
    return {}


async def _tax(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST tax: `status` of Stripe Tax, active or pending."""
    fake.account.set_tax(fields["status"])
    return fake.account.tax_settings


async def _counts_after(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST counts_after: how many `seconds` meter events wait from now on until they are counted."""
    fake.account.counts_after_s = float(fields["seconds"])
    return {}


async def _meter_total(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """GET meter_total: units of a `customer` by `event_name`, counted by now, and those taken."""
    name, customer = fields["event_name"], fields["customer"]
    taken = fake.account.units(customer).get(name, 0)
    return {"total": fake.account.meter_total(name, customer), "taken": taken}


async def _meter_error(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """POST meter_error: a report that a `meter` could not count `identifier`, by reason of `code`."""
    fake.account.meter_book.report_error(fields["meter"], fields["code"], fields.get("identifier", "unknown"))
    return {}


async def _objects(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """GET objects: all of a `kind`, as they are now."""
    return {"data": list(fake.account.books.tables[fields["kind"]].values())}


async def _requests(fake: StripeFake, fields: Fields) -> dict[str, Any]:
    """GET requests: all that reached the fake."""
    return {"requests": [asdict(each) for each in fake.requests]}


_CONTROLS: dict[str, Control] = {
    "GET now": _now,
    "POST advance": _advance,
    "POST complete": _complete,
    "POST fail_payments": _fail_payments,
    "POST retry_payments": _retry_payments,
    "POST deliver": _deliver,
    "POST hold": _hold,
    "GET waiting": _waiting,
    "POST endpoint": _endpoint,
    "POST rotate": _rotate,
    "POST faults": _faults,
    "POST allow": _allow,
    "POST takes": _takes,
    "POST tax": _tax,
    "POST counts_after": _counts_after,
    "GET meter_total": _meter_total,
    "POST meter_error": _meter_error,
    "GET objects": _objects,
    "GET requests": _requests,
}
