"""What is to become of a subscription when its month ends: it goes on, with another plan or not, or it ends.

Only Stripe knows, and nothing of it is kept here. It takes a few calls to say another word, and somebody else may do so
at the same time: whoever was refused, or finds that it has come otherwise, looks again and begins anew.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from shared import log
from shared.billing.faults import StripeRefused
from shared.billing.names import sold
from shared.billing.objects import Change, Subscription, entitling
from shared.billing.standing import sync_customer
from shared.db.connection import Database
from shared.errors import Conflict

if TYPE_CHECKING:
    from shared.billing.client import Stripe

# How often somebody else may be in the way, and how long to leave him alone, at most, in seconds.
TRIES = 6
PAUSE_S = 0.4


IN_THE_WAY = "Somebody else is changing the plan at the same time: see GET /v1/billing."


@dataclass(frozen=True, slots=True)
class Wish:
    """That a subscription ends with its month, or goes on: with a plan, or with what it was told before (None)."""

    plan: str | None
    ends: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a subscription has been told: when it ends, or what it goes on with; neither where it just goes on."""

    cancels_at: datetime | None
    change: Change | None


async def current_subscription(stripe: Stripe, customer_id: str) -> Subscription | None:
    """The subscription that the customer's plan is of, as Stripe has it now. Raises StripeFault."""
    return entitling(await stripe.subscriptions.of_customer(customer_id))


async def outlook_of(stripe: Stripe, subscription: Subscription) -> Outlook:
    """What is to become of a subscription. Raises StripeFault."""
    change = await stripe.schedules.change_of(subscription)
    return Outlook(subscription.cancels_at, None if change is None or change.plan == subscription.plan else change)


async def change_plan(
    database: Database, stripe: Stripe, customer_id: str | None, *, plan: str | None, cancel_at_period_end: bool | None
) -> None:
    """Has the subscription go on with a plan when its month ends, or end then ("free" too), or go on as it is.

    Raises Conflict where there is no subscription, or where somebody else was always in the way, and StripeFault.
    """
    wish = Wish(plan, plan == "free" or cancel_at_period_end is True)
    fault: StripeRefused | None = None
    for _ in range(TRIES):
        subscription = await _subscription_of(stripe, customer_id)
        if not await _is_granted(stripe, subscription, wish):
            try:
                await _grant(stripe, subscription, wish)
            except StripeRefused as refusal:  # it is not any more what it was a moment ago
                fault = refusal
                await _pause()
                continue
            await _require_granted(stripe, customer_id, wish)
        await sync_customer(database, stripe, str(customer_id))
        return
    if fault is not None:
        log.event("stripe_refused", status=fault.status, code=fault.code)
    raise Conflict(IN_THE_WAY)


async def _subscription_of(stripe: Stripe, customer_id: str | None) -> Subscription:
    subscription = None if customer_id is None else await current_subscription(stripe, customer_id)
    if subscription is None:
        raise Conflict("There is no subscription: begin with POST /v1/billing/checkout.")
    return subscription


async def _is_granted(stripe: Stripe, subscription: Subscription, wish: Wish) -> bool:
    outlook = await outlook_of(stripe, subscription)
    if wish.ends:
        return outlook.cancels_at is not None and outlook.change is None
    if outlook.cancels_at is not None:
        return False
    next_plan = subscription.plan if outlook.change is None else outlook.change.plan
    return wish.plan is None or next_plan == wish.plan


async def _grant(stripe: Stripe, subscription: Subscription, wish: Wish) -> None:
    """Stripe takes no word about the end of what a schedule changes, nor a schedule for what is to end."""
    attempt = uuid4().hex
    new = None if wish.plan is None or wish.plan == subscription.plan else sold(wish.plan)
    is_stopped = subscription.cancels_at is not None
    if subscription.schedule_id is not None and (wish.ends or is_stopped or (wish.plan is not None and new is None)):
        await stripe.schedules.release(subscription, idempotency_key=f"release {attempt}")
        subscription = replace(subscription, schedule_id=None)
    if wish.ends:
        await stripe.subscriptions.end_with_period(subscription, idempotency_key=f"end {attempt}")
        return
    if is_stopped:
        await stripe.subscriptions.go_on(subscription, idempotency_key=f"go on {attempt}")
    if new is not None:
        prices = await stripe.sales.prices_of(new)
        await stripe.schedules.change(subscription, new, prices, idempotency_key=f"change {attempt}")


async def _require_granted(stripe: Stripe, customer_id: str | None, wish: Wish) -> None:
    """Raises Conflict where somebody else has said another word since: his stands."""
    for _ in range(2):
        if await _is_granted(stripe, await _subscription_of(stripe, customer_id), wish):
            return
        await _pause()
    raise Conflict(IN_THE_WAY)


async def _pause() -> None:
    await asyncio.sleep(random.random() * PAUSE_S)  # noqa: S311  # spreads load, guards nothing
