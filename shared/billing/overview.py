"""What an account pays: its plan, the month so far and what it will cost."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared import log
from shared.admission import Principal
from shared.billing.asking import connected
from shared.billing.changes import Outlook, current_subscription, outlook_of
from shared.billing.faults import StripeFault
from shared.billing.inbox import GRACE
from shared.config import Settings
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import NotFound
from shared.limits import month_end, month_start
from shared.plans import PLANS, Plan, Units, cost

# How long a look at Stripe may take that is not needed for the answer.
LOOK_S = 3.0

_SQL = statements("payments")


@dataclass(frozen=True, slots=True)
class Overview:
    """The month so far, by our own reckoning. Money is in nano-dollars, net of tax."""

    plan: Plan
    status: str
    subscription_status: str | None
    customer_id: str | None = field(repr=False)
    period_start: datetime
    period_end: datetime
    spent: int
    # What the month costs if nothing is used any more, but what is stored stays until it ends.
    estimate: int
    spending_cap: int | None
    payment_overdue_since: datetime | None

    @property
    def grace_until(self) -> datetime | None:
        """When writes are refused from, unless the payment succeeds."""
        return None if self.payment_overdue_since is None else self.payment_overdue_since + GRACE


async def read_overview(database: Database, principal: Principal) -> Overview:
    """What an account pays. Raises NotFound where it is gone."""
    read = Statement(_SQL["read_billing"], {"account_no": principal.account_no})
    [rows] = await database.transact(principal.account_no, read)
    if not rows:
        raise NotFound("The account is gone.")
    now, name, status, subscription_status, customer_id, cap, overdue_since, *counts, stored = rows[0]
    plan, start, end = PLANS[name], month_start(now), month_end(now)
    used = Units(*counts)
    # An hour is charged when it begins: the present one stands in the roll-ups, as far as it was looked at.
    hours_left = math.floor((end - now) / timedelta(hours=1))
    later = replace(used, vector_hours=(used.vector_hours or 0) + stored * hours_left)
    return Overview(
        plan=plan,
        status=status,
        subscription_status=subscription_status,
        customer_id=customer_id,
        period_start=start,
        period_end=end,
        spent=cost(plan, used) if plan.is_charged else 0,
        estimate=cost(plan, later) if plan.is_charged else 0,
        spending_cap=cap,
        payment_overdue_since=overdue_since,
    )


async def set_spending_cap(database: Database, principal: Principal, cap: int | None) -> None:
    """Sets what a month may cost, in nano-dollars; None lifts it. Raises NotFound where the account is gone."""
    params = {"account_no": principal.account_no, "spending_cap": cap}
    [rows] = await database.transact(principal.account_no, Statement(_SQL["set_spending_cap"], params))
    if not rows:
        raise NotFound("The account is gone.")


async def read_billing(
    database: Database, settings: Settings, principal: Principal
) -> tuple[Overview, Outlook | None, bool]:
    """The overview, what is to become of the subscription, and whether Stripe did not answer.

    The outlook is None where it did not, and where there is no subscription.
    """
    overview = await read_overview(database, principal)
    if overview.customer_id is None or not settings.stripe_api_key:
        return overview, None, False
    try:
        async with connected(settings, timeout_s=LOOK_S) as stripe:
            subscription = await current_subscription(stripe, overview.customer_id)
            return overview, None if subscription is None else await outlook_of(stripe, subscription), False
    except StripeFault as fault:
        log.event("stripe_unavailable", status=fault.status, code=fault.code)
        return overview, None, True
