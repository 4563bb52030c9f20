"""Quotas and spending caps: not one unit more than allowed, whatever runs at once, fails, dies or is lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.admission import Admission
from shared.db.connection import Database
from shared.keys import Env
from shared.limits import CONTROL, READ, WRITE, Ask, month_end
from shared.plans import NANO, PLANS, Unit, Units, cost
from shared.usage import Work
from tests.support.admissions import Caller, set_plan
from tests.support.api import Tenant, make_key, make_tenant
from tests.support.database import TestDatabase
from tests.support.stopped_clock import StoppedClock

QUOTA = 20
# What a crash of the database empties.
LOSE = "TRUNCATE account_meters, key_meters, tickets, stranger_meters"
# What the job of the roll-ups does, in one statement.
ROLL_UP = """
WITH moved AS (DELETE FROM usage_tail RETURNING *)
INSERT INTO usage_hours AS h (account_no, hour, env, plan, is_charged, requests, searches, vectors, embeddings, tokens)
    SELECT m.account_no, date_trunc('hour', m.occurred_at, 'UTC'), m.env, m.plan, bool_or(m.is_charged),
           sum(m.requests), sum(m.searches), sum(m.vectors), sum(m.embeddings), sum(m.tokens)
    FROM moved m GROUP BY 1, 2, 3, 4
    ON CONFLICT (account_no, hour, env, plan) DO UPDATE SET
        requests = h.requests + excluded.requests, searches = h.searches + excluded.searches,
        vectors = h.vectors + excluded.vectors, embeddings = h.embeddings + excluded.embeddings,
        tokens = h.tokens + excluded.tokens
