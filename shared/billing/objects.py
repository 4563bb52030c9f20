"""Things of Stripe's, as far as they are looked at here. Nothing in this file needs the `stripe` package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from shared.billing.names import Part
from shared.plans import PlanName

# States in which a subscription has come to its end; in which the plan is the customer's, the best first; and in which
# a payment is overdue.
ENDED: Final = frozenset({"canceled", "incomplete_expired"})
ENTITLED: Final = ("active", "trialing", "past_due", "unpaid")
OVERDUE: Final = frozenset({"past_due", "unpaid"})


@dataclass(frozen=True, slots=True)
class Item:
    """What a subscription bills; `part` is None for what we did not put there."""

    item_id: str = field(repr=False)
    price_id: str = field(repr=False)
    part: str | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription; `plan` is None where it is to nothing of ours. Times without a zone are in Unix seconds."""

    subscription_id: str = field(repr=False)
    status: str
    created: int
    plan: PlanName | None
    items: tuple[Item, ...]
    # When the period that is running ends, where there is one.
    period_end: int | None
    # When it ends by the customer's wish, and whether that is because it ends with its period.
    cancels_at: datetime | None
    ends_with_period: bool
    # What changes its items later, if anything.
    schedule_id: str | None = field(repr=False)
    # Whose it is, as the checkout noted it.
    account_id: str | None
    # Whether its items are of more than one plan, which nobody asked for.
    is_mixed: bool

    @property
    def is_open(self) -> bool:
        """Whether it has not come to its end; one whose first payment never succeeded has not begun."""
        return self.status not in ENDED and self.status != "incomplete"


@dataclass(frozen=True, slots=True)
class Change:
    """The plan that a subscription has been told to go on with, and from when on."""

    plan: PlanName
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What a customer's subscriptions make of his account. `status` is Stripe's word, None where there was none."""

    plan: PlanName
    status: str | None
    is_overdue: bool


def entitling(subscriptions: Sequence[Subscription]) -> Subscription | None:
    """The subscription that the customer's plan is of."""
    ours = [each for each in subscriptions if each.plan is not None and each.status in ENTITLED]
    return min(ours, key=lambda each: ENTITLED.index(each.status), default=None)


def standing_of(subscriptions: Sequence[Subscription]) -> Standing:
    """What is true of an account by all the subscriptions of its customer."""
    if (subscription := entitling(subscriptions)) is not None and subscription.plan is not None:
        return Standing(subscription.plan, subscription.status, subscription.status in OVERDUE)
    ours = [each for each in subscriptions if each.plan is not None]
    return Standing("free", ours[0].status if ours else None, is_overdue=False)


@dataclass(frozen=True, slots=True)
class Happening:
    """An event, and all that is kept of it. The id of an object says nothing without the key to the account."""

    event_id: str = field(repr=False)
    type: str
    object_id: str = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as it is now. Amounts are in the currency's smallest unit."""

    customer_id: str | None = field(repr=False)
    status: str | None
    number: str | None = field(repr=False)
    amount_paid: int
    currency: str
    period_start: date
    period_end: date


@dataclass(frozen=True, slots=True)
class Order:
    """What a checkout is for; times in Unix seconds, `prices` by part."""

    account_id: str
    customer_id: str = field(repr=False)
    prices: Mapping[Part, str] = field(repr=False)
    # When the first whole month begins, and when the page stops working.
    anchor: int
    expires_at: int
    success_url: str = field(repr=False)
    cancel_url: str = field(repr=False)
