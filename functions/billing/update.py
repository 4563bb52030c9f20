"""PATCH /v1/billing: the most that a month may cost, the plan, and whether it goes on."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from msgspec import UNSET, Struct, UnsetType

from shared.billing.asking import asking_stripe
from shared.billing.checkout import require_live
from shared.billing.overview import change_plan, read_billing, read_overview, set_spending_cap
from shared.errors import Conflict, NotImplementedYet, Unavailable, ValidationFailed
from shared.openapi.about import About
from shared.plans import NANO, PlanName
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.billing_views import BILLING_EXAMPLE, BillingView

# Dollars; no account's month costs as much.
HIGHEST_CAP = 1_000_000_000


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

    Another plan begins at once: its fee is prorated, and the whole month's use is billed by it. `free` ends the
    subscription with the month, as `cancel_at_period_end` does; false takes that back.
    """
    require_live(call.principal)
    request = call.request
    if request.spending_cap is UNSET and request.plan is None and request.cancel_at_period_end is None:
        raise ValidationFailed.of("", "changes nothing: send `spending_cap`, `plan` or `cancel_at_period_end`")
    if request.plan == "free" and request.cancel_at_period_end is False:
        raise ValidationFailed.of("cancel_at_period_end", "cannot be false while the plan ends")
    cap = None if request.spending_cap is UNSET or request.spending_cap is None else _nano(request.spending_cap)
    if request.plan is not None or request.cancel_at_period_end is not None:
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
    now, subscription, is_unreachable = await read_billing(call.database, call.settings, call.principal)
    return BillingView.of(now, subscription, is_unreachable=is_unreachable)


def _nano(dollars: str | int | float) -> int:
    """The amount in nano-dollars. Raises ValidationFailed."""
    try:
        amount = Decimal(str(dollars))
    except InvalidOperation:
        raise ValidationFailed.of("spending_cap", "is not an amount in dollars, as 100.00") from None
    if not amount.is_finite() or not 0 <= amount <= HIGHEST_CAP:
        raise ValidationFailed.of("spending_cap", f"is not an amount from 0 to {HIGHEST_CAP} dollars")
    if (nano := amount * NANO) != nano.to_integral_value():
        raise ValidationFailed.of("spending_cap", "has more than 9 decimals")
    return int(nano)


app = endpoint_app("PATCH /v1/billing", update, request=UpdateRequest, scope="admin", about=ABOUT)
handler = lambda_handler(app)
