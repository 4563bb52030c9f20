"""Schedules of Stripe's: what has a subscription go on with other items when its period ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import stripe as package

from shared.billing.answers import answered, noted
from shared.billing.faults import StripeMissing, StripeRefused
from shared.billing.names import PLAN, Part, sold
from shared.billing.objects import Change, Subscription
from shared.limits import month_end
from shared.plans import Plan


class Schedules:
    """Calls about schedules of subscriptions. All raise StripeFault."""

    def __init__(self, client: package.StripeClient) -> None:
        self._client = client

    async def change_of(self, subscription: Subscription) -> Change | None:
        """What a subscription goes on with when its period ends, where that is another plan."""
        if subscription.schedule_id is None:
            return None
        try:
            schedule = await answered(self._client.v1.subscription_schedules.retrieve_async(subscription.schedule_id))
        except StripeMissing:
            return None
        if schedule.status != "active" or schedule.current_phase is None:
            return None
        for phase in schedule.phases:
            plan = sold(noted(phase, PLAN) or "")
            if plan is not None and phase.start_date >= schedule.current_phase.end_date:
                return Change(plan.name, datetime.fromtimestamp(phase.start_date, UTC))
        return None

    async def change(
        self, subscription: Subscription, plan: Plan, prices: Mapping[Part, str], *, idempotency_key: str
    ) -> None:
        """Has a subscription go on with a plan's prices when its period ends, in the place of any change before.

        The period that ends is billed by what it began with. A month later the schedule lets go of the subscription.
        Stripe refuses where another schedule has been made meanwhile, and where the subscription is to end.
        """
        if subscription.period_end is None:
            raise StripeRefused(0, "no_period")
        service = self._client.v1.subscription_schedules
        if (schedule_id := subscription.schedule_id) is None:
            options: package.RequestOptions = {"idempotency_key": f"{idempotency_key} made"}
            making = service.create_async({"from_subscription": subscription.subscription_id}, options)
            schedule_id = (await answered(making)).id
        schedule = await answered(service.retrieve_async(schedule_id))
        if schedule.current_phase is None:
            raise StripeRefused(0, "schedule_ended")
        ends_at = subscription.period_end
        params: package.params.SubscriptionScheduleUpdateParams = {
            "end_behavior": "release",
            "phases": [
                {
                    "start_date": schedule.current_phase.start_date,
                    "end_date": ends_at,
                    "items": [_item(item.part, item.price_id) for item in subscription.items],
                },
                {
                    "start_date": ends_at,
                    "end_date": int(month_end(datetime.fromtimestamp(ends_at, UTC)).timestamp()),
                    "items": [_item(part, price) for part, price in prices.items()],
                    # Where a period begins there is nothing to prorate; "none" could leave what was used unbilled.
                    "proration_behavior": "create_prorations",
                    "metadata": {PLAN: plan.name},
                },
            ],
        }
        options = {"idempotency_key": f"{idempotency_key} changed"}
        await answered(service.update_async(schedule_id, params, options))

    async def release(self, subscription: Subscription, *, idempotency_key: str) -> None:
        """Leaves a subscription as it is, whatever was to become of it. Stripe refuses where that was done before."""
        if subscription.schedule_id is None:
            return
        options: package.RequestOptions = {"idempotency_key": idempotency_key}
        releasing = self._client.v1.subscription_schedules.release_async(subscription.schedule_id, None, options)
        await answered(releasing)


def _item(part: str | None, price: str) -> package.params.SubscriptionScheduleUpdateParamsPhaseItem:
    """An item of a phase; what is metered has no quantity."""
    return {"price": price, "quantity": 1} if part == "base" else {"price": price}
