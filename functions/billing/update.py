"""PATCH /v1/billing: the most that a month may cost, the plan, and whether it goes on."""

from __future__ import annotations

import re
from decimal import Decimal

from msgspec import UNSET, Struct, UnsetType

from shared.billing.asking import asking_stripe
from shared.billing.changes import change_plan
from shared.billing.checkout import require_live
from shared.billing.overview import read_billing, read_overview, set_spending_cap
from shared.errors import Conflict, NotImplementedYet, Unavailable, ValidationFailed
from shared.openapi.about import About
from shared.plans import NANO, PlanName
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.billing_views import BILLING_EXAMPLE, NOT_ASKED, UNREACHABLE, BillingView

# Dollars; no account's month costs as much.
HIGHEST_CAP = 1_000_000_000
_AMOUNT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")


class UpdateRequest(Struct, forbid_unknown_fields=True):
    spending_cap: str | int | float | UnsetType | None = UNSET
    plan: PlanName | None = None
    cancel_at_period_end: bool | None = None


ABOUT = About(
    request={"spending_cap": "100.00", "plan": "pro"},
    answer=BILLING_EXAMPLE,
    errors=(Conflict, NotImplementedYet, Unavailable),
)


async def update(call: Call[UpdateRequest]) -> BillingView:
    """Sets what is given; null takes the cap away. The cap counts the plan's fee, and holds for plans that are charged.

    Another plan begins with the next month, so that each month is billed by one plan (`next_plan`, `changes_at`); the
    present plan takes that back. `free` ends the subscription with the month, as `cancel_at_period_end` does; false
    takes that back. Whoever has no subscription begins with a checkout.
    """
    require_live(call.principal)
    request = call.request
    if request.spending_cap is UNSET and request.plan is None and request.cancel_at_period_end is None:
        raise ValidationFailed.of("", "changes nothing: send `spending_cap`, `plan` or `cancel_at_period_end`")
    if request.plan == "free" and request.cancel_at_period_end is False:
        raise ValidationFailed.of("cancel_at_period_end", "cannot be false while the plan ends")
    if request.plan not in (None, "free") and request.cancel_at_period_end:
        raise ValidationFailed.of("cancel_at_period_end", "cannot be true while a plan is to go on")
    cap = None if request.spending_cap is UNSET or request.spending_cap is None else _nano(request.spending_cap)
    asks_stripe = request.plan is not None or request.cancel_at_period_end is not None
    if asks_stripe:
        overview = await read_overview(call.database, call.principal)
        async with asking_stripe(call.settings) as stripe:
            await change_plan(
                call.database,
                stripe,
                overview.customer_id,
                plan=request.plan,
                cancel_at_period_end=request.cancel_at_period_end,
            )
    if request.spending_cap is not UNSET:
        await set_spending_cap(call.database, call.principal, cap)
    if not asks_stripe:
        now = await read_overview(call.database, call.principal)
        return BillingView.of(now, None, warning=None if now.customer_id is None else NOT_ASKED)
    now, outlook, is_unreachable = await read_billing(call.database, call.settings, call.principal)
    return BillingView.of(now, outlook, warning=UNREACHABLE if is_unreachable else None)


def _nano(dollars: str | int | float) -> int:
    """The amount in nano-dollars. Raises ValidationFailed."""
    if not _AMOUNT.fullmatch(written := str(dollars)):
        raise ValidationFailed.of("spending_cap", "is not an amount in dollars, as 100.00")
    amount = Decimal(written)
    if not 0 <= amount <= HIGHEST_CAP:
        raise ValidationFailed.of("spending_cap", f"is not an amount from 0 to {HIGHEST_CAP} dollars")
    if (nano := amount * NANO) != nano.to_integral_value():
        raise ValidationFailed.of("spending_cap", "has more than 9 decimals")
    return int(nano)


app = endpoint_app("PATCH /v1/billing", update, request=UpdateRequest, scope="admin", about=ABOUT)
handler = lambda_handler(app)
