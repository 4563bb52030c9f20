"""The table of plans, as shared/plans.py has them: written after every migration."""

from __future__ import annotations

import psycopg
from psycopg import sql

from shared.plans import PLANS, UNITS, Plan

# The tables' names of the units, for included units and for prices.
_COLUMNS = {"searches": "search", "vectors": "vector", "tokens": "token", "vector_hours": "vector_hour"}


def seed_plans(owner_url: str) -> None:
    """Writes every plan; a plan that is no longer offered stays for the accounts that have it. Raises psycopg.Error."""
    with psycopg.connect(owner_url, autocommit=True) as owner, owner.transaction():
        for plan in PLANS.values():
            row = _row(plan)
            names = sql.SQL(", ").join(map(sql.Identifier, row))
            changed = sql.SQL(", ").join(
                sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in row if name != "plan"
            )
            owner.execute(
                sql.SQL("INSERT INTO plans ({}) VALUES ({}) ON CONFLICT (plan) DO UPDATE SET {}").format(
                    names, sql.SQL(", ").join(sql.Placeholder() * len(row)), changed
                ),
                list(row.values()),
            )


def _row(plan: Plan) -> dict[str, object]:
    limits = plan.limits
    rates = {"read": limits.reads, "write": limits.writes, "control": limits.control}
    return {
        "plan": plan.name,
        "is_charged": plan.is_charged,
        "base_fee": plan.base_fee,
        **{f"included_{unit}": plan.included.of(unit) for unit in UNITS},
        **{f"{_COLUMNS[unit]}_price": plan.prices.of(unit) for unit in UNITS},
        **{f"{kind}_rate": rate.per_second for kind, rate in rates.items()},
        **{f"{kind}_burst": rate.burst for kind, rate in rates.items()},
        "key_share": limits.key_share,
        "tokens_per_minute": limits.tokens_per_minute,
        "requests_in_flight": limits.requests_in_flight,
        "writes_in_flight": limits.writes_in_flight,
        "vectors_stored": limits.vectors_stored,
        "collections": limits.collections,
    }
