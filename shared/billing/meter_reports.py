"""Reporting what was used to Stripe's meters, so that its sums are those of usage_hours, whatever fails and whenever.

Hours that are over are queued as rows of meter_reports: an hour of a customer's meter in one row, and what is added to
it later in further ones. A row is marked as sent before it is sent, and as acknowledged once Stripe has it; then it is
never sent again. Where no answer came it is sent again under the same identifier, of which Stripe counts one event a
day. When that time is nearly over, the meter's own count of the hour is asked first, and what that shows to have
arrived is settled. The count lags, so the identifier stays the same even then: an event that arrived a moment ago and
is not counted yet is known by it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared import log
from shared.billing.client import MeterEvent, Stripe
from shared.billing.faults import StripeFault, StripeRefused
from shared.db.connection import Database, Statement, UniqueConflict
from shared.db.sql_files import statements
from shared.deadline import Deadline

# When a run takes nothing new. A call ends within a minute, and a lease outlasts that.
RUN_BUDGET_S = 50.0
CALL_BUDGET_S = 60.0
LEASE = "5 minutes"
# What is recorded at an hour's end is in its sum a minute later: waiting for it spares a revision.
SETTLED = "2 minutes"
# Stripe refuses events of more than 35 days before.
OLDEST = "34 days 12 hours"
# Stripe takes 1,000 meter events a second, and few more than this at once.
IN_FLIGHT = 25
PAUSE_S = 1.0
QUEUED_AT_ONCE = 2_000
# Stripe remembers an identifier for a day at least.
IDENTIFIERS_HOLD_S = 20 * 3_600.0
HOUR_S = 3_600

_SQL = statements("meter_reports")


@dataclass(frozen=True, slots=True)
class Report:
    """A claimed report: units of a customer's meter in an hour (its beginning, in Unix seconds).

    `known` are the units of the hour that have arrived; `was_sent` says whether a try before this one has an unknown
    outcome, and `age_s` how long ago the first such try was.
    """

    account_no: int
    meter: str
    hour: int
    revision: int
    value: int
    identifier: str = field(repr=False)
    customer_id: str = field(repr=False)
    attempts: int
    was_sent: bool
    age_s: float
    known: int

    @property
    def params(self) -> dict[str, object]:
        """What its statements are held to."""
        return {
            "account_no": self.account_no,
            "meter": self.meter,
            "hour": self.hour,
            "revision": self.revision,
            "attempts": self.attempts,
        }

    @property
    def event(self) -> MeterEvent:
        """Its time is the hour's last second: in its month, and not before a subscription that began in the hour."""
        return MeterEvent(self.meter, self.customer_id, self.value, self.hour + HOUR_S - 1, self.identifier)

    @property
    def key(self) -> str:
        """The idempotency key of this try."""
        return hashlib.sha256(f"{self.identifier} {self.attempts}".encode()).hexdigest()


async def report_usage(
    database: Database, stripe: Stripe, *, budget_s: float = RUN_BUDGET_S, settled: str = SETTLED
) -> int:
    """Queues what is over and sends what is due, until the budget ends or Stripe fails; answers how many arrived.

    `settled` is an interval of PostgreSQL's: how long after its end an hour is queued.
    """
    deadline = Deadline(budget_s)
    await _queue(database, deadline, settled)
    arrived = await _send(database, stripe, deadline)
    await report_open(database)
    return arrived


async def report_open(database: Database) -> int:
    """Logs what has not arrived yet, where there is something; answers how many reports that are.

    `too_old` are reports and hours that Stripe would refuse: somebody has to charge for them by hand.
    """
    measured = Statement(_SQL["measure_reports"], {"oldest": OLDEST})
    [(waiting, sent, refused, oldest_s, too_old)] = await database.execute(measured)
    if waiting or sent or refused or too_old:
        log.event(
            "meter_reports",
            waiting=waiting,
            sent=sent,
            refused=refused,
            oldest_s=round(oldest_s, 1),
            too_old=too_old,
        )
    return int(waiting + sent + refused)


