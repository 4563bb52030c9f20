"""What a plan lets an account have: stored vectors and collections, exact whoever writes at once."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import httpx
import pytest

from tests.support.api import Api

LIMIT = 60


@pytest.fixture
def api(api_without_embedder: Api) -> Api:
    """The API, with a plan that stores few vectors."""
    set_limits(api_without_embedder, vectors_stored=LIMIT)
    return api_without_embedder


def set_limits(api: Api, **limits: int) -> None:
    """Gives the tenant's plan other limits."""
    columns = ", ".join(f"{name} = {value}" for name, value in limits.items())
    api.sql(f"UPDATE plans SET {columns} WHERE plan = 'scale'")


def records(*ids: object, value: float = 1.0) -> list[dict[str, Any]]:
    return [{"id": str(each), "values": [1.0, value]} for each in ids]


async def write(api: Api, vectors: list[dict[str, Any]], *, key: str | None = None) -> httpx.Response:
    return await api.post("/v1/vectors/upsert", {"collection": "things", "vectors": vectors}, key=key)


async def import_(api: Api, vectors: list[dict[str, Any]]) -> httpx.Response:
    lines = "\n".join(json.dumps(vector) for vector in vectors)
    headers = api.tenant.headers | {"Content-Type": "application/x-ndjson"}
    return await api.client.post("/v1/vectors/import?collection=things", content=lines, headers=headers)


def counted(api: Api) -> tuple[int, int]:
    """The vectors that the account's counts tell, and those that there are."""
    [(told,)] = api.sql("SELECT coalesce(sum(stored), 0) FROM account_counts")
    [(there,)] = api.sql("SELECT count(*) FROM vectors")
    return int(told), int(there)


def refused(answer: httpx.Response) -> bool:
    if answer.status_code == 200:
        return False
    assert (answer.status_code, answer.json()["code"]) == (403, "plan_limit_reached"), answer.text
    return True


async def test_eight_writers_fill_the_plan_exactly(api: Api) -> None:
    """Ten vectors each more than there is room for; live and test together."""
    await api.collection(dimension=2)
    test_key = await api.new_key(env="test")
    await api.post("/v1/collections", {"name": "things", "dimension": 2}, key=test_key)

    async def writer(number: int) -> int:
        stored = 0
        for turn in range(10):
            key = test_key if number % 4 == 0 else None
            answer = await write(api, records(f"{number}-{turn}"), key=key)
            stored += not refused(answer)
            assert counted(api)[0] <= LIMIT
        return stored

    assert sum(await asyncio.gather(*map(writer, range(8)))) == LIMIT
    assert counted(api) == (LIMIT, LIMIT)


async def test_a_batch_that_does_not_fit_stores_nothing_and_costs_nothing(api: Api) -> None:
    await api.collection(dimension=2)
    assert not refused(await write(api, records(*range(LIMIT - 2))))
    before = api.sql("SELECT sum(vectors), count(*) FROM usage_events")
    assert refused(await write(api, records("a", "b", "c")))
    assert refused(await import_(api, records("a", "b", "c")))
    assert counted(api) == (LIMIT - 2, LIMIT - 2)
    assert api.sql("SELECT sum(vectors), count(*) FROM usage_events") == before
    assert api.sql("SELECT count(*) FROM tickets WHERE kind NOT IN ('done', 'ended')") == [(0,)]
    assert not refused(await import_(api, records("a", "b")))
    assert counted(api) == (LIMIT, LIMIT)


async def test_at_the_limit_what_is_there_can_be_written_anew(api: Api) -> None:
    await api.collection(dimension=2)
    assert not refused(await write(api, records(*range(LIMIT))))
    assert not refused(await write(api, records(*range(LIMIT), value=2.0)))
    assert refused(await write(api, records(*range(LIMIT), "one more", value=3.0)))
    [[body]] = [(await api.get("/v1/vectors/fetch", collection="things", ids="0")).json()["vectors"]]
    assert body["values"] == [1.0, 2.0]
    assert (await api.post("/v1/vectors/delete", {"collection": "things", "ids": ["0"]})).status_code == 200
    assert not refused(await write(api, records("one more")))
    set_limits(api, vectors_stored=LIMIT // 2)
    assert not refused(await write(api, records(*range(1, LIMIT), value=4.0)))
    assert refused(await write(api, records("another")))


async def test_counts_of_the_account_are_the_sum_of_its_collections_whatever_is_done(api: Api) -> None:
    """Writers, deleters and collections that go, at once."""
    set_limits(api, vectors_stored=10_000)
    chance = random.Random(5)
    names = ["things", "others", "more"]
    for name in names:
        await api.collection(name, dimension=2)

    async def worker() -> None:
        for _ in range(12):
            name = chance.choice(names)
            ids = [str(chance.randrange(30)) for _ in range(8)]
            step = chance.random()
            if step < 0.6:
                body: dict[str, Any] = {"collection": name, "vectors": records(*ids, value=chance.random())}
                await api.post("/v1/vectors/upsert", body)
            elif step < 0.9:
                await api.post("/v1/vectors/delete", {"collection": name, "ids": ids})
            else:
                await api.delete(f"/v1/collections/{name}")
                await api.post("/v1/collections", {"name": name, "dimension": 2})

    await asyncio.gather(*(worker() for _ in range(8)))
    told, there = counted(api)
    [(summed,)] = api.sql("SELECT sum(stored) FROM collection_counts")
    assert (told, summed) == (there, there)
    for name in names:
        await api.delete(f"/v1/collections/{name}")
    assert counted(api) == (0, 0)


async def test_collections_made_at_once_are_as_many_as_the_plan_has(api: Api) -> None:
    """Live and test together; a collection that is there is answered all the same."""
    set_limits(api, collections=5)
    test_key = await api.new_key(env="test")

    async def make(number: int) -> bool:
        key = test_key if number % 2 else None
        return refused(await api.post("/v1/collections", {"name": f"c{number}", "dimension": 2}, key=key))

    made = await asyncio.gather(*map(make, range(16)))
    assert made.count(False) == 5
    there = made.index(False)
    assert not await make(there)
    set_limits(api, collections=1)
    assert not await make(there)
    assert (await api.delete(f"/v1/collections/c{there}", key=test_key if there % 2 else None)).status_code == 200
    assert await make(there)
