"""Prices at Stripe are those of shared/plans.py, to the nano-dollar."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.stripe.terms import TERMS, price_params
from shared.billing.names import PARTS, parts_of, plan_of, product_id
from shared.plans import FREE, PLANS, PRO, SOLD, UNITS, Plan, Units, cost


def sent(plan: Plan, part: Any, meter: str = "mtr_1") -> Any:
    return price_params(plan, part, None if part == "base" else meter)


def charged(params: Any, used: int) -> Decimal:
    """Dollars that Stripe charges for units at these terms."""
    tiers = params.get("tiers") or [{"up_to": "inf", "unit_amount_decimal": params["unit_amount_decimal"]}]
    cents, below = Decimal(0), 0
    for tier in tiers:
        end = used if tier["up_to"] == "inf" else min(used, tier["up_to"])
        cents += max(end - below, 0) * tier["unit_amount_decimal"]
        below = max(end, below)
    return cents / 100


@given(st.sampled_from(SOLD), st.sampled_from(UNITS), st.integers(0, 10**13))
def test_a_unit_costs_at_stripe_what_it_costs_here(plan: Plan, unit: Any, used: int) -> None:
    amounts = Units(0, 0, 0, 0)
    object.__setattr__(amounts, unit, used)
    ours = Decimal(cost(plan, amounts) - plan.base_fee) / 10**9
    assert charged(sent(plan, unit), used) == ours


@pytest.mark.parametrize("plan", SOLD, ids=lambda plan: plan.name)
def test_the_fee_is_the_plans(plan: Plan) -> None:
    assert ("base" in parts_of(plan)) == (plan.base_fee > 0)
    if plan.base_fee:
        assert sent(plan, "base")["unit_amount_decimal"] / 100 == Decimal(plan.base_fee) / 10**9


def test_an_amount_travels_without_an_exponent() -> None:
    for plan in SOLD:
        for part in parts_of(plan):
            params = sent(plan, part)
            for terms in (params, *params.get("tiers", ())):
                text = str(terms.get("unit_amount_decimal", 0))
                assert "E" not in text
                assert len(text.partition(".")[2]) <= 12


def test_other_terms_have_another_mark() -> None:
    marks = [sent(plan, part)["metadata"][TERMS] for plan in SOLD for part in parts_of(plan)]
    assert len(set(marks)) == len(marks)
    assert sent(PRO, "searches", "mtr_2")["metadata"][TERMS] != sent(PRO, "searches")["metadata"][TERMS]
    assert sent(PRO, "searches") == sent(PRO, "searches")


def test_a_plan_is_known_by_its_product_and_nothing_else_is_a_plan() -> None:
    assert [plan_of(product_id(plan)) for plan in SOLD] == [plan.name for plan in SOLD]
    assert [plan_of(name) for name in ("pro", "prod_1", "fluxvector_", "fluxvector_gold", "")] == [None] * 5
    assert FREE not in SOLD
    assert set(PARTS) == {"base", *UNITS}
    assert set(PLANS) == {"free", *(plan.name for plan in SOLD)}