async def _queue(database: Database, deadline: Deadline, settled: str) -> None:
    params: dict[str, object] = {"limit": QUEUED_AT_ONCE, "settled": settled, "oldest": OLDEST}
    while deadline.remaining_s > 0:
        try:
            [(hours,)] = await database.execute(Statement(_SQL["queue_reports"], params))
        except UniqueConflict:
            # Another run has queued the same hours a moment ago. What this one has left the next one takes.
            log.event("meter_reports_overlap")
            return
        if hours < QUEUED_AT_ONCE:
            return


async def _send(database: Database, stripe: Stripe, deadline: Deadline) -> int:
    arrived, at_once = 0, IN_FLIGHT
    while deadline.remaining_s > 1.0:
        params = {"limit": at_once, "lease": LEASE, "oldest": OLDEST}
        rows = await database.execute(Statement(_SQL["claim_reports"], params))
        if not rows:
            break
        # Each comes to its own end, whatever becomes of the others.
        sending = (_report(database, stripe, Report(*row)) for row in rows)
        outcomes = await asyncio.gather(*sending, return_exceptions=True)
        faults: list[StripeFault] = []
        for outcome in outcomes:
            if isinstance(outcome, StripeFault):
                faults.append(outcome)
            elif isinstance(outcome, BaseException):
                raise outcome
        arrived += len(outcomes) - len(faults)
        if any(map(_ends_run, faults)):
            break
        if any(fault.status == 429 for fault in faults):
            at_once = max(at_once // 2, 1)
            await asyncio.sleep(min(PAUSE_S, deadline.remaining_s))
    return arrived


def _ends_run(fault: StripeFault) -> bool:
    """Whether what failed would fail for all: Stripe does not answer, or does not know our key."""
    if isinstance(fault, StripeRefused):
        return fault.status in (401, 403)
    return fault.status != 429


async def _report(database: Database, stripe: Stripe, report: Report) -> StripeFault | None:
    """Takes a report as far as it goes; answers what kept it from arriving."""
    try:
        async with asyncio.timeout(CALL_BUDGET_S):
            if report.age_s > IDENTIFIERS_HOLD_S and not await _is_missing(database, stripe, report):
                return None
            await stripe.send_meter_event(report.event, idempotency_key=report.key)
    except (StripeFault, TimeoutError) as error:
        fault = error if isinstance(error, StripeFault) else StripeFault(0, "timeout")
        await _postpone(database, report, fault)
        return fault
    await database.execute(_statement("acknowledge_report", report.params))
    return None


async def _is_missing(database: Database, stripe: Stripe, report: Report) -> bool:
    """Whether all of the report is to be sent again, by what Stripe has counted of its hour.

    Else what has arrived is settled and what has not, if anything, is queued. Raises StripeFault where Stripe has not
    even counted what it acknowledged: then its count says nothing yet.
    """
    end = report.hour + HOUR_S
    counted = int(await stripe.counted_units(report.meter, report.customer_id, start=report.hour, end=end))
    if counted < report.known:
        raise StripeFault(0, "not_counted_yet")
    arrived = min(counted - report.known, report.value)
    if arrived == 0:
        return True
    settling = {"arrived": arrived, "missing": report.value - arrived, "customer_id": report.customer_id}
    await database.execute(_statement("settle_report", report.params | settling))
    return False


async def _postpone(database: Database, report: Report, fault: StripeFault) -> None:
    # A refusal says nothing of the tries before it.
    is_refused = isinstance(fault, StripeRefused) and not report.was_sent
    log.event(
        "meter_report_failed",
        meter=report.meter,
        hour=report.hour,
        revision=report.revision,
        attempts=report.attempts,
        status=fault.status,
        code=fault.code,
        refused=isinstance(fault, StripeRefused),
    )
    await database.execute(_statement("postpone_report", report.params | {"is_refused": is_refused}))


def _statement(name: str, params: Mapping[str, object]) -> Statement:
    return Statement(_SQL[name], params)
