"""What an account has used, exact at any moment: roll-ups, and the tail of what is not rolled up yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Literal

from shared.admission import Principal
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import InternalError, ValidationFailed
from shared.plans import FREE, PLANS, Plan, Units, cost

By = Literal["endpoint", "key", "both"]
# What one answer lists of endpoints and keys, over all its days.
MOST_PARTS = 20_000

_SQL = statements("usage_report")


@dataclass(frozen=True, slots=True)
class Used:
    """Units used; `vectors` are vectors written, `vector_hours` vectors stored, by the hour."""

    requests: int = 0
    searches: int = 0
    vectors: int = 0
    embeddings: int = 0
    tokens: int = 0
    vector_hours: int = 0

    def __add__(self, other: Used) -> Used:
        return Used(
            self.requests + other.requests,
            self.searches + other.searches,
            self.vectors + other.vectors,
            self.embeddings + other.embeddings,
            self.tokens + other.tokens,
            self.vector_hours + other.vector_hours,
        )


@dataclass(frozen=True, slots=True)
class Month:
    """An account's month so far, in one environment.

    `plan` is the account's, `allowance` the plan whose quotas and rates hold in the environment: Free's in test.
    `charged` is what of `used` was used on a plan that is charged. `spent` and `cap` are in nano-dollars, net of tax.
    All three are of the live environment, and None in test.
    """

    as_of: datetime
    plan: Plan
    allowance: Plan
    used: Used
    vectors_stored: int
    collections: int
    charged: Units | None
    spent: int | None
    cap: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """A day's use by an endpoint, a key or both; the other is None, and so is a key that is gone or was not needed."""

    day: date
    endpoint: str | None
    key_id: str | None
    used: Used


@dataclass(frozen=True, slots=True)
class Day:
    """A day (UTC), and its parts where they were asked for."""

    day: date
    used: Used
    parts: tuple[Part, ...] | None = None


async def read_month(database: Database, principal: Principal) -> Month:
    """The month so far, of the environment of the credential."""
    params = {"account_no": principal.account_no, "env": principal.env}
    [rows] = await database.transact(principal.account_no, Statement(_SQL["read_usage"], params))
    if not rows:  # erased a moment ago
        raise InternalError("Something went wrong on our side.")
    as_of, name, cap, *counts, vectors_stored, collections = rows[0]
    plan = PLANS[name]
    is_live = principal.env == "live"
    charged = Units(*counts[6:])
    spent = cost(plan, charged) if plan.is_charged else 0
    return Month(
        as_of=as_of,
        plan=plan,
        allowance=plan if is_live else FREE,
        used=Used(*counts[:6]),
        vectors_stored=vectors_stored,
        collections=collections,
        charged=charged if is_live else None,
        spent=spent if is_live else None,
        cap=cap if is_live else None,
    )


async def read_history(database: Database, principal: Principal, *, days: int, by: By | None) -> list[Day]:
    """Each of the last days, today included, the first one first. Raises ValidationFailed where it would be too much.

    A day's numbers are the sums of its parts, where those are asked for.
    """
    params: dict[str, object] = {"account_no": principal.account_no, "env": principal.env, "days": days}
    steps = [Statement(_SQL["read_days"], params)]
    if by is not None:
        apart = {"by_endpoint": by != "key", "by_key": by != "endpoint", "limit": MOST_PARTS + 1}
        steps.append(Statement(_SQL["read_parts"], params | apart))
    rows, *rest = await database.transact(principal.account_no, *steps)
    totals = [Day(row[0], Used(*row[1:])) for row in rows]
    if by is None:
        return totals
    if len(rest[0]) > MOST_PARTS:
        raise ValidationFailed.of("days", f"gives more than {MOST_PARTS} lines by {by}: ask for fewer days")
    return _apart(totals, (Part(row[0], row[1], row[2], Used(*row[3:])) for row in rest[0]))


def _apart(totals: Iterable[Day], parts: Iterable[Part]) -> list[Day]:
    """The days with their parts. What was stored belongs to no endpoint and no key."""
    by_day: dict[date, list[Part]] = {}
    for part in parts:
        by_day.setdefault(part.day, []).append(part)
    found = []
    for total in totals:
        own = by_day.get(total.day, [])
        stored = Used(vector_hours=total.used.vector_hours)
        found.append(Day(total.day, reduce(Used.__add__, (part.used for part in own), stored), tuple(own)))
    return found
