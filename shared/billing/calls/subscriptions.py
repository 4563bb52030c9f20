"""Subscriptions as Stripe has them now, and changing one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

import stripe as package

from shared.billing.answers import answered, noted
from shared.billing.faults import StripeMissing
from shared.billing.names import PART, Part, plan_of
from shared.billing.objects import Item, Subscription

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

    async def change(
        self,
        subscription: Subscription,
        *,
        prices: Mapping[Part, str] | None,
        ends_at_period_end: bool | None,
        idempotency_key: str,
    ) -> None:
        """Swaps what a subscription bills, or has it end with its period, or not, in one call. None leaves it as it is.

        Prices take the place of those of the same part; the fee is prorated, and what was used this month is billed by
        the new ones.
        """
        params: package.params.SubscriptionUpdateParams = {}
        if ends_at_period_end is not None:
            params["cancel_at_period_end"] = ends_at_period_end
        if prices is not None:
            params["items"] = _swapped(subscription, prices)
            params["proration_behavior"] = "create_prorations"
        options: package.RequestOptions = {"idempotency_key": idempotency_key}
        await answered(self._client.v1.subscriptions.update_async(subscription.subscription_id, params, options))

    async def end(self, subscription: Subscription, *, idempotency_key: str) -> None:
        """Ends a subscription at once, without an invoice of what was used; one that has ended is left as it is."""
        params: package.params.SubscriptionCancelParams = {"invoice_now": False, "prorate": False}
        options: package.RequestOptions = {"idempotency_key": idempotency_key}
        with suppress(StripeMissing):
            await answered(self._client.v1.subscriptions.cancel_async(subscription.subscription_id, params, options))


def _swapped(
    subscription: Subscription, prices: Mapping[Part, str]
) -> list[package.params.SubscriptionUpdateParamsItem]:
    items: list[package.params.SubscriptionUpdateParamsItem] = []
    left = dict(prices)
    for item in subscription.items:
        new = left.pop(item.part, None)  # type: ignore[call-overload]  # a part that is none is not there
        items.append({"id": item.item_id, "deleted": True} if new is None else {"id": item.item_id, "price": new})
    return items + [{"price": price} for price in left.values()]


def _subscription(found: package.Subscription) -> Subscription:
    items, plans = [], set()
    for item in found["items"].data:
        product = item.price.product
        plans.add(plan_of(product if isinstance(product, str) else product.id))
        items.append(Item(item.id, item.price.id, noted(item.price, PART)))
    plan = next((each for each in plans if each is not None), None)
    cancels_at = None if found.cancel_at is None else datetime.fromtimestamp(found.cancel_at, UTC)
    return Subscription(found.id, found.status, found.created, plan, tuple(items), cancels_at)
