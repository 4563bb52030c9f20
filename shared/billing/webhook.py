"""What Stripe sends us: believed once its signature is right, entered, and handled while Stripe waits or later.

A Lambda is frozen after its answer, so what is not done by then is not done at all: handling has a budget, and what it
does not finish the job takes up. Stripe is told 200 as soon as the event is entered.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

import msgspec

from shared import log
from shared.billing.asking import connected, is_live
from shared.billing.event_types import METER_ERRORS, TYPES
from shared.billing.faults import StripeFault
from shared.billing.inbox import handle, note_event, postpone
from shared.billing.objects import Happening
from shared.billing.signatures import signing_secret
from shared.config import Settings
from shared.db.connection import Database
from shared.errors import FluxVectorError, InvalidRequest, Unavailable, WebhookRefused

T = TypeVar("T", bound=msgspec.Struct)

SIGNATURE = "stripe-signature"
# From the arrival of the event to the end of handling it.
BUDGET_S = 5.0


# Printable, without spaces: what is entered has to be text for the database, and part of an address for Stripe.
Id = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]{1,255}\Z")]
# Empty where Stripe tells of what is not there yet.
ObjectId = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]{0,255}\Z")]
# Up to the year 2100: what lay further ahead would never be forgotten.
Created = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800)]


class _Envelope(msgspec.Struct):
    """What every event has; the rest is looked at for the types that are handled only."""

    id: Id
    type: str
    created: Created
    livemode: bool
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _Object(msgspec.Struct):
    id: ObjectId


class _Data(msgspec.Struct):
    object: _Object


class _Related(msgspec.Struct):
    id: Id
    type: str
    url: str


class _Thin(msgspec.Struct):
    """What every event of API v2 has, and the reports of meters have besides."""

    id: Id
    object: Literal["v2.core.event"]
    type: str
    livemode: bool
    related_object: _Related | None = None


async def receive(database: Database, settings: Settings, body: bytes, signature: str, *, elapsed_s: float) -> None:
    """Takes an event of the account's. Raises WebhookRefused, InvalidRequest, or Unavailable where none is taken."""
    _signed(settings, settings.stripe_webhook_secrets, body, signature)
    event = _decoded(body, _Envelope)
    _require_mode(settings, is_live_event=event.livemode)
    if event.type not in TYPES:
        return
    object_id = _decoded(event.data, _Data).object.id
    if not object_id:
        log.event("stripe_event_without_object", type=event.type)
        return
    happening = Happening(event.id, event.type, object_id, datetime.fromtimestamp(event.created, UTC))
    claimed = await note_event(database, happening)
    if claimed is None:
        return
    try:
        async with asyncio.timeout(max(BUDGET_S - elapsed_s, 0.0)), connected(settings) as stripe:
            await handle(database, stripe, claimed)
    except TimeoutError:
        log.event("stripe_event_left", type=claimed.type)  # its lease ends, and the job takes it up
    except (StripeFault, FluxVectorError) as fault:
        await postpone(database, claimed, fault)


async def receive_meter_errors(settings: Settings, body: bytes, signature: str, *, elapsed_s: float) -> None:
    """Takes a report of what a meter could not count, which is an alarm: usage is lost or will be. Keeps nothing.

    Raises WebhookRefused, InvalidRequest, or Unavailable, after which Stripe sends it again.
    """
    secret = _signed(settings, settings.stripe_meter_webhook_secrets, body, signature)
    event = _decoded(body, _Thin)
    _require_mode(settings, is_live_event=event.livemode)
    if event.type != METER_ERRORS:
        return
    if event.related_object is None:
        raise InvalidRequest("The body is no event of Stripe's.")
    try:
        async with asyncio.timeout(max(BUDGET_S - elapsed_s, 0.0)), connected(settings) as stripe:
            report = await stripe.happenings.meter_errors(body, signature, secret)
    except (TimeoutError, StripeFault) as fault:
        status, code = (fault.status, fault.code) if isinstance(fault, StripeFault) else (0, "timeout")
        log.event("stripe_meter_report_failed", status=status, code=code)
        raise Unavailable("The payment service does not answer. Please try again.", retry_after_s=30) from None
    if report is None:
        return
    meter, codes = report
    for code, count in sorted(codes.items()):
        log.event("stripe_meter_errors", meter=meter, code=code, count=count)


def _signed(settings: Settings, secrets: Sequence[str], body: bytes, signature: str) -> str:
    if not secrets or not settings.stripe_api_key:
        raise Unavailable("This deployment takes no events of Stripe's.", retry_after_s=60)
    secret = signing_secret(signature, body, secrets, now=time.time())
    if secret is None:
        raise WebhookRefused("The signature is none of ours, or too old.")
    return secret


def _require_mode(settings: Settings, *, is_live_event: bool) -> None:
    if is_live_event != is_live(settings):
        log.event("stripe_event_of_other_mode", live=is_live_event)
        raise WebhookRefused("The event is of the other mode: live and test have webhooks of their own.")


def _decoded(body: bytes | msgspec.Raw, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidRequest("The body is no event of Stripe's.") from None
