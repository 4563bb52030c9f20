"""What one account has under way at once is bounded, bulk writes before all else, and nobody else is touched."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.admissions import set_plan
from tests.support.api import MODEL, Api, serve_in_process
from tests.support.database import TestDatabase
from tests.support.fake_embedder import FakeEmbedder, Reply, busy, fake_embedder

REQUESTS, WRITES = 6, 3
VALUES = [1.0] + [0.0] * 1023
QUERY = {"collection": "things", "vector": VALUES}


@pytest.fixture
async def embedder() -> AsyncIterator[FakeEmbedder]:
    """An embedder behind a gate, which holds requests where a test wants them."""
    async with fake_embedder() as fake:
        fake.model, fake.revision = MODEL.split("@")
        yield fake


@pytest.fixture
async def api(database: TestDatabase, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The API with a collection that holds a record, and few requests at once for an account."""
    # Longer than a test: what is held stays held.
    more = {"FLUXVECTOR_UPSERT_EMBED_BUDGET_S": "25"}
    async with serve_in_process(database, embedder.url, "", monkeypatch, **more) as served:
        served.sql("UPDATE plans SET " + set_plan(requests_in_flight=REQUESTS, writes_in_flight=WRITES))
        await served.collection()
        await served.upsert([{"id": "a", "values": VALUES}])
        yield served


def searches(api: Api, count: int) -> list[asyncio.Task[httpx.Response]]:
    """Searches that wait for the embedder; no two texts are the same."""
    bodies = [{"collection": "things", "text": f"text {number}", "mode": "vector"} for number in range(count)]
    return [asyncio.create_task(api.post("/v1/search", body)) for body in bodies]


def writes(api: Api, count: int) -> list[asyncio.Task[httpx.Response]]:
    """Writes that are stored and then wait for the embedder."""
    records = [{"id": f"w{number}", "text": f"record {number}"} for number in range(count)]
    bodies = [{"collection": "things", "vectors": [record]} for record in records]
    return [asyncio.create_task(api.post("/v1/vectors/upsert", body)) for body in bodies]


async def held(embedder: FakeEmbedder, requests: int) -> None:
    """Waits until so many stand before the gate."""
    async with asyncio.timeout(10):
        while len(embedder.embed_requests) < requests:
            await asyncio.sleep(0.005)


async def statuses(tasks: list[asyncio.Task[httpx.Response]]) -> Counter[int]:
    return Counter(answer.status_code for answer in await asyncio.gather(*tasks))


async def test_more_than_the_plan_allows_at_once_is_refused_for_a_second(api: Api, embedder: FakeEmbedder) -> None:
    """The surplus is told so at once and to wait a second; what was admitted is answered, each and every one."""
    embedder.gate.clear()
    admitted = searches(api, REQUESTS)
    await held(embedder, REQUESTS)
    for _ in range(20):
        refused = await api.post("/v1/vectors/query", QUERY)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert refused.json()["code"] == "rate_limited"
    embedder.gate.set()
    assert await statuses(admitted) == {200: REQUESTS}
    assert (await api.post("/v1/vectors/query", QUERY)).status_code == 200
    assert api.sql("SELECT count(*) FROM usage_events WHERE searches = 1") == [(REQUESTS + 1,)]


async def test_a_crowd_gets_as_many_through_as_the_plan_allows(api: Api, embedder: FakeEmbedder) -> None:
    """All come at the same time, and the gate stays shut until all who are not admitted have been told."""
    embedder.gate.clear()
    crowd = searches(api, 40)
    async with asyncio.timeout(20):
        while sum(task.done() for task in crowd) < 40 - REQUESTS:
            await asyncio.sleep(0.005)
    assert {task.result().status_code for task in crowd if task.done()} == {429}
    await held(embedder, REQUESTS)
    embedder.gate.set()
    assert await statuses(crowd) == {200: REQUESTS, 429: 40 - REQUESTS}


