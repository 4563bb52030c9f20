"""What is stored is counted once an hour, by environment, and never charged beyond the cap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.plans import PLANS, Units, cost
from shared.usage_rollups import aggregate_usage
from tests.support.api import Api
from tests.support.metering import record

COUNT = statements("usage_rollups")["count_storage"]


@pytest.fixture
def api(api_without_embedder: Api) -> Api:
    """Nothing here embeds."""
    return api_without_embedder


@pytest.fixture
async def jobs(api: Api) -> AsyncIterator[Database]:
    database = Database(api.database.jobs_url, size=4)
    yield database
    await database.close()


def set_plan(api: Api, plan: str, cap: int | None = None) -> None:
    api.sql("UPDATE accounts SET plan = %s, spending_cap = %s", plan, cap)


async def store(api: Api, count: int, name: str = "things", key: str | None = None) -> None:
    made = await api.post("/v1/collections", {"name": name, "dimension": 1}, key=key)
    assert made.status_code == 200, made.text
    body = {"collection": name, "vectors": [{"id": f"{n}", "values": [1.0]} for n in range(count)]}
    assert (await api.post("/v1/vectors/upsert", body, key=key)).status_code == 200


def hours(api: Api) -> list[tuple[Any, ...]]:
    return api.sql(
        "SELECT env, plan, is_charged, vector_hours FROM usage_hours WHERE vector_hours IS NOT NULL"
        " ORDER BY date_trunc('hour', now(), 'UTC') = hour, env"
    )


def another_hour(api: Api) -> None:
    """What was counted is of another hour of the same month."""
    api.sql(
        "UPDATE usage_hours SET hour = hour + interval '1 hour'"
        " * CASE WHEN hour = date_trunc('month', hour, 'UTC') THEN 1 ELSE -1 END"
    )
    api.sql("DELETE FROM storage_looks")


async def look(jobs: Database, limit: int = 50) -> int:
    [(looked,)] = await jobs.execute(Statement(COUNT, {"limit": limit}))
    return int(looked)


async def test_an_hour_counts_what_is_stored_at_its_first_look(api: Api, jobs: Database) -> None:
    test_key = await api.new_key(env="test")
    await store(api, 5)
    await store(api, 2, key=test_key)
    wanted = [("live", "scale", True, 5), ("test", "scale", False, 2)]
    await aggregate_usage(jobs)
    assert hours(api) == wanted
    await store(api, 3, name="more")
    await aggregate_usage(jobs)
    assert hours(api) == wanted
    another_hour(api)
    await aggregate_usage(jobs)
    assert hours(api) == [*wanted, ("live", "scale", True, 8), ("test", "scale", False, 2)]


async def test_an_account_that_has_nothing_stored_has_no_hours(api: Api, jobs: Database) -> None:
    await store(api, 2)
    await api.delete("/v1/collections/things")
    await aggregate_usage(jobs)
    assert hours(api) == []


async def test_accounts_are_looked_at_in_batches_and_each_once(api: Api, jobs: Database) -> None:
    keys = [api.tenant.key, *[(await api.new_tenant(f"t{n}@example.com")).key for n in range(4)]]
    for count, key in enumerate(keys, 1):
        await store(api, count, key=key)
    assert await look(jobs, limit=2) == 2
    assert await look(jobs, limit=2) == 2
    api.sql("DELETE FROM tickets")
    looked = await asyncio.gather(*[look(jobs, limit=2) for _ in range(4)])
    assert sorted(looked) == [0, 0, 0, 1]
    assert sorted(row[-1] for row in hours(api)) == [1, 2, 3, 4, 5]


async def test_a_look_that_dies_is_done_again(api: Api, jobs: Database) -> None:
    await store(api, 3)
    with psycopg.connect(api.database.jobs_url) as dying:
        dying.execute(COUNT, {"limit": 50})
        assert await look(jobs) == 0  # another one is at it
        with psycopg.connect(api.database.admin_url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", (dying.info.backend_pid,))
        dying.close()
    assert hours(api) == []
    assert await look(jobs) == 1
    assert hours(api) == [("live", "scale", True, 3)]


async def test_admission_knows_at_once_what_storage_has_cost(api: Api, jobs: Database) -> None:
    """A cap that the stored hours use up refuses the next search, before and after admission's row is lost."""
    set_plan(api, "pay_as_you_go")
    await store(api, 10)
    [(spent,)] = api.sql("SELECT sum(vectors) * 2500 FROM usage_events")
    api.sql("UPDATE accounts SET spending_cap = %s", spent + 2_500 + 10 * 2)  # ten hours, and one search
    await aggregate_usage(jobs)
    assert hours(api)[0][-1] == 10
    query = {"collection": "things", "vector": [1.0]}
    assert (await api.post("/v1/vectors/query", query)).status_code == 200
    another_hour(api)
    await aggregate_usage(jobs)
    for lost in (False, True):
        if lost:
            api.sql("TRUNCATE account_meters, key_meters, tickets")
        assert (await api.post("/v1/vectors/query", query)).status_code == 402


