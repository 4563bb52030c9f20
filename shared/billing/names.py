"""What things of ours are called in Stripe: products by an id of our own, prices by a lookup key, others by a mark."""

from __future__ import annotations

from typing import Final, Literal, cast

from shared.plans import PLANS, SOLD, UNITS, Plan, PlanName, Unit

PREFIX: Final = "fluxvector_"
# What a plan is sold by: its monthly fee, and each unit.
Part = Literal["base"] | Unit
PARTS: Final[tuple[Part, ...]] = ("base", *UNITS)
# Metadata: of prices, the part that they are of; of the portal's configuration, that it is ours; of customers and
# subscriptions, whose they are; of what a schedule has a subscription go on with, the plan.
PART: Final = "fluxvector_part"
PORTAL: Final = "fluxvector_portal"
ACCOUNT: Final = "fluxvector_account_id"
PLAN: Final = "fluxvector_plan"


def product_id(plan: Plan) -> str:
    """The id of a plan's product, which never changes."""
    return PREFIX + plan.name


def plan_of(product: str) -> PlanName | None:
    """The plan of a product; None for what is no plan of ours."""
    name = product.removeprefix(PREFIX)
    return cast(PlanName, name) if product.startswith(PREFIX) and name in PLANS else None


def parts_of(plan: Plan) -> tuple[Part, ...]:
    """The parts that a sold plan has a price for."""
    return PARTS if plan.base_fee else PARTS[1:]


def lookup_key(plan: Plan, part: Part) -> str:
    """What the present price of a part is found by."""
    return f"{product_id(plan)}_{part}"


def sold(name: str) -> Plan | None:
    """The plan of this name, where it is one that Stripe sells."""
    return next((plan for plan in SOLD if plan.name == name), None)
