"""The inbox of Stripe's events: each is entered once, handled by whoever claims it, and forgotten but for its id.

Handling never trusts what an event held: it fetches the objects as they are now. A mail leaves with the statement that
ends its event, so each event sends it once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from shared import log
from shared.billing.event_types import ADDRESS_CHANGED
from shared.billing.faults import StripeFault, StripeMissing
from shared.billing.objects import Happening
from shared.billing.standing import forget_customer, sync_customer
from shared.clock import rfc3339
from shared.db import arrays
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.deadline import Deadline
from shared.email.rendering import Value, params_of
from shared.errors import FluxVectorError

if TYPE_CHECKING:
    from shared.billing.client import Stripe

# How long handling may take; afterwards, when the lease has ended, somebody else takes it up.
HANDLE_S = 25.0
LEASE = "30 seconds"
# How long an account stays as it is after a payment failed. The same days stand in reserve_work().
GRACE = timedelta(days=7)
# How often Stripe's list is read for what nobody delivered, and how far back before what was read last: events appear
# in it a little late.
READ_EVERY = "10 minutes"
OVERLAP = timedelta(hours=1)
# As long as Stripe lists an event: what is older cannot come back.
KEPT = timedelta(days=30)

_SQL = statements("webhooks")


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event that is this process's to handle."""

    event_id: str = field(repr=False)
    type: str
    object_id: str = field(repr=False)
    attempts: int


@dataclass(frozen=True, slots=True)
class Mail:
    """What an event tells the owner of a customer's account."""

    kind: str
    customer_id: str = field(repr=False)
    params: Mapping[str, Value] = field(repr=False)


async def note_event(database: Database, happening: Happening) -> Claimed | None:
    """Enters an event and claims it; None where it is known, and handled or in somebody's hands."""
    params = {
        "event_id": happening.event_id,
        "type": happening.type,
        "object_id": happening.object_id,
        "created_at": happening.created_at,
        "lease": LEASE,
    }
    [(attempts,)] = await database.execute(Statement(_SQL["note_event"], params))
    return None if attempts is None else Claimed(happening.event_id, happening.type, happening.object_id, attempts)


async def handle(database: Database, stripe: Stripe, event: Claimed) -> None:
    """Does what an event asks for, and ends it. Raises StripeFault or FluxVectorError: then it is to be postponed."""
    mail = await _HANDLERS[event.type](database, stripe, event.object_id) if event.type in _HANDLERS else None
    params: dict[str, object] = {"event_id": event.event_id, "attempts": event.attempts}
    if mail is None:
        await database.execute(Statement(_SQL["end_event"], params))
        return
    if mail.params.keys() != params_of(mail.kind):
        raise ValueError(f"a mail of kind {mail.kind} takes other parameters")
    params |= {
        "customer_id": mail.customer_id,
        "kind": mail.kind,
        "params": msgspec.json.encode(mail.params).decode(),
    }
    await database.execute(Statement(_SQL["end_event_with_mail"], params))


async def postpone(database: Database, event: Claimed, fault: Exception) -> None:
    """Has an event be tried again later; the wait grows with each try."""
    status, code = (fault.status, fault.code) if isinstance(fault, StripeFault) else (0, type(fault).__name__)
    where = None if isinstance(fault, StripeFault | FluxVectorError | TimeoutError) else log.where(fault)
    log.event("stripe_event_failed", type=event.type, attempts=event.attempts, status=status, code=code, where=where)
    params = {"event_id": event.event_id, "attempts": event.attempts}
    await database.execute(Statement(_SQL["postpone_event"], params))


async def handle_ready(database: Database, stripe: Stripe, deadline: Deadline) -> int:
    """Handles what is ready until the deadline; answers how many events came to their end."""
    ended = 0
    while deadline.remaining_s > 1.0:
        claimed = await database.execute(Statement(_SQL["claim_event"], {"lease": LEASE}))
        if not claimed:
            break
        event = Claimed(*claimed[0])
        try:
            async with asyncio.timeout(HANDLE_S):
                await handle(database, stripe, event)
            ended += 1
        except Exception as fault:  # whatever an object at Stripe looks like, those behind it have their turn
            await postpone(database, event, fault)
    return ended


async def read_missed(database: Database, stripe: Stripe) -> int:
    """Enters what Stripe lists and nobody delivered, where it is time to look; answers how many events were new."""
    for until_at, now in await database.execute(Statement(_SQL["start_reading_events"], {"every": READ_EVERY})):
        found = await enter_missed(database, stripe, until_at - OVERLAP)
        await database.execute(Statement(_SQL["note_events_read"], {"until_at": now}))
        return found
    return 0


