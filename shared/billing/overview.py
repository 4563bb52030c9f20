"""What an account pays: its plan, the month so far and what it will cost, and changing that."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from shared import log
from shared.admission import Principal
from shared.billing.asking import connected
from shared.billing.faults import StripeFault
from shared.billing.inbox import GRACE
from shared.billing.names import sold
from shared.billing.objects import Subscription, entitling
from shared.billing.standing import sync_customer
from shared.config import Settings
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import Conflict, NotFound
from shared.limits import month_end, month_start
from shared.plans import PLANS, Plan, Units, cost

if TYPE_CHECKING:
    from shared.billing.client import Stripe

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


async def current_subscription(stripe: Stripe, customer_id: str) -> Subscription | None:
    """The subscription that the customer's plan is of, as Stripe has it now. Raises StripeFault."""
    return entitling(await stripe.subscriptions.of_customer(customer_id))


async def change_plan(
    database: Database, stripe: Stripe, customer_id: str | None, *, plan: str | None, cancel_at_period_end: bool | None
) -> None:
    """Swaps the plan of the subscription, or has it end with its month, or not; "free" is to let it end.

    The account follows before this ends. Raises Conflict where there is no subscription, and StripeFault.
    """
    subscription = None if customer_id is None else await current_subscription(stripe, customer_id)
    if subscription is None or customer_id is None:
        raise Conflict("There is no subscription: begin with POST /v1/billing/checkout.")
    new = None if plan is None or plan == subscription.plan else sold(plan)
    if plan is not None and cancel_at_period_end is None:
        # Whoever chooses a plan wants it to go on, and whoever chooses Free wants the one he has to end.
        cancel_at_period_end = plan == "free"
    await stripe.subscriptions.change(
        subscription,
        prices=None if new is None else await stripe.sales.prices_of(new),
        ends_at_period_end=cancel_at_period_end,
        idempotency_key=f"change {uuid4().hex}",
    )
    await sync_customer(database, stripe, customer_id)


async def read_billing(
    database: Database, settings: Settings, principal: Principal
) -> tuple[Overview, Subscription | None, bool]:
    """The overview, the subscription where there is one, and whether Stripe did not answer (it is None then too)."""
    overview = await read_overview(database, principal)
    if overview.customer_id is None or not settings.stripe_api_key:
        return overview, None, False
    try:
        async with connected(settings, timeout_s=LOOK_S) as stripe:
            return overview, await current_subscription(stripe, overview.customer_id), False
    except StripeFault as fault:
        log.event("stripe_unavailable", status=fault.status, code=fault.code)
        return overview, None, True