@pytest.mark.parametrize("plan", ["pay_as_you_go", "pro", "scale"])
@pytest.mark.parametrize("left", [0, 1, 7, 8, 1_000])
async def test_storage_does_not_pass_the_cap(api: Api, jobs: Database, plan: str, left: int) -> None:
    """`left` hours are what the cap still pays, beyond those that are included."""
    await store(api, 8)
    api.sql("DELETE FROM usage_events; DELETE FROM usage_tail; DELETE FROM tickets; DELETE FROM account_meters")
    set_plan(api, plan)
    offer = PLANS[plan]
    price, included = offer.prices.vector_hours or 0, offer.included.vector_hours or 0
    with psycopg.connect(api.database.owner_url, autocommit=True) as owner:
        searches = (offer.included.searches or 0) + 3
        record(owner, api.tenant.account_no, plan=plan, counts=(1, searches, 0, 0, 0))
        owner.execute(
            "INSERT INTO usage_hours (account_no, hour, env, plan, is_charged, vector_hours)"
            " VALUES (%s, date_trunc('month', now(), 'UTC'), 'live', %s, true, %s)",
            (api.tenant.account_no, f"{plan} before", max(0, included - 2)),
        )
    used = Units(searches=searches, vectors=0, tokens=0, vector_hours=max(0, included - 2))
    cap = cost(offer, used) + left * price + price - 1
    set_plan(api, plan, cap)
    await aggregate_usage(jobs)
    [(counted,)] = api.sql("SELECT vector_hours FROM usage_hours WHERE plan = %s AND vector_hours IS NOT NULL", plan)
    assert counted == min(8, left + min(2, included))
    assert cost(offer, Units(searches, 0, 0, (used.vector_hours or 0) + counted)) <= cap
    [(known,)] = api.sql("SELECT sum(vector_hours) FROM account_meters WHERE month > '-infinity'") or [(None,)]
    assert known is None


async def test_what_requests_under_way_may_use_is_left_to_them(api: Api, jobs: Database) -> None:
    await store(api, 8)
    api.sql("DELETE FROM usage_events; DELETE FROM usage_tail; DELETE FROM tickets; DELETE FROM account_meters")
    set_plan(api, "pay_as_you_go", 2_500 * 4 + 2 * 5)
    api.sql(
        "INSERT INTO tickets (account_no, env, kind, ends_at, searches, vectors, tokens)"
        " VALUES (%s, 'live', 'read', now() + interval '1 minute', 4, 0, 0),"
        " (%s, 'test', 'read', now() + interval '1 minute', 4, 0, 0),"
        " (%s, 'live', 'read', now() - interval '1 minute', 4, 0, 0)",
        *[api.tenant.account_no] * 3,
    )
    await aggregate_usage(jobs)
    assert hours(api)[0][-1] == 5


async def test_counts_of_account_and_collections_agree_after_writers_and_deletions(api: Api) -> None:
    """Eight writers into one account, of two environments, some of whom delete what others write."""
    test_key = await api.new_key(env="test")
    for name in ("one", "two", "gone"):
        await api.collection(name, dimension=1)
    await api.post("/v1/collections", {"name": "one", "dimension": 1}, key=test_key)

    async def write(writer: int) -> None:
        key = test_key if writer == 7 else None
        for turn in range(8):
            name = "one" if writer == 7 else ("one", "two", "gone")[(writer + turn) % 3]
            records = [{"id": f"{(writer * turn + n) % 60}", "values": [float(turn + 1)]} for n in range(20)]
            await api.post("/v1/vectors/upsert", {"collection": name, "vectors": records}, key=key)
            ids = [f"{n}" for n in range(turn, 60, 7)]
            await api.post("/v1/vectors/delete", {"collection": name, "ids": ids}, key=key)
            if writer == 0 and turn in (3, 6):
                await api.delete("/v1/collections/gone")
                await api.collection("gone", dimension=1)

    await asyncio.gather(*[write(writer) for writer in range(8)])
    [(by_account,)] = api.sql("SELECT sum(stored)::bigint FROM account_counts")
    [(by_collection,)] = api.sql("SELECT sum(stored)::bigint FROM collection_counts")
    [(rows,)] = api.sql(
        "SELECT count(*) FROM vectors v JOIN collections c ON c.collection_no = v.collection_no"
        " AND c.account_no = v.account_no"
    )
    assert by_account == by_collection == rows > 0
