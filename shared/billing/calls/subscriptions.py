"""Subscriptions as Stripe has them now, and ending one."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import stripe as package

from shared.billing.answers import answered, noted
from shared.billing.faults import StripeMissing
from shared.billing.names import ACCOUNT, PART, plan_of
from shared.billing.objects import Item, Subscription
from shared.plans import PLANS, PlanName

# What Stripe lists at once, at most.
PAGE = 100


class Subscriptions:
    """Calls about subscriptions. All raise StripeFault."""

    def __init__(self, client: package.StripeClient) -> None:
        self._client = client

    async def of_customer(self, customer_id: str) -> list[Subscription]:
        """All subscriptions that a customer ever had, the newest first; none of a customer that is not there."""
        found: list[Subscription] = []
        params: package.params.SubscriptionListParams = {"customer": customer_id, "status": "all", "limit": PAGE}
        while True:
            try:
                page = await answered(self._client.v1.subscriptions.list_async(params))
            except StripeMissing:
                return []
            found += map(_subscription, page.data)
            if not page.has_more:
                return sorted(found, key=lambda each: each.created, reverse=True)
            params["starting_after"] = page.data[-1].id

    async def end_with_period(self, subscription: Subscription, *, idempotency_key: str) -> None:
        """Has a subscription end with its period. Stripe refuses where a schedule changes it."""
        await self._update(subscription, {"cancel_at_period_end": True}, idempotency_key)

    async def go_on(self, subscription: Subscription, *, idempotency_key: str) -> None:
        """Takes back that a subscription is to end: Stripe forgets either word for it only where it was given."""
        params: package.params.SubscriptionUpdateParams = (
            {"cancel_at_period_end": False} if subscription.ends_with_period else {"cancel_at": ""}
        )
        await self._update(subscription, params, idempotency_key)

    async def end(self, subscription: Subscription, *, idempotency_key: str) -> None:
        """Ends a subscription at once, with an invoice of what was used; one that has ended is left as it is."""
        params: package.params.SubscriptionCancelParams = {"invoice_now": True, "prorate": False}
        options: package.RequestOptions = {"idempotency_key": idempotency_key}
        with suppress(StripeMissing):
            await answered(self._client.v1.subscriptions.cancel_async(subscription.subscription_id, params, options))

    async def _update(
        self, subscription: Subscription, params: package.params.SubscriptionUpdateParams, idempotency_key: str
    ) -> None:
        options: package.RequestOptions = {"idempotency_key": idempotency_key}
        await answered(self._client.v1.subscriptions.update_async(subscription.subscription_id, params, options))


def _subscription(found: package.Subscription) -> Subscription:
    items, plans, ends = [], set[PlanName | None](), []
    for item in found["items"].data:
        product = item.price.product
        plans.add(plan_of(product if isinstance(product, str) else product.id))
        items.append(Item(item.id, item.price.id, noted(item.price, PART)))
        ends.append(item.current_period_end)
    ours = [plan.name for plan in PLANS.values() if plan.name in plans]
    period_end = min(ends, default=None)
    # Stripe tells when in one field, or only that it ends with its period in another.
    cancels_at = found.cancel_at or (period_end if found.cancel_at_period_end else None)
    schedule = found.schedule
    return Subscription(
        subscription_id=found.id,
        status=found.status,
        created=found.created,
        plan=ours[-1] if ours else None,
        items=tuple(items),
        period_end=period_end,
        cancels_at=None if cancels_at is None else datetime.fromtimestamp(cancels_at, UTC),
        ends_with_period=found.cancel_at_period_end,
        schedule_id=schedule if schedule is None or isinstance(schedule, str) else schedule.id,
        account_id=noted(found, ACCOUNT),
        is_mixed=len(ours) > 1,
    )
