"""What Stripe has of a customer, written to the account: the one way in which payments change a plan.

Events come late, twice, in any order or never, so none of them says anything but that somebody should look. Whoever
looks fetches all subscriptions of the customer and writes what they make of the account, unless somebody else has
written since: then what was fetched may be the older word, and it is fetched again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from shared import log
from shared.billing.faults import StripeUnavailable
from shared.billing.objects import Subscription, entitling, standing_of
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements

if TYPE_CHECKING:
    from shared.billing.client import Stripe

# Each time somebody else was faster; all of them write the same in the end.
TRIES = 10

_SQL = statements("webhooks")


@dataclass(frozen=True, slots=True)
class Synced:
    """The account of a customer after what Stripe has was written."""

    account_no: int
    plan: str
    payment_overdue_since: datetime | None


async def sync_customer(database: Database, stripe: Stripe, customer_id: str) -> Synced | None:
    """Makes the account what Stripe says now. Of a customer whose account was erased, what is still open is ended.

    Answers None for a customer of no account. Raises StripeFault; StripeUnavailable where others were always faster.
    """
    for _ in range(TRIES):
        found = await database.execute(Statement(_SQL["find_billed_account"], {"customer_id": customer_id}))
        subscriptions = await stripe.subscriptions.of_customer(customer_id)
        if not found:
            await _close_what_is_erased(database, customer_id, subscriptions)
            return None
        [(account_no, version)] = found
        standing = standing_of(subscriptions)
        params = {
            "account_no": account_no,
            "customer_id": customer_id,
            "version": version,
            "plan": standing.plan,
            "status": standing.status,
            "is_overdue": standing.is_overdue,
        }
        for _, overdue_since in await database.execute(Statement(_SQL["apply_subscription"], params)):
            if any(each.is_mixed and each.is_open for each in subscriptions):
                log.event("billing_mixed_plans", account_no=account_no)  # an alarm: what it bills nobody asked for
            await _end_others(stripe, account_no, subscriptions)
            return Synced(account_no, standing.plan, overdue_since)
    raise StripeUnavailable(0, "outrun")


async def forget_customer(database: Database, customer_id: str) -> bool:
    """Has an account forget a customer that Stripe has not any more, unless what was used is still to be reported.

    Answers whether no account has that customer now.
    """
    [(is_forgotten,)] = await database.execute(Statement(_SQL["forget_customer"], {"customer_id": customer_id}))
    return bool(is_forgotten)


async def _close_what_is_erased(database: Database, customer_id: str, subscriptions: Sequence[Subscription]) -> None:
    """Ends what an account pays that was erased. What else there is of nobody's may be another deployment's."""
    unknown = 0
    for each in subscriptions:
        if each.is_open and each.plan is not None:
            params = {"customer_id": customer_id, "account_id": each.account_id}
            [(is_erased, is_new)] = await database.execute(Statement(_SQL["close_erased_customer"], params))
            if is_new:
                # An alarm: whoever paid after his account was gone gets the money back from a person.
                log.event("billing_of_erased_account", plan=each.plan)
            unknown += not is_erased
    if unknown:
        log.event("billing_of_nobody", count=unknown)


async def _end_others(stripe: Stripe, account_no: int, subscriptions: Sequence[Subscription]) -> None:
    """Ends what was bought twice, on two pages at once: all meters would be charged by each subscription.

    The last one bought stays. What was used under the others is invoiced now; the fee that was paid for them is for a
    person to give back.
    """
    kept = entitling(subscriptions)
    for other in subscriptions:
        if kept is not None and other is not kept and other.plan is not None and other.is_open:
            log.event("billing_second_subscription", account_no=account_no, plan=other.plan)
            await stripe.subscriptions.end(other, idempotency_key=f"second {uuid4().hex}")
