"""A quota or a cap is not passed by work whose size shows late: texts that wait, and updates by a filter."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.config import Model
from shared.db.connection import Database
from shared.embedding import Embedder
from shared.limits import tokens_at_most
from shared.pending import embed_pending
from tests.support.api import MODEL, Api
from tests.support.fake_embedder import TOKENS_A_TEXT, FakeEmbedder, fake_embedder

TEXT = "the words of number {}"
BOUND = tokens_at_most(TEXT.format(0))
NAME, REVISION = MODEL.split("@")
NEXT_MONTH = "date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month'"


@pytest.fixture
def api(api_without_embedder: Api) -> Api:
    """Whatever is written waits for an embedding."""
    return api_without_embedder


@pytest.fixture
async def fake() -> AsyncIterator[FakeEmbedder]:
    async with fake_embedder() as served:
        served.model, served.revision = NAME, REVISION
        yield served


@pytest.fixture
async def embedder(fake: FakeEmbedder) -> AsyncIterator[Embedder]:
    client = Embedder([fake.url], token="", model=Model(NAME, REVISION, 0.7))
    yield client
    await client.close()


@pytest.fixture
async def jobs(api: Api) -> AsyncIterator[Database]:
    """The database as the role of the jobs."""
    database = Database(api.database.jobs_url, size=4)
    yield database
    await database.close()


async def waiting(api: Api, count: int, *, key: str | None = None) -> None:
    await api.post("/v1/collections", {"name": "things"}, key=key)
    texts = [{"id": f"t{number}", "text": TEXT.format(number)} for number in range(count)]
    answer = await api.post("/v1/vectors/upsert", {"collection": "things", "vectors": texts}, key=key)
    assert answer.json()["pending"] == count


def leave_tokens(api: Api, tokens: int) -> None:
    api.sql("UPDATE accounts SET plan = 'free' WHERE account_no = %s", api.tenant.account_no)
    api.sql("UPDATE plans SET included_tokens = %s WHERE plan = 'free'", tokens)


def embedded(api: Api) -> int:
    [(tokens,)] = api.sql(
        "SELECT coalesce(sum(tokens), 0) FROM usage_events WHERE account_no = %s", api.tenant.account_no
    )
    return int(tokens)


async def pending(api: Api, key: str | None = None) -> int:
    return int((await api.get("/v1/collections/things", key=key)).json()["pending_count"])


async def test_texts_that_wait_use_what_is_left_and_wait_for_the_next_month(
    api: Api, jobs: Database, embedder: Embedder
) -> None:
    """Half of a batch is tried, and half of that, until the last text that has its tokens is embedded."""
    await waiting(api, 10)
    leave_tokens(api, 3 * TOKENS_A_TEXT + BOUND)
    assert await embed_pending(jobs, embedder) == 4
    assert embedded(api) == 4 * TOKENS_A_TEXT
    assert await pending(api) == 6
    [(rows,)] = api.sql(f"SELECT count(*) FROM pending_embeddings WHERE ready_at AT TIME ZONE 'UTC' = {NEXT_MONTH}")
    assert rows == 6
    assert await embed_pending(jobs, embedder) == 0
    assert api.sql("SELECT count(*) FROM tickets WHERE kind = 'job'") == [(0,)]


@pytest.mark.parametrize("change", ["plan = 'pro'", "spending_cap = 1"])
async def test_another_plan_or_cap_wakes_them(api: Api, jobs: Database, embedder: Embedder, change: str) -> None:
    await waiting(api, 5)
    leave_tokens(api, 0)
    assert await embed_pending(jobs, embedder) == 0
    api.sql(f"UPDATE accounts SET {change} WHERE account_no = %s", api.tenant.account_no)
    api.sql("UPDATE plans SET included_tokens = 1000000 WHERE plan = 'free'")
    assert await embed_pending(jobs, embedder) == 5
    assert await pending(api) == 0


async def test_a_change_that_is_none_wakes_nothing(api: Api, jobs: Database, embedder: Embedder) -> None:
    await waiting(api, 5)
    leave_tokens(api, 0)
    await embed_pending(jobs, embedder)
    api.sql("UPDATE accounts SET subscription_status = 'active' WHERE account_no = %s", api.tenant.account_no)
    [(ready,)] = api.sql("SELECT count(*) FROM pending_embeddings WHERE ready_at <= now() + interval '1 hour'")
    assert ready == 0


async def test_a_cap_holds_for_texts_that_wait(api: Api, jobs: Database, embedder: Embedder) -> None:
    """Of a plan that charges: to the token's price."""
    await waiting(api, 6)
    price = 8
    api.sql("UPDATE accounts SET plan = 'pay_as_you_go', spending_cap = 0 WHERE account_no = %s", api.tenant.account_no)
    # What the vectors cost that are written already, and two texts.
    [(vectors,)] = api.sql("SELECT sum(vectors) * 2500 FROM usage_events")
    api.sql("UPDATE usage_tail SET is_charged = true")
    cap = int(vectors) + price * (TOKENS_A_TEXT + BOUND)
    api.sql("UPDATE accounts SET spending_cap = %s WHERE account_no = %s", cap, api.tenant.account_no)
    assert await embed_pending(jobs, embedder) == 2
    assert await pending(api) == 4


