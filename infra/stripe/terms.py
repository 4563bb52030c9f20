"""What a price is to be: from shared/plans.py to the parameters of Stripe's call."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal

import stripe

from shared.billing.names import PART, Part, lookup_key, product_id
from shared.plans import CURRENCY, NANO_PER_CENT, Plan

# Metadata: a price never changes, so one of other terms is another price.
TERMS = "fluxvector_terms"


def price_params(plan: Plan, part: Part, meter_id: str | None) -> stripe.params.PriceCreateParams:
    """The price of a part of a sold plan, net of tax, under its lookup key. `meter_id` is of the meter of its unit.

    What is included is a first tier that costs nothing.
    """
    params: stripe.params.PriceCreateParams = {
        "currency": CURRENCY,
        "product": product_id(plan),
        "tax_behavior": "exclusive",
        "nickname": f"{plan.title}: {part.replace('_', ' ')}",
    }
    if part == "base":
        params["recurring"] = {"interval": "month"}
        params["unit_amount_decimal"] = _cents(plan.base_fee)
    else:
        params["recurring"] = {"interval": "month", "usage_type": "metered", "meter": meter_id or ""}
        amount, included = _cents(plan.prices.of(part) or 0), plan.included.of(part) or 0
        if included:
            params["billing_scheme"] = "tiered"
            params["tiers_mode"] = "graduated"
            params["tiers"] = [
                {"up_to": included, "unit_amount_decimal": Decimal(0)},
                {"up_to": "inf", "unit_amount_decimal": amount},
            ]
        else:
            params["unit_amount_decimal"] = amount
    terms = hashlib.sha256(json.dumps(params, sort_keys=True, default=str).encode()).hexdigest()[:32]
    params["metadata"] = {PART: part, TERMS: terms}
    params["lookup_key"] = lookup_key(plan, part)
    # One that was archived by hand may still hold it.
    params["transfer_lookup_key"] = True
    return params


class Plain(Decimal):
    """A number that is written without an exponent, which the package would send and Stripe not take (`8E-7`)."""

    def __str__(self) -> str:
        return format(self, "f")


def _cents(nano_dollars: int) -> Decimal:
    """The amount in cents, exact: Stripe takes 12 decimals."""
    return Plain(Decimal(nano_dollars) / NANO_PER_CENT)
