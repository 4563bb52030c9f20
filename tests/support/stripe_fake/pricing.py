"""What a quantity costs at a price: the arithmetic of Stripe's invoices, in whole cents a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tests.support.stripe_fake.shapes import Object


@dataclass(frozen=True, slots=True)
class Charge:
    """One line: a quantity at a unit price in cents, and its amount in whole cents."""

    quantity: int
    unit_amount: Decimal
    amount: int


def cents(amount: Decimal) -> int:
    """Whole cents. Stripe rounds a line, not a unit nor an invoice: half a cent goes up, away from zero."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def charges(price: Object, tiers: Sequence[Object], quantity: int) -> list[Charge]:
    """The lines of a quantity: one, or with graduated tiers one for each that it reaches, and never none."""
    if price["billing_scheme"] == "per_unit":
        return [_charge(quantity, Decimal(price["unit_amount_decimal"]))]
    found: list[Charge] = []
    below = 0
    for tier in tiers:
        end = quantity if tier["up_to"] is None else min(quantity, tier["up_to"])
        if end > below or not found:
            found.append(_charge(end - below, Decimal(tier["unit_amount_decimal"])))
        below = max(below, end)
    return found


def _charge(quantity: int, unit_amount: Decimal) -> Charge:
    return Charge(quantity, unit_amount, cents(quantity * unit_amount))
