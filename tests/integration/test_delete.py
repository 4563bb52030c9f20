"""Deleting by filter and whole namespaces: all of it, counted, in short transactions, while others write."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest

from tests.support.api import Api


async def delete(api: Api, status: int = 200, **request: Any) -> dict[str, Any]:
    answer = await api.post("/v1/vectors/delete", {"collection": "things", **request})
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def vector(vector_id: str, **metadata: Any) -> dict[str, Any]:
    return {"id": vector_id, "values": [1.0, 0.5], "text": f"word {vector_id}", "metadata": metadata}


def ids(api: Api, namespace: str = "") -> list[str]:
    rows = api.sql("SELECT id FROM vectors WHERE namespace = %s ORDER BY id", namespace)
    return [row[0] for row in rows]


def totals(api: Api) -> tuple[int, ...]:
    """Counts as they are kept: stored, pending, texts, words."""
    [row] = api.sql("SELECT sum(stored), sum(pending), sum(documents), sum(words) FROM collection_counts")
    return tuple(int(number) for number in row)


async def test_by_filter_what_matches_goes_and_nothing_else(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    monkeypatch.setattr("shared.deletion.BATCH", 7)
    await api.collection(dimension=2)
    await api.upsert([vector(f"v{n:02}", n=n) for n in range(40)])
    await api.upsert([vector("v01", n=1)], namespace="other")
    assert await delete(api, filter={"n": {"$gte": 10}}) == {"deleted": True, "deleted_count": 30}
    assert ids(api) == [f"v{n:02}" for n in range(10)]
    assert ids(api, "other") == ["v01"]
    assert totals(api) == (11, 0, 11, 22)
    assert await delete(api, filter={"n": {"$gte": 10}}) == {"deleted": True, "deleted_count": 0}


async def test_all_of_a_namespace_goes(api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api = api_without_embedder
    monkeypatch.setattr("shared.deletion.BATCH", 7)
    await api.collection()
    texts = [{"id": f"v{n:02}", "text": "one two"} for n in range(21)]
    await api.upsert(texts)
    await api.upsert(texts[:3], namespace="other")
    assert await delete(api, delete_all=True) == {"deleted": True, "deleted_count": 21}
    assert (ids(api), len(ids(api, "other"))) == ([], 3)
    assert totals(api) == (3, 3, 3, 6)
    assert api.sql("SELECT count(*) FROM pending_embeddings") == [(3,)]
    assert await delete(api, delete_all=True, namespace="other") == {"deleted": True, "deleted_count": 3}
    assert await delete(api, delete_all=True, namespace="none") == {"deleted": True, "deleted_count": 0}
    assert api.sql("SELECT count(*) FROM keywords") == [(0,)]


async def test_expired_ones_go_with_all_but_are_not_counted(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert([vector("a", k=1), {**vector("b", k=1), "expires_at": "2020-01-01T00:00:00Z"}])
    assert (await delete(api, filter={"k": 1}))["deleted_count"] == 1
    assert ids(api) == ["b"]
    assert (await delete(api, delete_all=True))["deleted_count"] == 0
    assert ids(api) == []


async def test_one_request_is_metered_however_many_batches_it_takes(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    monkeypatch.setattr("shared.deletion.BATCH", 3)
    await api.collection(dimension=2)
    await api.upsert([vector(f"v{n}", n=n) for n in range(9)])
    before = api.sql("SELECT sum(requests), sum(vectors) FROM usage_events")
    await delete(api, filter={"n": {"$lt": 7}})
    await delete(api, delete_all=True)
    [(requests, vectors)] = api.sql("SELECT sum(requests), sum(vectors) FROM usage_events")
    assert (requests, vectors) == (before[0][0] + 2, before[0][1])


async def test_it_ends_while_others_store_and_takes_all_that_was_there(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    monkeypatch.setattr("shared.deletion.BATCH", 5)
    await api.collection(dimension=2)
    await api.upsert([vector(f"m{n:03}", k=1) for n in range(200)])
    deleting = True

    async def write() -> int:
        written = 0
        while deleting:
            await api.upsert([vector(f"{letter}{written:04}", k=1) for letter in ("a", "m9", "z")])
            written += 1
        return written

    writing = asyncio.create_task(write())
    body = await delete(api, filter={"k": 1})
    deleting = False
    written = await writing
    left = ids(api)
    assert not [vector_id for vector_id in left if vector_id.startswith("m0") or vector_id.startswith("m1")]
    assert body["deleted_count"] == 200 + 3 * written - len(left)
    assert totals(api)[0] == len(left)


async def test_what_no_longer_matches_when_its_turn_comes_stays(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert([vector("a", k=1), vector("b", k=1)])
    async with await psycopg.AsyncConnection.connect(api.database.owner_url) as writer:
        await writer.execute("""UPDATE vectors SET metadata = '{"k": 2}' WHERE id = 'a'""")
        deleting = asyncio.create_task(delete(api, filter={"k": 1}))
        await asyncio.sleep(0.3)
        await writer.commit()
    assert (await deleting)["deleted_count"] == 1
    assert ids(api) == ["a"]


async def test_two_deletions_of_the_same_do_not_block_each_other_for_good(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    monkeypatch.setattr("shared.deletion.BATCH", 20)
    await api.collection(dimension=2)
    await api.upsert([vector(f"v{n:03}", k=1) for n in range(300)])
    by_ids = {"collection": "things", "ids": [f"v{n:03}" for n in range(299, -1, -1)]}
    done = await asyncio.gather(
        delete(api, filter={"k": 1}), delete(api, delete_all=True), api.post("/v1/vectors/delete", by_ids)
    )
    counts = [done[0]["deleted_count"], done[1]["deleted_count"], done[2].json()["deleted_count"]]
    assert sum(counts) == 300
    assert totals(api) == (0, 0, 0, 0)


async def test_when_the_time_is_up_the_same_request_goes_on(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    monkeypatch.setattr("shared.deletion.BATCH", 4)
    monkeypatch.setattr("shared.deletion.BUDGET_S", 0.0)
    await api.collection(dimension=2)
    await api.upsert([vector(f"v{n}", k=1) for n in range(10)])
    answer = await api.post("/v1/vectors/delete", {"collection": "things", "filter": {"k": 1}})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["error"].startswith("4 vectors are deleted")
    await delete(api, 503, filter={"k": 1})
    assert (await delete(api, filter={"k": 1}))["deleted_count"] == 2
