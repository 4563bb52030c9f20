"""GET /v1/usage and its history: exact at any moment, from the roll-ups and what is not rolled up yet."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from shared.db.connection import Database
from shared.db.sql_files import statements
from shared.plans import PAY_AS_YOU_GO, PRO
from shared.usage_report import MOST_PARTS
from shared.usage_rollups import aggregate_usage
from tests.support.api import Api
from tests.support.metering import record


@pytest.fixture
def api(api_without_embedder: Api) -> Api:
    """Nothing here embeds."""
    return api_without_embedder


@pytest.fixture
async def jobs(api: Api) -> AsyncIterator[Database]:
    database = Database(api.database.jobs_url, size=2)
    yield database
    await database.close()


def set_plan(api: Api, plan: str, cap: int | None = None) -> None:
    api.sql("UPDATE accounts SET plan = %s, spending_cap = %s WHERE account_no = %s", plan, cap, api.tenant.account_no)


def use(api: Api, counts: tuple[int, ...], **of: Any) -> None:
    with psycopg.connect(api.database.owner_url, autocommit=True) as owner:
        record(owner, api.tenant.account_no, counts=counts, **of)


async def usage(api: Api, **of: Any) -> dict[str, Any]:
    answer = await api.get("/v1/usage", **of)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def history(api: Api, **of: Any) -> list[dict[str, Any]]:
    answer = await api.get("/v1/usage/history", **of)
    assert answer.status_code == 200, answer.text
    data: list[dict[str, Any]] = answer.json()["data"]
    return data


async def test_usage_tells_what_was_done_before_and_after_it_is_rolled_up(api: Api, jobs: Database) -> None:
    await api.collection(dimension=2)
    await api.upsert([{"id": "a", "values": [1.0, 0.0]}, {"id": "b", "values": [1.0, 1.0]}])
    await api.post("/v1/vectors/query", {"collection": "things", "vector": [1.0, 0.0]})
    wanted: dict[str, Any] = {"requests": 2, "searches": 1, "vectors": 2, "embeddings": 0, "embedding_tokens": 0}
    wanted |= {"vectors_stored": 2, "collections": 1, "plan": "scale", "env": "live"}
    told = await usage(api)
    assert told == told | wanted
    [(tail,)] = api.sql("SELECT count(*) FROM usage_tail")
    assert await aggregate_usage(jobs) == tail > 0
    assert api.sql("SELECT count(*) FROM usage_tail") == [(0,)]
    told = await usage(api)
    assert told == told | wanted
    assert told["vector_days"] == round(2 / 24, 3)
    [*before, today] = await history(api, days=3)
    assert today == {
        "date": datetime.now(UTC).date().isoformat(),
        "requests": 2,
        "searches": 1,
        "vectors": 2,
        "embeddings": 0,
        "embedding_tokens": 0,
        "vector_days": round(2 / 24, 3),
    }
    assert [day["requests"] for day in before] == [0, 0]


async def test_the_period_is_the_month_in_utc(api: Api, jobs: Database) -> None:
    use(api, (1, 1, 0, 0, 0), at="date_trunc('month', now(), 'UTC')")
    use(api, (1, 1, 0, 0, 0), at="date_trunc('month', now(), 'UTC') - interval '1 microsecond'")
    for _ in range(2):
        told = await usage(api)
        assert told["searches"] == 1
        await aggregate_usage(jobs)
    start = datetime.fromisoformat(told["period_start"])
    assert (start.day, start.hour, start.minute) == (1, 0, 0)
    assert datetime.fromisoformat(told["period_end"]) == (start + timedelta(days=32)).replace(day=1)


async def test_live_and_test_are_told_apart_and_test_is_not_charged(api: Api, jobs: Database) -> None:
    set_plan(api, "pay_as_you_go")
    test_key = await api.new_key(env="test")
    use(api, (1, 10, 0, 0, 0), plan="pay_as_you_go")
    use(api, (1, 20, 0, 0, 0), plan="pay_as_you_go", env="test")
    for _ in range(2):
        live, test = await usage(api), await usage(api, key=test_key)
        assert (live["env"], live["searches"], live["limits"]["searches"]) == ("live", 10, None)
        assert (test["env"], test["searches"], test["limits"]["searches"]) == ("test", 20, 50_000)
        assert live["spend"] == {"amount": "0.000025", "currency": "usd", "cap": None}
        assert live["charged"]["searches"] == 10
        assert (test["spend"], test["charged"]) == (None, None)
        assert [day["searches"] for day in await history(api, days=1, key=test_key)] == [20]
        await aggregate_usage(jobs)


async def test_spend_is_the_fee_and_what_exceeds_the_included_units(api: Api) -> None:
    set_plan(api, "pro", cap=50_500_000_000)
    use(api, (1, 0, (PRO.included.vectors or 0) + 100_000, 0, 0), plan="pro")
    told = await usage(api)
    assert told["spend"] == {"amount": "20.25", "currency": "usd", "cap": "50.50"}
    assert told["included"]["vectors"] == PRO.included.vectors
    assert told["included"]["vector_days"] == 2_000_000 * 30


async def test_what_free_used_is_not_charged_after_an_upgrade(api: Api) -> None:
    use(api, (1, 1_000, 0, 0, 0), plan="free")
    set_plan(api, "pay_as_you_go")
    use(api, (1, 100_000, 0, 0, 0), plan="pay_as_you_go")
    told = await usage(api)
    assert (told["searches"], told["spend"]["amount"]) == (101_000, "0.25")
    assert PAY_AS_YOU_GO.prices.searches == 2_500
    assert told["charged"] == {"searches": 100_000, "vectors": 0, "embedding_tokens": 0, "vector_days": 0.0}


async def test_spend_is_reckoned_by_hand_from_what_is_charged_and_the_plans_prices(api: Api, jobs: Database) -> None:
    await api.collection(dimension=1)
    await api.upsert([{"id": f"{n}", "values": [1.0]} for n in range(12)])  # on Scale: it is charged
    await aggregate_usage(jobs)
    use(api, (1, 7_000, 3_000, 0, 0), plan="free")
    set_plan(api, "pro")
    over = [(unit or 0) + more for unit, more in ((PRO.included.searches, 11), (PRO.included.tokens, 7_000_000))]
    use(api, (1, over[0], 0, 0, over[1]), plan="pro")
    told = await usage(api)
    [plan] = [plan for plan in (await api.get("/v1/plans")).json()["data"] if plan["name"] == "pro"]
    total = Decimal(plan["base_fee"]["amount"])
    for price in plan["prices"]:
        beyond = max(0, told["charged"][price["unit"]] - plan["included"][price["unit"]])
        total += Decimal(str(beyond)) * Decimal(price["per_unit"])
    assert total == Decimal(told["spend"]["amount"]) == Decimal("20.0560275")
    assert told["charged"]["vector_days"] == 0.5


async def test_free_tells_its_quotas_and_limits(api: Api) -> None:
    set_plan(api, "free")
    told = await usage(api)
    assert told["limits"] == told["limits"] | {
        "searches": 50_000,
        "vectors": 50_000,
        "embedding_tokens": 10_000_000,
        "vectors_stored": 25_000,
        "collections": 100,
        "requests_per_second": {"reads": 50.0, "writes": 25.0, "other": 20.0},
        "requests_in_flight": 16,
        "embedding_tokens_per_minute": 500_000,
    }
    assert told["spend"] == {"amount": "0.00", "currency": "usd", "cap": None}


@pytest.mark.parametrize("days", [1, 30, 366])
async def test_there_is_a_row_for_every_day_the_first_one_first(api: Api, jobs: Database, days: int) -> None:
    for ago in (0, 1, 29, 365, 366):
        use(api, (1, ago + 1, 0, 0, 0), at=f"date_trunc('day', now(), 'UTC') - {ago} * interval '24 hours'")
    today = datetime.now(UTC).date()
    for _ in range(2):
        data = await history(api, days=days)
        assert [day["date"] for day in data] == [(today - timedelta(days=n)).isoformat() for n in range(days)][::-1]
        wanted = {ago: ago + 1 for ago in (0, 1, 29, 365) if ago < days}
        assert {days - 1 - place: day["searches"] for place, day in enumerate(data) if day["searches"]} == wanted
        await aggregate_usage(jobs)


async def test_history_by_endpoint_and_key_adds_up_to_the_day(api: Api, jobs: Database) -> None:
    keys = (await api.get("/v1/api-keys")).json()["data"]
    [(key_no,)] = api.sql("SELECT key_no FROM api_keys")
    use(api, (1, 1, 0, 1, 7), key_no=key_no)
    use(api, (1, 2, 0, 0, 0), key_no=987_654)  # a key that is gone
    use(api, (1, 0, 5, 0, 0), endpoint="POST /v1/vectors/upsert", key_no=key_no)
    use(api, (0, 0, 0, 3, 9), endpoint="POST /v1/vectors/upsert")  # what a job did
    search, upsert, key = "POST /v1/search", "POST /v1/vectors/upsert", keys[0]["id"]
    for _ in range(2):
        told = {}
        for by in ("endpoint", "key", "both"):
            [day] = await history(api, days=1, by=by)
            assert (day["requests"], day["searches"], day["vectors"], day["embedding_tokens"]) == (3, 3, 5, 16)
            told[by] = [
                (part["endpoint"], part["key_id"], part["requests"], part["searches"], part["vectors"])
                for part in day["parts"]
            ]
        assert told["endpoint"] == [(search, None, 2, 3, 0), (upsert, None, 1, 0, 5)]
        assert told["key"] == [(None, key, 2, 1, 5), (None, None, 1, 2, 0)]
        assert set(told["both"]) == {
            (search, None, 1, 2, 0),
            (search, key, 1, 1, 0),
            (upsert, None, 0, 0, 0),
            (upsert, key, 1, 0, 5),
        }
        await aggregate_usage(jobs)
    [quiet, _] = await history(api, days=2, by="key")
    assert (quiet["requests"], quiet["parts"]) == (0, [])


async def test_too_long_a_list_of_keys_is_refused(api: Api) -> None:
    api.sql(
        "INSERT INTO usage_days SELECT %s, (now() AT TIME ZONE 'UTC')::date, 'live', 'free', 'x' || n, 0, 1, 0, 0, 0, 0"
        " FROM generate_series(0, %s) n",
        api.tenant.account_no,
        MOST_PARTS,
    )
    answer = await api.get("/v1/usage/history", days=1, by="endpoint")
    assert answer.status_code == 422
    assert f"more than {MOST_PARTS} lines by endpoint" in answer.text
    [day] = await history(api, days=1, by="key")
    assert day["requests"] == MOST_PARTS + 1


@pytest.mark.parametrize("query", [{"days": 0}, {"days": 367}, {"days": "x"}, {"by": "plan"}, {"day": 1}])
async def test_other_questions_are_refused(api: Api, query: dict[str, Any]) -> None:
    assert (await api.get("/v1/usage/history", **query)).status_code == 422


async def test_a_key_of_one_collection_is_not_told(api: Api) -> None:
    await api.collection(dimension=2)
    made = await api.post("/v1/api-keys", {"name": "k", "scopes": ["read"], "collection": "things"})
    for path in ("/v1/usage", "/v1/usage/history"):
        assert (await api.get(path, key=made.json()["key"])).status_code == 403
        assert (await api.get(path, key="")).status_code == 401


async def test_another_tenants_usage_is_not_in_it(api: Api, jobs: Database) -> None:
    other = await api.new_tenant("other@example.com")
    use(api, (1, 5, 0, 0, 0))
    for _ in range(2):
        assert (await usage(api, key=other.key))["searches"] == 0
        [day] = await history(api, days=1, by="both", key=other.key)
        assert (day["searches"], day["parts"]) == (0, [])
        await aggregate_usage(jobs)


async def test_plans_are_told_to_anybody(api: Api) -> None:
    answer = await api.get("/v1/plans", key="")
    assert answer.headers["cache-control"] == "public, max-age=3600"
    free, pay_as_you_go, pro, _ = answer.json()["data"]
    assert (free["name"], free["is_metered"], free["prices"]) == ("free", False, [])
    assert (free["included"]["searches"], free["included"]["vector_days"]) == (50_000, None)
    assert pro["base_fee"] == {"amount": "20.00", "currency": "usd", "interval": "month"}
    assert pay_as_you_go["prices"] == [
        {"unit": "searches", "amount": "0.25", "per": 100_000, "per_unit": "0.0000025"},
        {"unit": "vectors", "amount": "0.25", "per": 100_000, "per_unit": "0.0000025"},
        {"unit": "embedding_tokens", "amount": "0.008", "per": 1_000_000, "per_unit": "0.000000008"},
        {"unit": "vector_days", "amount": "0.048", "per": 1_000_000, "per_unit": "0.000000048"},
    ]


async def test_what_is_told_never_dips_while_it_is_rolled_up(api: Api) -> None:
    """An event is told once from its commit on, whether it is in the tail, in the roll-ups or on its way."""
    roll_up = statements("usage_rollups")["roll_up"]
    written, stop = 0, threading.Event()

    def work() -> None:
        with psycopg.connect(api.database.jobs_url, autocommit=True) as jobs:
            while not stop.is_set():
                jobs.execute(roll_up, {"limit": 3})

    rolling = threading.Thread(target=work)
    rolling.start()
    try:
        for _ in range(25):
            for _ in range(4):
                use(api, (1, 1, 0, 0, 0))
                written += 1
            [today] = await history(api, days=1)
            [parts] = await history(api, days=1, by="endpoint")
            told = (await usage(api))["searches"], today["searches"], parts["searches"], parts["parts"][0]["searches"]
            assert told == (written,) * 4
    finally:
        stop.set()
        rolling.join()
