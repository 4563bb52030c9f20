"""Mail at 80 and 100 % of each quota and of a cap: each once a month, to the confirmed address of the owner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from shared.db.connection import Database
from shared.email.rendering import params_of, render
from shared.plans import NANO
from shared.usage_rollups import aggregate_usage
from tests.support.api import Api
from tests.support.metering import record


@pytest.fixture
def api(api_without_embedder: Api) -> Api:
    """Nothing here embeds; the account is on Free."""
    api_without_embedder.sql("UPDATE accounts SET plan = 'free'")
    return api_without_embedder


@pytest.fixture
async def jobs(api: Api) -> AsyncIterator[Database]:
    database = Database(api.database.jobs_url, size=4)
    yield database
    await database.close()


def use(api: Api, *, searches: int = 0, vectors: int = 0, tokens: int = 0, **of: Any) -> None:
    with psycopg.connect(api.database.owner_url, autocommit=True) as owner:
        record(owner, api.tenant.account_no, counts=(1, searches, vectors, 0, tokens), **of)


def mails(api: Api) -> list[tuple[str, str, str]]:
    """Kind, unit and limit (of a cap: in nano-dollars what was spent, and the cap), in the order of their writing."""
    rows = api.sql(
        "SELECT kind, coalesce(params->>'unit', params->>'spent_nano'), coalesce(params->>'limit', params->>'cap_nano')"
        " FROM outbox_emails WHERE kind ~ '^(quota|cap)_' ORDER BY email_no"
    )
    return [(kind, unit, limit) for kind, unit, limit in rows]


async def test_each_mail_goes_out_once_a_month(api: Api, jobs: Database) -> None:
    use(api, searches=39_999)
    await aggregate_usage(jobs)
    assert mails(api) == []
    use(api, searches=1)
    await aggregate_usage(jobs)
    first = [("quota_80", "searches", "50,000")]
    assert mails(api) == first
    use(api, searches=9_749)
    await aggregate_usage(jobs)
    assert mails(api) == first
    use(api, searches=1)
    await aggregate_usage(jobs)
    both = [*first, ("quota_100", "searches", "50,000")]
    assert mails(api) == both
    use(api, searches=10_000)
    await aggregate_usage(jobs)
    assert mails(api) == both
    # A month later it begins anew.
    api.sql("UPDATE quota_notices SET month = month - interval '1 month'")
    use(api, tokens=7_000_000)
    await aggregate_usage(jobs)
    assert mails(api)[2:] == [("quota_100", "searches", "50,000")]


async def test_each_unit_has_its_own_mails(api: Api, jobs: Database) -> None:
    use(api, searches=50_000)
    await aggregate_usage(jobs)
    use(api, vectors=50_000, tokens=8_000_000)
    await aggregate_usage(jobs)
    assert mails(api) == [
        ("quota_100", "searches", "50,000"),
        ("quota_80", "embedding tokens", "10,000,000"),
        ("quota_100", "vectors written", "50,000"),
    ]


async def test_who_was_at_the_end_of_free_is_told_of_the_cap_too(api: Api, jobs: Database) -> None:
    use(api, vectors=50_000, plan="free")
    await aggregate_usage(jobs)
    api.sql("UPDATE accounts SET plan = 'pay_as_you_go', spending_cap = %s", NANO)
    use(api, searches=400_000, plan="pay_as_you_go")
    await aggregate_usage(jobs)
    assert mails(api)[1:] == [("cap_100", str(NANO), str(NANO))]


async def test_another_cap_has_its_own_mails(api: Api, jobs: Database) -> None:
    api.sql("UPDATE accounts SET plan = 'pay_as_you_go', spending_cap = %s", NANO)
    use(api, searches=400_000, plan="pay_as_you_go")
    await aggregate_usage(jobs)
    api.sql("UPDATE accounts SET spending_cap = %s", 2 * NANO)
    use(api, searches=240_000, plan="pay_as_you_go")
    await aggregate_usage(jobs)
    use(api, searches=159_000, plan="pay_as_you_go")
    await aggregate_usage(jobs)
    wanted = [("cap_100", NANO, NANO), ("cap_80", 1.6 * NANO, 2 * NANO), ("cap_100", 1.9975 * NANO, 2 * NANO)]
    assert mails(api) == [(kind, f"{spent:.0f}", f"{cap:.0f}") for kind, spent, cap in wanted]


@pytest.mark.parametrize("cap", [0, 10 * NANO, 20 * NANO])
async def test_a_cap_that_leaves_nothing_beside_the_fee_ends_with_what_is_included(
    api: Api, jobs: Database, cap: int
) -> None:
    api.sql("UPDATE accounts SET plan = 'pro', spending_cap = %s", cap)
    use(api, searches=3_200_000, plan="pro")
    await aggregate_usage(jobs)
    use(api, searches=800_000, plan="pro")
    await aggregate_usage(jobs)
    assert mails(api) == [("quota_80", "searches", "4,000,000"), ("quota_100", "searches", "4,000,000")]


async def test_who_is_at_the_end_at_once_is_told_of_that_only(api: Api, jobs: Database) -> None:
    use(api, tokens=10_000_000)
    await aggregate_usage(jobs)
    api.sql("DELETE FROM quota_notices WHERE percent = 80")
    use(api, tokens=1)
    await aggregate_usage(jobs)
    assert mails(api) == [("quota_100", "embedding tokens", "10,000,000")]


async def test_what_is_left_may_be_less_than_any_call_needs(api: Api, jobs: Database) -> None:
    use(api, vectors=49_800)
    await aggregate_usage(jobs)
    assert mails(api) == [("quota_100", "vectors written", "50,000")]


async def test_a_spending_cap_is_told_of_by_what_it_leaves_beside_the_fee(api: Api, jobs: Database) -> None:
    api.sql("UPDATE accounts SET plan = 'pro', spending_cap = %s", 30 * NANO)
    use(api, searches=4_000_000, plan="pro")
    await aggregate_usage(jobs)
    assert mails(api) == []
    use(api, searches=int(8 * NANO / 2_500), plan="pro")
    await aggregate_usage(jobs)
    cap = str(30 * NANO)
    assert mails(api) == [("cap_80", str(28 * NANO), cap)]
    use(api, searches=int(2 * NANO / 2_500), plan="pro")
    await aggregate_usage(jobs)
    assert mails(api)[1:] == [("cap_100", cap, cap)]


async def test_storage_alone_reaches_a_cap(api: Api, jobs: Database) -> None:
    api.sql("UPDATE accounts SET plan = 'pay_as_you_go'")
    await api.collection(dimension=1)
    await api.upsert([{"id": f"{n}", "values": [1.0]} for n in range(10)])
    await aggregate_usage(jobs)
    api.sql("UPDATE accounts SET spending_cap = 10 * 2500 + 2 * 20")
    api.sql("UPDATE usage_hours SET vector_hours = NULL")
    api.sql("DELETE FROM storage_looks")
    await aggregate_usage(jobs)
    assert mails(api) == [("cap_100", str(10 * 2500 + 20), str(10 * 2500 + 2 * 20))]


@pytest.mark.parametrize(
    "who",
    [
        "UPDATE accounts SET plan = 'pay_as_you_go'",  # nothing ends
        "UPDATE users SET confirmed_at = NULL",
    ],
)
async def test_others_are_told_nothing(api: Api, jobs: Database, who: str) -> None:
    api.sql(who)
    use(api, searches=60_000, plan="free")
    await aggregate_usage(jobs)
    assert mails(api) == []
    assert api.sql("SELECT count(*) FROM quota_notices") == [(0,)]


async def test_test_and_other_months_do_not_count(api: Api, jobs: Database) -> None:
    use(api, searches=60_000, env="test")
    use(api, searches=60_000, at="date_trunc('month', now(), 'UTC') - interval '1 second'")
    await aggregate_usage(jobs)
    assert mails(api) == []


async def test_runs_at_once_send_one_mail_and_one_that_dies_leaves_it_to_the_next(api: Api, jobs: Database) -> None:
    use(api, searches=50_000)
    await aggregate_usage(jobs)
    api.sql("DELETE FROM quota_notices; DELETE FROM outbox_emails; UPDATE usage_hours SET is_checked = false")
    with psycopg.connect(api.database.jobs_url) as dying:
        assert dying.execute("SELECT check_quotas(10)").fetchone() == (1,)
        with psycopg.connect(api.database.admin_url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", (dying.info.backend_pid,))
        dying.close()
    assert mails(api) == []
    await asyncio.gather(*[aggregate_usage(jobs) for _ in range(4)])
    assert mails(api) == [("quota_100", "searches", "50,000")]


async def test_the_mail_says_what_its_templates_name(api: Api, jobs: Database) -> None:
    use(api, searches=50_000)
    await aggregate_usage(jobs)
    [(params,)] = api.sql("SELECT params FROM outbox_emails WHERE kind = 'quota_100'")
    assert params.keys() == params_of("quota_100") == params_of("quota_80")
    built_in = {"public_url": "u", "privacy_contact": "p", "email": "e"}
    written = render("quota_100", params | built_in)
    assert written.subject == "All, or nearly all, of your FluxVector quota of searches is used"
    assert "Begins anew: 1 " in written.text
    assert "00:00 UTC" in written.text


async def test_a_caps_mail_says_what_its_templates_name(api: Api, jobs: Database) -> None:
    api.sql("UPDATE accounts SET plan = 'pay_as_you_go', spending_cap = 5100000")
    use(api, searches=2_040, plan="pay_as_you_go")
    await aggregate_usage(jobs)
    [(params,)] = api.sql("SELECT params FROM outbox_emails WHERE kind = 'cap_100'")
    assert params.keys() == params_of("cap_100") == params_of("cap_80")
    written = render("cap_100", params | {"public_url": "u", "privacy_contact": "p", "email": "e"})
    assert written.subject == "All, or nearly all, of your FluxVector spending cap is used"
    assert "Spending cap: $0.0051\n    Spent, the plan's fee included: $0.0051\n    Begins anew: 1 " in written.text