async def test_bulk_writes_are_shed_before_anything_else(api: Api, embedder: FakeEmbedder) -> None:
    """While as many writes as there may be are under way, the next one is refused and all other calls pass."""
    session = await api.session()
    embedder.gate.clear()
    admitted = writes(api, WRITES)
    await held(embedder, WRITES)
    body = {"collection": "things", "vectors": [{"id": "b", "values": VALUES}]}
    refused = await api.post("/v1/vectors/upsert", body)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert (await api.post("/v1/vectors/query", QUERY)).status_code == 200
    assert (await api.get("/v1/collections")).status_code == 200
    assert (await api.get("/v1/auth/account", key=session)).status_code == 200
    assert await api.session() != session
    assert (await api.post("/v1/vectors/delete", {"collection": "things", "ids": ["a"]})).status_code == 200
    assert (await api.get("/v1/api-keys")).status_code == 200
    embedder.gate.set()
    assert await statuses(admitted) == {200: WRITES}
    assert (await api.post("/v1/vectors/upsert", body)).status_code == 200


async def test_control_and_deletion_pass_where_all_places_are_taken(api: Api, embedder: FakeEmbedder) -> None:
    """Whoever floods his own account can still sign in, end it, and delete what is in it."""
    embedder.gate.clear()
    admitted = searches(api, REQUESTS)
    await held(embedder, REQUESTS)
    assert (await api.post("/v1/vectors/query", QUERY)).status_code == 429
    session = await api.session()
    key = (await api.post("/v1/api-keys", {"name": "k"}, key=session)).json()
    assert (await api.delete(f"/v1/api-keys/{key['id']}")).status_code == 200
    assert (await api.post("/v1/vectors/delete", {"collection": "things", "ids": ["a"]})).status_code == 200
    assert (await api.delete("/v1/collections/things")).status_code == 200
    assert (await api.get("/v1/auth/account", key=session)).status_code == 200
    embedder.gate.set()
    await asyncio.gather(*admitted)


async def test_other_accounts_are_not_touched(api: Api, embedder: FakeEmbedder) -> None:
    """And test data of the same account has places of its own."""
    other = await api.new_tenant("other@example.com")
    test_key = await api.new_key("read", "write", env="test")
    for key in (other.key, test_key):
        answer = await api.post("/v1/collections", {"name": "things", "dimension": 2}, key=key)
        assert answer.status_code in {200, 403}, answer.text
    await api.post("/v1/collections", {"name": "things", "dimension": 2}, key=other.key)
    embedder.gate.clear()
    admitted = searches(api, REQUESTS)
    await held(embedder, REQUESTS)
    small = {"collection": "things", "vector": [1.0, 0.0]}
    assert (await api.post("/v1/vectors/query", QUERY)).status_code == 429
    assert (await api.post("/v1/vectors/query", small, key=other.key)).status_code == 200
    assert (await api.post("/v1/vectors/query", small, key=test_key)).status_code in {200, 404}
    embedder.gate.set()
    assert await statuses(admitted) == {200: REQUESTS}


async def test_a_place_is_free_again_however_a_request_ends(api: Api, embedder: FakeEmbedder) -> None:
    """Answered, refused, failed, or given up by whoever sent it."""
    embedder.always = busy()
    assert set(await statuses(searches(api, 3))) == {503}
    embedder.always = Reply()
    assert (await api.post("/v1/vectors/query", {**QUERY, "vector": [1.0]})).status_code == 422
    assert (await api.post("/v1/vectors/query", {**QUERY, "collection": "nothing"})).status_code == 404
    embedder.gate.clear()
    before = len(embedder.embed_requests)
    given_up = searches(api, REQUESTS)
    await held(embedder, before + REQUESTS)
    assert (await api.post("/v1/vectors/query", QUERY)).status_code == 429
    for task in given_up:
        task.cancel()
    await asyncio.gather(*given_up, return_exceptions=True)
    assert (await api.post("/v1/vectors/query", QUERY)).status_code == 200
    assert api.sql("SELECT count(*) FROM tickets WHERE kind NOT IN ('done', 'ended')") == [(0,)]
