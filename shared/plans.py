"""Plans: what they cost, include and limit. The one place; the database and Stripe are told from here.

Prices are in nano-dollars (1e-9 $) a unit, net of tax, and lie below the cheapest comparable offer of 2026:

- a search, a vector written: 2,500 n$, so $0.25 per 100,000. Comparable: $0.40 per 100,000 operations.
- an embedding token: 8 n$, so $0.008 per million. Comparable: $0.01 per million.
- a stored vector, an hour: 2 n$, so $0.048 per million vectors a day and $1.44 a month; at 4 KB of values each that is
  $0.36 a GB at most, texts, metadata and indexes included. Comparable: $0.25 to $0.33 per GB with all of it counted,
  and 1,024 values with a text and an index are 6 KB.

Prices of a plan that was sold never change: who has it would be invoiced by the old ones and shown the new ones. A plan
of other prices is another plan, with a name of its own.

What is included in a base fee costs more by the unit than the fee: at full use Pro saves a sixth, Scale a thirteenth on
top of its lower prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

PlanName = Literal["free", "pay_as_you_go", "pro", "scale"]
Unit = Literal["searches", "vectors", "tokens", "vector_hours"]

NANO: Final = 1_000_000_000
"""Nano-dollars in a dollar."""
NANO_PER_CENT: Final = 10_000_000
CURRENCY: Final = "usd"
HOURS_A_MONTH: Final = 720
# Units in the order in which they are shown. `vectors` are vectors written; `vector_hours` vectors stored, by the hour.
UNITS: Final[tuple[Unit, ...]] = ("searches", "vectors", "tokens", "vector_hours")


@dataclass(frozen=True, slots=True)
class Units:
    """Amounts, or prices in nano-dollars, of each unit; None is as many as wanted."""

    searches: int | None
    vectors: int | None
    tokens: int | None
    vector_hours: int | None

    def of(self, unit: Unit) -> int | None:
        """The amount of one unit."""
        amount: int | None = getattr(self, unit)
        return amount


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` units of work in the long run, `burst` at once; a burst is back after burst / per_second seconds."""

    per_second: float
    burst: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Rates are of an account; one key may take `key_share` of the read and write rates.

    Reads are searches, embeddings and look-ups; writes are upserts, imports and updates; control is everything else.
    """

    reads: Rate
    writes: Rate
    control: Rate
    tokens_per_minute: int
    requests_in_flight: int
    writes_in_flight: int
    vectors_stored: int
    collections: int
    key_share: float = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """`base_fee` is in nano-dollars a month (UTC). Where nothing is charged, what is included is all there is."""

    name: PlanName
    title: str
    is_charged: bool
    base_fee: int
    included: Units
    prices: Units
    limits: Limits


_NOTHING = Units(0, 0, 0, 0)
_PRICES = Units(searches=2_500, vectors=2_500, tokens=8, vector_hours=2)
_CONTROL = Rate(20, 200)

FREE = Plan(
    name="free",
    title="Free",
    is_charged=False,
    base_fee=0,
    # As many stored vectors as the limit allows.
    included=Units(searches=50_000, vectors=50_000, tokens=10_000_000, vector_hours=None),
    prices=_NOTHING,
    limits=Limits(
        reads=Rate(50, 200),
        writes=Rate(25, 200),
        control=_CONTROL,
        tokens_per_minute=500_000,
        requests_in_flight=16,
        writes_in_flight=8,
        vectors_stored=25_000,
        collections=100,
    ),
)
PAY_AS_YOU_GO = Plan(
    name="pay_as_you_go",
    title="Pay as you go",
    is_charged=True,
    base_fee=0,
    included=_NOTHING,
    prices=_PRICES,
    limits=Limits(
        reads=Rate(200, 800),
        writes=Rate(100, 800),
        control=_CONTROL,
        tokens_per_minute=2_000_000,
        requests_in_flight=64,
        writes_in_flight=32,
        vectors_stored=2_000_000,
        collections=1_000,
    ),
)
PRO = Plan(
    name="pro",
    title="Pro",
    is_charged=True,
    base_fee=20 * NANO,
    included=Units(searches=4_000_000, vectors=3_000_000, tokens=500_000_000, vector_hours=2_000_000 * HOURS_A_MONTH),
    prices=_PRICES,
    limits=Limits(
        reads=Rate(500, 2_000),
        writes=Rate(250, 2_000),
        control=_CONTROL,
        tokens_per_minute=6_000_000,
        requests_in_flight=128,
        writes_in_flight=64,
        vectors_stored=10_000_000,
        collections=5_000,
    ),
)
SCALE = Plan(
    name="scale",
    title="Scale",
    is_charged=True,
    base_fee=200 * NANO,
    included=Units(
        searches=50_000_000, vectors=30_000_000, tokens=5_000_000_000, vector_hours=15_000_000 * HOURS_A_MONTH
    ),
    prices=Units(searches=2_000, vectors=2_000, tokens=7, vector_hours=2),
    limits=Limits(
        reads=Rate(2_000, 8_000),
        writes=Rate(1_000, 8_000),
        control=Rate(100, 1_000),
        tokens_per_minute=30_000_000,
        requests_in_flight=512,
        writes_in_flight=256,
        vectors_stored=100_000_000,
        collections=20_000,
    ),
)

PLANS: Final[dict[str, Plan]] = {plan.name: plan for plan in (FREE, PAY_AS_YOU_GO, PRO, SCALE)}
# What sold plans are called in Stripe; Free is none of Stripe's business.
SOLD: Final = tuple(plan for plan in PLANS.values() if plan.is_charged)


def cost(plan: Plan, used: Units) -> int:
    """What a month of a plan costs, in nano-dollars, net of tax: the base fee and what exceeds the included units."""
    total = plan.base_fee
    for unit in UNITS:
        included, price = plan.included.of(unit), plan.prices.of(unit) or 0
        if included is not None:
            total += max(0, (used.of(unit) or 0) - included) * price
    return total


def dollars(nano_dollars: int) -> str:
    """An amount of money as a decimal number of dollars, exact, with two decimals or more: `20.00`, `0.0000025`."""
    whole = format((Decimal(nano_dollars) / NANO).normalize(), "f")
    decimals = len(whole.partition(".")[2])
    return whole if decimals > 2 else format(Decimal(whole), ".2f")
