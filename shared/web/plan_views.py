"""Plans, their limits and money on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.plans import CURRENCY, Plan, Unit, Units, dollars

PublicUnit = Literal["searches", "vectors", "embedding_tokens", "vector_days"]
HOURS_A_DAY = 24
# How each unit is called outside, how many of the inner unit it is, and of how many a price is told.
_PUBLIC: dict[Unit, tuple[PublicUnit, int, int]] = {
    "searches": ("searches", 1, 100_000),
    "vectors": ("vectors", 1, 100_000),
    "tokens": ("embedding_tokens", 1, 1_000_000),
    "vector_hours": ("vector_days", HOURS_A_DAY, 1_000_000),
}

Amount = Annotated[str, Meta(description="Exact, as a decimal number, net of tax.", examples=["20.00"])]


class FeeView(Struct):
    amount: Amount
    currency: str
    interval: Literal["month"]


class PriceView(Struct):
    """What units cost beyond those that are included: `amount` for `per` of them, `per_unit` for one."""

    unit: PublicUnit
    amount: Amount
    per: int
    per_unit: Amount


class UnitsView(Struct):
    """Units of a month; null: as many as are wanted. `vectors` are written; a vector day is one stored for a day."""

    searches: int | None
    vectors: int | None
    embedding_tokens: int | None
    vector_days: float | None

    @classmethod
    def of(cls, units: Units) -> UnitsView:
        return cls(units.searches, units.vectors, units.tokens, days_of(units.vector_hours))


class RatesView(Struct):
    """Of reads (searches, embeddings, look-ups), of writes, and of everything else."""

    reads: float
    writes: float
    other: float


class LimitsView(Struct, kw_only=True):
    """Limits of an account. `key_share` of the rates of reads and writes are for any one key.

    A batch counts as more than one request. `burst` is how many may come at once. `vectors_stored` and `collections`
    are of live and test together.
    """

    requests_per_second: RatesView
    burst: RatesView
    key_share: float
    embedding_tokens_per_minute: int
    requests_in_flight: int
    writes_in_flight: int
    vectors_stored: int
    collections: int


class PlanView(Struct):
    """A plan. Where `is_metered` is false, what is included is all there is, and nothing is charged."""

    name: str
    title: str
    is_metered: bool
    base_fee: FeeView
    included: UnitsView
    prices: list[PriceView]
    limits: LimitsView

    @classmethod
    def of(cls, plan: Plan) -> PlanView:
        return cls(
            name=plan.name,
            title=plan.title,
            is_metered=plan.is_charged,
            base_fee=FeeView(dollars(plan.base_fee), CURRENCY, "month"),
            included=UnitsView.of(plan.included),
            prices=[_price(plan, unit) for unit in _PUBLIC] if plan.is_charged else [],
            limits=limits_of(plan),
        )


def limits_of(plan: Plan) -> LimitsView:
    """A plan's limits."""
    limits = plan.limits
    reads, writes, control = limits.reads, limits.writes, limits.control
    return LimitsView(
        requests_per_second=RatesView(reads.per_second, writes.per_second, control.per_second),
        burst=RatesView(reads.burst, writes.burst, control.burst),
        key_share=limits.key_share,
        embedding_tokens_per_minute=limits.tokens_per_minute,
        requests_in_flight=limits.requests_in_flight,
        writes_in_flight=limits.writes_in_flight,
        vectors_stored=limits.vectors_stored,
        collections=limits.collections,
    )


def days_of(vector_hours: int | None) -> float | None:
    """Vector hours as vector days; None stays None."""
    return None if vector_hours is None else round(vector_hours / HOURS_A_DAY, 3)


def _price(plan: Plan, unit: Unit) -> PriceView:
    name, inner, per = _PUBLIC[unit]
    price = (plan.prices.of(unit) or 0) * inner
    return PriceView(name, dollars(price * per), per, dollars(price))
