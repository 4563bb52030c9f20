"""Where a customer buys, and where he looks at what he bought: pages of Stripe's."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from shared import clock
from shared.admission import Principal
from shared.billing.faults import StripeUnavailable
from shared.billing.objects import Order
from shared.billing.standing import forget_customer, sync_customer
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import Conflict, NotFound, PermissionDenied
from shared.limits import month_end
from shared.plans import Plan

if TYPE_CHECKING:
    from shared.billing.client import Stripe

# How long Stripe lets a page be open: this long at least and at most, a little less to be sure.
SHORTEST = timedelta(minutes=31)
LONGEST = timedelta(hours=23)
# How long two tries to make a customer are one.
CUSTOMER_KEY_S = 300
# What Stripe answers while a request with the same key is under way; how often to wait for its end, and how long.
IN_USE = 409
TRIES = 20
PAUSE_S = 0.1

_SQL = statements("payments")


async def checkout(
    database: Database, stripe: Stripe, principal: Principal, plan: Plan, *, success_url: str, cancel_url: str
) -> str:
    """The address of a page on which the plan is bought. The fee of the days up to the next month is prorated.

    Of pages that are opened one after the other the last works, of those at once one. Raises Conflict where there is a
    subscription already, or something to be paid first, and StripeFault.
    """
    customer_id = await _customer(database, stripe, principal)
    prices = await stripe.sales.prices_of(plan)
    attempt = uuid4().hex
    # First: what was bought on one of them a moment ago is seen then.
    await stripe.sales.expire_checkouts(customer_id, idempotency_key=f"expire {attempt}")
    subscriptions = await stripe.subscriptions.of_customer(customer_id)
    if any(each.is_open for each in subscriptions):
        raise Conflict("There is a subscription already: change its plan by PATCH /v1/billing.")
    if await stripe.sales.owes(customer_id):
        raise Conflict("An invoice is not paid yet: pay it first, on the page that POST /v1/billing/portal answers.")
    now = clock.now()
    anchor = month_end(now)
    # A page that outlived the month would ask for a subscription that began in the past.
    expires_at = min(max(anchor, now + SHORTEST), now + LONGEST)
    order = Order(
        account_id=principal.account_id,
        customer_id=customer_id,
        prices=prices,
        anchor=int(anchor.timestamp()),
        expires_at=int(expires_at.timestamp()),
        success_url=success_url,
        cancel_url=cancel_url,
    )
    url = await stripe.sales.create_checkout(order, idempotency_key=f"checkout {attempt}")
    # Others may have come as far as this at the same time.
    await stripe.sales.expire_checkouts(customer_id, idempotency_key=f"leave one {attempt}", but_newest=True)
    return url


async def portal(database: Database, stripe: Stripe, principal: Principal, *, return_url: str) -> str:
    """The address of a page with invoices and means of payment. Raises Conflict without a customer, and StripeFault."""
    customer_id, _, _ = await _known(database, principal)
    if customer_id is None:
        raise Conflict("Nothing was bought yet, so there is nothing to look at.")
    return await stripe.sales.create_portal(customer_id, return_url=return_url, idempotency_key=f"portal {uuid4().hex}")


def require_live(principal: Principal) -> None:
    """Raises PermissionDenied for a test key, and for who has not confirmed his address."""
    if principal.env != "live":
        raise PermissionDenied(
            "Confirm your e-mail address first."
            if principal.key_no is None
            else "A test key buys nothing: use a live one."
        )


async def _customer(database: Database, stripe: Stripe, principal: Principal) -> str:
    """What Stripe calls the account: made once, and kept before anything is bought by it.

    A customer that somebody has deleted at Stripe is forgotten first.
    """
    customer_id, email, version = await _known(database, principal)
    if customer_id is not None:
        if await stripe.has_customer(customer_id):
            return customer_id
        await sync_customer(database, stripe, customer_id)
        if not await forget_customer(database, customer_id):
            raise Conflict("What was used before is still being reported: try again in some hours.")
        _, email, version = await _known(database, principal)
    account_id = principal.account_id
    found = await stripe.sales.find_customer(email=email, account_id=account_id)
    if found is None:
        # Two at once are one for Stripe. It keeps what it answered for a day, errors of its own too: some minutes later
        # it is another try, which looks first whether the one before had made a customer. And so it is after another
        # customer was forgotten, which the version tells.
        known = f"customer {account_id} {version} {email} {int(clock.now().timestamp()) // CUSTOMER_KEY_S}"
        key = hashlib.sha256(known.encode()).hexdigest()
        found = await _created(stripe, email=email, account_id=account_id, key=key)
    kept = Statement(_SQL["keep_customer"], {"stripe_customer_id": found})
    [[(stands,)]] = await database.transact(principal.account_no, kept)
    if stands is None:
        raise NotFound("The account is gone.")
    return str(stands)


async def _created(stripe: Stripe, *, email: str, account_id: str, key: str) -> str:
    """Makes a customer; waits for somebody who is doing so under the same key."""
    for _ in range(TRIES):
        try:
            return await stripe.sales.create_customer(email=email, account_id=account_id, idempotency_key=key)
        except StripeUnavailable as fault:
            if fault.status != IN_USE:
                raise
        await asyncio.sleep(PAUSE_S)
    return await stripe.sales.create_customer(email=email, account_id=account_id, idempotency_key=key)


async def _known(database: Database, principal: Principal) -> tuple[str | None, str, int]:
    """The customer's id, if any, the confirmed address of the account's owner, and its billing's version."""
    read = Statement(_SQL["read_customer"], {"account_no": principal.account_no})
    [rows] = await database.transact(principal.account_no, read)
    if not rows:
        raise PermissionDenied("Confirm your e-mail address first.")
    customer_id, email, version = rows[0]
    return customer_id, email, version
