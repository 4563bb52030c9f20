"""Ending the subscriptions of accounts that are gone: units not reported yet, then the last invoice, then the row.

A closure (a row of billing_closures) goes through two states. `open`: pages on which something could still be bought
are closed; reports that were on their way when the account went are sent again, each under its own identifier; then the
units that nobody has sent are reported meter by meter. Each is taken out of the row once Stripe has it. `reported`:
after a wait in which Stripe counts them, the subscriptions are cancelled with a final invoice, and the row goes, once
there is none left. A run that ends anywhere is taken up by the next: nothing is lost or sent twice.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from shared import log
from shared.billing.client import MeterEvent, Stripe
from shared.billing.faults import StripeFault, StripeRefused, StripeUnavailable
from shared.billing.objects import ENDED
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.deadline import Deadline

# When a run takes nothing new, and how long one closure may take; its lease outlasts that.
RUN_BUDGET_S = 50.0
CLOSURE_BUDGET_S = 120.0
LEASE = "5 minutes"
# Stripe counts meter events in the background and promises no time; the final invoice is made of what it has counted.
SETTLE = "15 minutes"
# Stripe remembers an identifier for a day at least. Well before that has passed, its counts are asked first.
IDENTIFIERS_HOLD_S = 20 * 3_600.0
MINUTE_S = 60
HOUR_S = 3_600
# Stripe refuses events of more than 35 days before.
OLDEST_S = 34 * 24 * 3_600.0
# How often a try looks whether a subscription is open yet.
MOST_LOOKS = 3

_SQL = statements("billing")


class LeaseLost(Exception):
    """Another run has claimed the closure: this one was too slow and has nothing more to say."""


class OpenReport(msgspec.Struct, frozen=True):
    """A report of which nobody knows whether it arrived: `value` units of a meter in an hour, by its beginning.

    `known` are the units of the hour that have arrived besides. Times are in Unix seconds.
    """

    identifier: str
    meter: str
    hour: int
    value: int
    known: int
    first_sent_at: float


@dataclass(frozen=True, slots=True)
class Closure:
    """A claimed closure. `units` are those nobody has sent yet, by their meter's event name; times in Unix seconds."""

    closure_no: int
    attempts: int
    customer_id: str = field(repr=False)
    units: Mapping[str, int]
    reports: tuple[OpenReport, ...]
    is_reported: bool
    created_at: float
    claimed_at: float

    @property
    def params(self) -> dict[str, object]:
        """What its statements are held to."""
        return {"closure_no": self.closure_no, "attempts": self.attempts}

    @property
    def opens_at(self) -> int:
        """The first whole minute after the account was gone: from there on only this closure reports anything."""
        return (int(self.created_at) // MINUTE_S + 1) * MINUTE_S

    def event(self, meter: str) -> MeterEvent:
        """What reports the units of a meter: always the same identifier, and a time in the period that is invoiced."""
        known = f"{self.closure_no} {self.created_at} {self.customer_id} {meter}"
        identifier = f"closure-{hashlib.sha256(known.encode()).hexdigest()}"
        timestamp = max(int(self.claimed_at), self.opens_at)
        return MeterEvent(meter, self.customer_id, self.units[meter], timestamp, identifier)

    def key(self, what: str) -> str:
        """The idempotency key of one write in this attempt."""
        return hashlib.sha256(f"{self.closure_no} {self.created_at} {self.attempts} {what}".encode()).hexdigest()


async def close_billing(
    database: Database, stripe: Stripe, *, budget_s: float = RUN_BUDGET_S, settle: str = SETTLE
) -> int:
    """Takes what is ready as far as it goes, until the budget ends or Stripe does not answer; answers how many ended.

    `settle` is an interval of PostgreSQL's: how long reported units wait before the final invoice.
    """
    deadline = Deadline(budget_s)
    ended = 0
    while deadline.remaining_s > 1.0:
        closure = await _claim(database)
        if closure is None:
            break
        try:
            async with asyncio.timeout(CLOSURE_BUDGET_S):
                ended += await _advance(database, stripe, closure, settle)
        except LeaseLost:
            log.event("billing_closure_lease_lost", closure_no=closure.closure_no)
        except (StripeFault, TimeoutError) as fault:
            await _postpone(database, closure, fault)
            if isinstance(fault, StripeUnavailable):
                break
    await report_waiting(database)
    return ended


async def report_waiting(database: Database) -> int:
    """Logs how many closures wait and how long the oldest has, where there are any; answers how many."""
    [(rows, oldest_s)] = await database.execute(Statement(_SQL["measure_closures"]))
    if rows:
        log.event("billing_closures", rows=rows, oldest_s=round(oldest_s, 1))
    return int(rows)


async def _claim(database: Database) -> Closure | None:
    rows = await database.execute(Statement(_SQL["claim_closure"], {"lease": LEASE}))
    for closure_no, attempts, customer_id, units, reports, state, created_at, claimed_at in rows:
        sent = tuple(msgspec.convert(report, OpenReport) for report in reports)
        return Closure(closure_no, attempts, customer_id, units, sent, state == "reported", created_at, claimed_at)
    return None


async def _advance(database: Database, stripe: Stripe, closure: Closure, settle: str) -> bool:
    """Does what is left to do up to the next wait; answers whether the closure has come to its end."""
    if not await stripe.has_customer(closure.customer_id):
        await _write(database, closure, "end_closure")
        return True
    # In both states: a request that was under way when the account went may have opened one since.
    await stripe.sales.expire_checkouts(closure.customer_id, idempotency_key=closure.key("expire"))
    if closure.is_reported:
        await _end_subscriptions(stripe, closure)
        await _write(database, closure, "end_closure")
        return True
    for report in closure.reports:
        closure = await _settle(database, stripe, closure, report)
    for meter in sorted(closure.units):
        await _report(stripe, closure, meter)
        await _write(database, closure, "note_reported_units", meter=meter)
    await _write(database, closure, "note_reported", settle=settle)
    return False


async def _end_subscriptions(stripe: Stripe, closure: Closure) -> None:
    """Cancels what is open, until Stripe lists nothing more: something may have been paid while that was under way."""
    for _ in range(MOST_LOOKS):
        subscriptions = await stripe.subscriptions.of_customer(closure.customer_id)
        # Also those that have not begun.
        found = [each for each in subscriptions if each.status not in ENDED]
        if not found:
            return
        for each in found:
            if each.created > closure.created_at:
                # An alarm: whoever paid after his account was gone gets the money back from a person.
                log.event("billing_after_erasure", closure_no=closure.closure_no)
            key = closure.key(f"cancel {each.subscription_id}")
            await stripe.subscriptions.end(each, idempotency_key=key)
    raise StripeFault(0, "still_open")


async def _settle(database: Database, stripe: Stripe, closure: Closure, report: OpenReport) -> Closure:
    """Has Stripe count a report that may have arrived; answers the closure with what of it did not and never will."""
    missing = await _missing(stripe, closure, report)
    settled = {"identifier": report.identifier, "meter": report.meter, "missing": missing}
    await _write(database, closure, "note_settled_report", **settled)
    if missing == 0:
        return closure
    return replace(closure, units={**closure.units, report.meter: closure.units.get(report.meter, 0) + missing})


async def _missing(stripe: Stripe, closure: Closure, report: OpenReport) -> int:
    """Sends a report again, unless Stripe's count of its hour shows that it arrived; answers what is left to report."""
    if closure.claimed_at - report.first_sent_at > IDENTIFIERS_HOLD_S:
        end = report.hour + HOUR_S
        counted = int(await stripe.counted_units(report.meter, closure.customer_id, start=report.hour, end=end))
        if counted < report.known:
            raise StripeFault(0, "not_counted_yet")
        arrived = min(counted - report.known, report.value)
        if arrived > 0 or closure.claimed_at - report.hour > OLDEST_S:
            return report.value - arrived
        # Even now under the same identifier: what arrived a moment ago is known by it before it is counted.
    last = report.hour + HOUR_S - 1
    event = MeterEvent(report.meter, closure.customer_id, report.value, last, report.identifier)
    await stripe.send_meter_event(event, idempotency_key=closure.key(f"settle {report.identifier}"))
    return 0


async def _report(stripe: Stripe, closure: Closure, meter: str) -> None:
    """Has Stripe count the units of a meter, unless it has done so before."""
    event = closure.event(meter)
    if event.value <= 0:
        return
    if closure.claimed_at - closure.created_at > IDENTIFIERS_HOLD_S:
        # An earlier try may have arrived, and its identifier be forgotten.
        end = (event.timestamp // MINUTE_S + 6) * MINUTE_S
        counted = await stripe.counted_units(meter, closure.customer_id, start=closure.opens_at, end=end)
        if counted >= event.value:
            return
    await stripe.send_meter_event(event, idempotency_key=closure.key(f"report {meter}"))


async def _write(database: Database, closure: Closure, name: str, **params: object) -> None:
    """Raises LeaseLost where the row is no longer this run's."""
    if not await database.execute(_statement(name, closure.params | params)):
        raise LeaseLost


async def _postpone(database: Database, closure: Closure, fault: Exception) -> None:
    status, code = (fault.status, fault.code) if isinstance(fault, StripeFault) else (0, "timeout")
    log.event(
        "billing_closure_failed",
        closure_no=closure.closure_no,
        attempts=closure.attempts,
        reported=closure.is_reported,
        status=status,
        code=code,
        refused=isinstance(fault, StripeRefused),
    )
    await database.execute(_statement("postpone_closure", closure.params))


def _statement(name: str, params: Mapping[str, object]) -> Statement:
    return Statement(_SQL[name], params)