"""
NO_RATES = set_plan(
    read_rate=10_000,
    read_burst=100_000,
    write_rate=10_000,
    write_burst=100_000,
    control_rate=10_000,
    control_burst=100_000,
    tokens_per_minute=1_000_000_000,
    requests_in_flight=10_000,
    writes_in_flight=10_000,
)
SEARCH = Ask("read", searches=1)


@dataclass
class Metered:
    """An account whose rates nobody meets, by the time of a test."""

    database: TestDatabase
    functions: Database
    tenant: Tenant
    clock: StoppedClock
    owner: psycopg.Connection[tuple[object, ...]]

    @property
    def caller(self) -> Caller:
        return Caller(self.functions, self.tenant.key)

    async def caller_of(self, env: Env) -> Caller:
        key = await make_key(self.database, self.tenant.account_no, ("read", "write"), env)
        return Caller(self.functions, key)

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        cursor = self.owner.execute(statement.encode())
        return cursor.fetchall() if cursor.description is not None else []

    def plan(self, name: str) -> None:
        self.sql(f"UPDATE accounts SET plan = '{name}'")

    async def refusal(self, ask: Ask) -> str | None:
        """What refuses the request now; it takes nothing."""
        return (await self.caller.ask(ask, takes=False)).grant.refusal

    async def use(self, times: int, ask: Ask = SEARCH) -> list[str | None]:
        """Asks so often, using all that it may, and answers what refused."""
        refusals: list[str | None] = []
        for _ in range(times):
            admission = await self.caller.ask(ask)
            if admission.grant.refusal is None:
                work = Work(requests=1, searches=ask.searches, vectors=ask.vectors, tokens=ask.tokens)
                await self.caller.record(admission, work)
            refusals.append(admission.grant.refusal)
        return refusals


@pytest.fixture
async def metered(database: TestDatabase) -> AsyncIterator[Metered]:
    # The middle of a month, so that no test ends in another one than it began in.
    clock = StoppedClock(database, datetime.now(UTC).replace(day=15, hour=12))
    tenant = await make_tenant(database, "owner@example.com", "free")
    functions = Database(database.api_url, size=8)
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        made = Metered(database, functions, tenant, clock, owner)
        made.sql(f"UPDATE plans SET {NO_RATES}")
        included = set_plan(included_searches=QUOTA, included_vectors=QUOTA, included_tokens=QUOTA)
        made.sql(f"UPDATE plans SET {included} WHERE plan = 'free'")
        yield made
    await functions.close()
    clock.close()


@dataclass
class Model:
    """What is used this month, and what requests in flight may still use."""

    used: int = 0
    open: dict[int, int] = field(default_factory=dict)

    def admits(self, units: int) -> bool:
        return self.used + sum(self.open.values()) + units <= QUOTA


Move = tuple[
    Literal["ask", "record", "end", "roll up", "lose", "minute", "month"],
    int,
]
moves = st.tuples(
    st.sampled_from(
        ["ask", "ask", "ask", "ask", "record", "record", "record", "end", "roll up", "lose", "minute", "month"]
    ),
    st.integers(0, 7),
)


@given(sequence=st.lists(moves, min_size=10, max_size=40), unit=st.sampled_from(["searches", "vectors", "tokens"]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_happens_in_between_the_quota_holds(
    metered: Metered, sequence: list[Move], unit: Literal["searches", "vectors", "tokens"]
) -> None:
    """Requests that begin, use less than they may, fail, die or outlive a crash; roll-ups and months, in any order."""
    metered.sql(f"{LOSE}; TRUNCATE usage_events, usage_tail, usage_hours")
    metered.clock.set(datetime.now(UTC).replace(day=15))
    model, under_way = Model(), dict[int, tuple[Admission, int]]()
    for move, number in sequence:
        which = sorted(under_way)[number % len(under_way)] if under_way else None
        if move == "ask":
            admission = await metered.caller.ask(Ask("read", **{unit: number}))
            grant = admission.grant
            assert grant.refusal == (None if number == 0 or model.admits(number) else "quota")
            if grant.ticket is not None:
                under_way[grant.ticket.number] = admission, number
                model.open[grant.ticket.number] = number
        elif move == "record" and which is not None:
            admission, reserved = under_way.pop(which)
            used = min(number, reserved)
            await metered.caller.record(admission, Work(requests=1, **{unit: used}))
            model.used += used
            model.open.pop(which, None)
        elif move == "end" and which is not None:
            await metered.caller.end(under_way.pop(which)[0])
            model.open.pop(which, None)
        elif move == "roll up":
            metered.sql(ROLL_UP)
        elif move == "lose":
            metered.sql(LOSE)
            model.open.clear()
        elif move == "minute":
            metered.clock.advance(61)
            model.open.clear()
        elif move == "month":
            metered.clock.set((metered.clock.now.replace(day=1) + timedelta(days=40)).replace(day=15))
            model = Model()
        await metered.refusal(READ)
        assert used_and_open(metered, unit) == (model.used, sum(model.open.values()))
        left = max(QUOTA - model.used - sum(model.open.values()), 0)
        assert (await metered.refusal(Ask("read", **{unit: left + 1}))) == "quota"
        assert left == 0 or (await metered.refusal(Ask("read", **{unit: left}))) is None


def used_and_open(metered: Metered, unit: Unit) -> tuple[int, int]:
    """As admission sees it: what is used this month, and what is reserved."""
    now = f"'{metered.clock.now.isoformat()}'"
    [(used, reserved)] = metered.sql(
        f"SELECT (SELECT m.{unit} FROM account_meters m), (SELECT coalesce(sum(t.{unit}), 0)::bigint FROM tickets t"
        f" WHERE t.kind NOT IN ('done', 'ended') AND t.ends_at >= {now})"
    )
    assert isinstance(used, int)
    assert isinstance(reserved, int)
    return used, reserved


async def test_many_at_once_use_the_quota_up_exactly(metered: Metered) -> None:
    """Real concurrency: 24 callers of which some fail, while roll-ups run; in the end all is used and not one more."""
    metered.sql("UPDATE plans SET included_searches = 150 WHERE plan = 'free'")
    chance, is_over = random.Random(5), asyncio.Event()

    async def caller() -> None:
        refused = 0
        while refused < 20:  # what others hold may come free again
            admission = await metered.caller.ask(SEARCH)
            if admission.grant.refusal is not None:
                assert admission.grant.refusal == "quota"
                refused += 1
            elif chance.random() < 0.3:
                await metered.caller.end(admission)
            else:
                await metered.caller.record(admission, Work(requests=1, searches=1))

    async def roll_up() -> None:
        while not is_over.is_set():
            await asyncio.to_thread(metered.sql, ROLL_UP)

    rolling = asyncio.create_task(roll_up())
    await asyncio.gather(*[caller() for _ in range(24)])
    is_over.set()
    await rolling
    await metered.use(5)
    assert await metered.refusal(SEARCH) == "quota"
    assert metered.sql("SELECT sum(searches), count(*) FILTER (WHERE searches > 1) FROM usage_events") == [(150, 0)]
    assert used_and_open(metered, "searches") == (150, 0)


@pytest.mark.parametrize("unit", ["searches", "vectors", "tokens"])
async def test_at_the_last_unit_many_at_once_admit_one(
    metered: Metered, unit: Literal["searches", "vectors", "tokens"]
) -> None:
    """100 callers at the last two and at the last one, right after the row was lost, so that it is reckoned first."""
    ask = Ask("read", **{unit: 1})
    await metered.use(QUOTA - 2, ask)
    for left in (2, 1):
        admissions = await asyncio.gather(*[metered.caller.ask(ask) for _ in range(100)])
        assert Counter(each.grant.refusal for each in admissions) == {None: left, "quota": 100 - left}
        admitted = next(each for each in admissions if each.grant.refusal is None)
        await metered.caller.record(admitted, Work(requests=1, **{unit: 1}))
        metered.sql(LOSE)


async def test_a_new_month_begins_at_nothing(metered: Metered) -> None:
    """To the microsecond, in UTC; what was admitted before and ends after belongs to the new month."""
    await metered.use(QUOTA - 1)
    late = await metered.caller.ask(SEARCH)
    end = month_end(metered.clock.now)
    metered.clock.set(end - timedelta(microseconds=1))
    await metered.use(1)
    assert await metered.refusal(SEARCH) == "quota"
    metered.clock.set(end)
    assert await metered.refusal(SEARCH) is None
    await metered.caller.record(late, Work(requests=1, searches=1))
    assert await metered.use(QUOTA) == [*[None] * (QUOTA - 1), "quota"]


async def test_a_request_whose_process_died_frees_what_it_held(metered: Metered) -> None:
    """After a minute, which is longer than a request may take."""
    for _ in range(QUOTA):
        assert (await metered.caller.ask(SEARCH)).grant.refusal is None
    assert await metered.refusal(SEARCH) == "quota"
    metered.clock.advance(59)
    assert await metered.refusal(SEARCH) == "quota"
    metered.clock.advance(2)
    assert await metered.refusal(Ask("read", searches=QUOTA)) is None


async def test_another_plan_counts_from_the_next_request_on(metered: Metered) -> None:
    """What was used for nothing stays used when a paid plan ends, and what was charged is not counted against Free."""
    await metered.use(QUOTA)
    assert await metered.refusal(SEARCH) == "quota"
    metered.plan("pay_as_you_go")
    assert await metered.use(3 * QUOTA) == [None] * (3 * QUOTA)
    metered.plan("free")
    assert await metered.refusal(SEARCH) == "quota"
    metered.sql(ROLL_UP)
    metered.plan("pro")
    assert await metered.refusal(SEARCH) is None
    metered.plan("free")
    assert await metered.refusal(SEARCH) == "quota"


async def test_each_unit_has_its_own_quota(metered: Metered) -> None:
    """Whoever has searched enough still writes, and what uses no unit is never refused."""
    await metered.use(QUOTA)
    write = Ask("write", vectors=1)
    assert await metered.refusal(write) is None
    assert await metered.use(QUOTA + 1, write) == [*[None] * QUOTA, "quota"]
    for ask in (READ, WRITE, CONTROL, Ask("read", tokens=1)):
        assert await metered.refusal(ask) is None


async def test_test_data_has_what_free_has_and_takes_nothing_of_live(metered: Metered) -> None:
    """Whatever the plan and its cap."""
    metered.plan("scale")
    metered.sql("UPDATE accounts SET spending_cap = 0")
    test = await metered.caller_of("test")
    for _ in range(QUOTA):
        admission = await test.ask(SEARCH)
        await test.record(admission, Work(requests=1, searches=1))
    assert (await test.ask(SEARCH)).grant.refusal == "quota"
    assert await metered.use(2 * QUOTA) == [None] * (2 * QUOTA)


units = st.integers(0, 10**12)


@given(
    plan=st.sampled_from(sorted(PLANS)),
    used=st.builds(Units, searches=units, vectors=units, tokens=units, vector_hours=units),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_reckons_a_month_as_we_do(database: TestDatabase, plan: str, used: Units) -> None:
    """To the nano-dollar."""
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        row = owner.execute(
            "SELECT cost_of(%s, %s, %s, %s, %s)", (plan, used.searches, used.vectors, used.tokens, used.vector_hours)
        ).fetchone()
    assert row == (cost(PLANS[plan], used),)


async def test_a_cap_is_exact_to_the_nano_dollar(metered: Metered) -> None:
    """So many units as it pays for, of all kinds together, and not one more."""
    metered.plan("pay_as_you_go")
    price = PLANS["pay_as_you_go"].prices
    assert price.searches
    assert price.tokens
    exact = 10 * price.searches + 7 * price.tokens
    metered.sql(f"UPDATE accounts SET spending_cap = {exact}")
    assert await metered.use(7, Ask("read", tokens=1)) == [None] * 7
    assert await metered.use(11) == [*[None] * 10, "spending_cap"]
    assert await metered.refusal(Ask("read", tokens=1)) == "spending_cap"
    metered.sql(f"UPDATE accounts SET spending_cap = {exact + price.searches - 1}")
    assert await metered.refusal(SEARCH) == "spending_cap"
    metered.sql(f"UPDATE accounts SET spending_cap = {exact + price.searches}")
    assert await metered.use(2) == [None, "spending_cap"]


async def test_what_is_stored_counts_towards_the_cap(metered: Metered) -> None:
    """As far as the hours were looked at, after the row is reckoned anew."""
    metered.plan("pay_as_you_go")
    price = PLANS["pay_as_you_go"].prices
    assert price.vector_hours
    assert price.searches
    metered.sql(
        "INSERT INTO usage_hours (account_no, hour, env, plan, is_charged, vector_hours)"
        f" SELECT account_no, '{metered.clock.now:%Y-%m-15T10:00:00Z}', 'live', plan, true, 1000 FROM accounts"
    )
    metered.sql(f"UPDATE accounts SET spending_cap = {1000 * price.vector_hours + price.searches}")
    assert await metered.use(2) == [None, "spending_cap"]


@pytest.mark.parametrize("cap", [0, 1, 19 * NANO, 20 * NANO])
async def test_a_cap_below_the_base_fee_lets_what_is_included_through(metered: Metered, cap: int) -> None:
    """The fee is owed anyhow, so the cap ends what comes on top of it."""
    metered.plan("pro")
    metered.sql(f"UPDATE accounts SET spending_cap = {cap}; UPDATE plans SET included_searches = 5 WHERE plan = 'pro'")
    assert await metered.use(6) == [*[None] * 5, "spending_cap"]


async def test_a_cap_of_nothing_without_a_base_fee_admits_what_costs_nothing(metered: Metered) -> None:
    """Reading, listing and deleting have no price."""
    metered.plan("pay_as_you_go")
    metered.sql("UPDATE accounts SET spending_cap = 0")
    assert await metered.refusal(SEARCH) == "spending_cap"
    assert await metered.refusal(Ask("write", vectors=1)) == "spending_cap"
    for ask in (READ, WRITE, CONTROL):
        assert await metered.refusal(ask) is None


async def test_many_at_once_reach_the_cap_exactly(metered: Metered) -> None:
    """100 at the last unit that the cap pays for."""
    metered.plan("pay_as_you_go")
    metered.sql(f"UPDATE accounts SET spending_cap = {3 * 2_500}")
    await metered.use(2)
    refusals = Counter(
        [(each.grant.refusal) for each in await asyncio.gather(*[metered.caller.ask(SEARCH) for _ in range(100)])]
    )
    assert refusals == {None: 1, "spending_cap": 99}


async def test_an_overdue_payment_ends_writing_after_a_week(metered: Metered) -> None:
    """Reading and deleting go on, and so does test data; once it is paid, all does."""
    metered.plan("pro")
    write = Ask("write", vectors=1)
    # The grace is reckoned by the clock of the functions, which is the test's.
    since = metered.clock.now - timedelta(days=7)
    metered.sql(f"UPDATE accounts SET payment_overdue_since = '{since.isoformat()}'")
    assert await metered.refusal(write) is None
    metered.clock.advance(0.000001)
    assert await metered.refusal(write) == "payment_overdue"
    assert await metered.refusal(SEARCH) is None
    assert await metered.refusal(CONTROL) is None
    assert (await (await metered.caller_of("test")).ask(write)).grant.refusal is None
    metered.sql("UPDATE accounts SET payment_overdue_since = NULL")
    assert await metered.refusal(write) is None