async def test_texts_of_others_are_embedded_meanwhile(api: Api, jobs: Database, embedder: Embedder) -> None:
    other = await api.new_tenant("other@example.com")
    await waiting(api, 5)
    await waiting(api, 5, key=other.key)
    leave_tokens(api, 0)
    assert await embed_pending(jobs, embedder) == 5
    assert (await pending(api), await pending(api, other.key)) == (5, 0)


async def test_metadata_of_a_text_that_waits_is_set_and_the_text_left_to_the_job(
    api: Api, jobs: Database, embedder: Embedder
) -> None:
    """An update that brings no text asks for no tokens."""
    await waiting(api, 1)
    leave_tokens(api, 0)
    answer = await api.post("/v1/vectors/update", {"collection": "things", "id": "t0", "set_metadata": {"a": 1}})
    assert (answer.status_code, answer.json()["pending"]) == (200, 1), answer.text
    api.sql("UPDATE plans SET included_tokens = 1000 WHERE plan = 'free'")
    assert await embed_pending(jobs, embedder) == 1


async def test_an_update_by_filter_ends_where_the_quota_does_and_goes_on_with_another(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page by page: what is done is billed, and found unchanged by the next request."""
    monkeypatch.setattr("shared.updates.BATCH", 10)
    await api.collection(dimension=2)
    await api.upsert([{"id": f"{number:02}", "values": [1.0, 1.0]} for number in range(35)])
    api.sql("UPDATE accounts SET plan = 'free' WHERE account_no = %s", api.tenant.account_no)
    api.sql("UPDATE plans SET included_vectors = 20 WHERE plan = 'free'")
    body = {"collection": "things", "filter": {}, "set_metadata": {"a": 1}}
    answer = await api.post("/v1/vectors/update", body)
    assert (answer.status_code, answer.json()["code"]) == (402, "quota_exceeded")
    count = {"collection": "things", "filter": {"a": 1}}
    assert (await api.post("/v1/vectors/count", count)).json() == {"count": 20}
    [(written,)] = api.sql("SELECT sum(vectors) FROM usage_events WHERE endpoint = 'POST /v1/vectors/update'")
    assert written == 20
    api.sql("UPDATE plans SET included_vectors = 35 WHERE plan = 'free'")
    answer = await api.post("/v1/vectors/update", body)
    assert (answer.status_code, answer.json()["updated"], answer.json()["unchanged"]) == (200, 35, 20)
    assert api.sql("SELECT count(*) FROM tickets WHERE kind NOT IN ('done', 'ended')") == [(0,)]