async def enter_missed(database: Database, stripe: Stripe, since: datetime) -> int:
    """Enters all events since then that are not there; answers how many. They are ready at once."""
    new = 0
    async for page in stripe.happenings.events_since(since):
        params = {
            "event_ids": arrays.texts([each.event_id for each in page]),
            "types": arrays.texts([each.type for each in page]),
            "object_ids": arrays.texts([each.object_id for each in page]),
            "created_ats": arrays.timestamps([each.created_at for each in page]),
        }
        [(count,)] = await database.execute(Statement(_SQL["note_missed_events"], params))
        new += count
    if new:
        log.event("stripe_events_missed", count=new)
    return new


async def report_waiting(database: Database) -> int:
    """Logs how many events wait and how long the oldest has, where there are any; answers how many."""
    [(rows, oldest_s)] = await database.execute(Statement(_SQL["measure_events"]))
    if rows:
        log.event("stripe_events", rows=rows, oldest_s=round(oldest_s, 1))
    return int(rows)


# One function for each type. `object_id` is of what the event is about.


async def _checkout_completed(database: Database, stripe: Stripe, object_id: str) -> Mail | None:
    customer_id = await stripe.happenings.customer_of_checkout(object_id)
    if customer_id is not None:
        await sync_customer(database, stripe, customer_id)
    return None


async def _subscription_changed(database: Database, stripe: Stripe, object_id: str) -> Mail | None:
    customer_id = await stripe.happenings.customer_of_subscription(object_id)
    if customer_id is not None:
        await sync_customer(database, stripe, customer_id)
    return None


async def _customer_deleted(database: Database, stripe: Stripe, object_id: str) -> Mail | None:
    """Whoever is deleted at Stripe is on Free; the id stays for what is to be reported, and goes then."""
    await sync_customer(database, stripe, object_id)
    if not await stripe.has_customer(object_id) and not await forget_customer(database, object_id):
        raise StripeFault(0, "reports_wait")
    return None


async def _address_changed(database: Database, stripe: Stripe, object_id: str) -> Mail | None:
    """Has Stripe write its own letters to the address that the account has now."""
    [(email,)] = await database.execute(Statement(_SQL["find_billing_address"], {"customer_id": object_id}))
    if email is not None:
        with suppress(StripeMissing):
            await stripe.sales.change_address(object_id, email=email, idempotency_key=f"address {uuid4().hex}")
    return None


async def _invoice_paid(database: Database, stripe: Stripe, object_id: str) -> Mail | None:
    """A receipt for what was really paid; an invoice of nothing has none."""
    invoice = await stripe.happenings.invoice_of(object_id)
    if invoice is None or invoice.customer_id is None:
        return None
    await sync_customer(database, stripe, invoice.customer_id)
    if invoice.status != "paid" or invoice.amount_paid <= 0:
        return None
    params: dict[str, Value] = {
        "number": invoice.number,
        "period_start": invoice.period_start.isoformat(),
        "period_end": invoice.period_end.isoformat(),
        "amount": f"{invoice.amount_paid // 100}.{invoice.amount_paid % 100:02}",
        "currency": invoice.currency.upper(),
    }
    return Mail("receipt", invoice.customer_id, params)


async def _payment_failed(database: Database, stripe: Stripe, object_id: str) -> Mail | None:
    """Tells until when all goes on, unless it has been paid meanwhile."""
    invoice = await stripe.happenings.invoice_of(object_id)
    if invoice is None or invoice.customer_id is None:
        return None
    synced = await sync_customer(database, stripe, invoice.customer_id)
    if synced is None or synced.payment_overdue_since is None or invoice.status == "paid":
        return None
    return Mail("payment_failed", invoice.customer_id, {"grace_until": rfc3339(synced.payment_overdue_since + GRACE)})


_Handler = Callable[[Database, "Stripe", str], Awaitable[Mail | None]]
_HANDLERS: Mapping[str, _Handler] = {
    ADDRESS_CHANGED: _address_changed,
    "checkout.session.completed": _checkout_completed,
    "customer.deleted": _customer_deleted,
    "customer.subscription.created": _subscription_changed,
    "customer.subscription.deleted": _subscription_changed,
    "customer.subscription.paused": _subscription_changed,
    "customer.subscription.pending_update_applied": _subscription_changed,
    "customer.subscription.pending_update_expired": _subscription_changed,
    "customer.subscription.resumed": _subscription_changed,
    "customer.subscription.trial_will_end": _subscription_changed,
    "customer.subscription.updated": _subscription_changed,
    "invoice.paid": _invoice_paid,
    "invoice.payment_failed": _payment_failed,
}
