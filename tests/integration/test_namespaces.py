"""Namespaces: listed with exact counts, deleted whole."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from shared.db.sql_files import statements
from tests.support.api import Api


def vectors(count: int) -> list[dict[str, Any]]:
    return [{"id": f"v{n}", "values": [1.0, 0.5], "text": "a word"} for n in range(count)]


async def pages(api: Api, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = await api.get("/v1/namespaces", collection="things", limit=limit, cursor=cursor)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert len(body["data"]) <= limit
        found += body["data"]
        if not body["has_more"]:
            assert body["next_cursor"] is None
            return found
        cursor = body["next_cursor"]


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_each_comes_once_by_name_with_what_is_visible(api_without_embedder: Api, limit: int) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.collection("elsewhere", dimension=2)
    assert await pages(api, limit) == []
    for name, count in (("b", 2), ("", 3), ("B", 1), ("a.1", 4)):
        await api.upsert(vectors(count), namespace=name)
    await api.upsert(vectors(1), collection="elsewhere", namespace="c")
    past = {"id": "old", "values": [1.0, 0.5], "expires_at": "2020-01-01T00:00:00Z"}
    await api.upsert([past], namespace="b")
    await api.upsert([past], namespace="all-expired")
    assert await pages(api, limit) == [
        {"name": "", "vectors_count": 3},
        {"name": "B", "vectors_count": 1},
        {"name": "a.1", "vectors_count": 4},
        {"name": "b", "vectors_count": 2},
    ]


async def test_one_is_deleted_and_no_other(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    for name in ("", "a", "b"):
        await api.upsert(vectors(3), namespace=name)
    deleted = await api.delete("/v1/namespaces/a?collection=things")
    assert (deleted.status_code, deleted.json()) == (200, {"deleted": True, "deleted_count": 3})
    assert [one["name"] for one in await pages(api, 10)] == ["", "b"]
    assert (await api.delete("/v1/namespaces/a?collection=things")).json() == {"deleted": True, "deleted_count": 0}
    [counts] = api.sql("SELECT sum(stored), sum(documents), sum(words) FROM collection_counts")
    assert tuple(map(int, counts)) == (6, 6, 12)


@pytest.mark.parametrize("name", ["-a", "a b", "a" * 129, "ä"])
async def test_what_is_no_name_is_422(api_without_embedder: Api, name: str) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    answer = await api.delete(f"/v1/namespaces/{name}?collection=things")
    assert answer.status_code == 422
    assert answer.json()["details"][0]["field"] == "name"


async def test_a_cursor_of_another_listing_is_422(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    for cursor in ("YQ", "!"):
        answer = await api.get("/v1/namespaces", collection="things", cursor=cursor)
        assert answer.status_code == 422


async def test_rows_between_two_namespaces_are_not_read(api_without_embedder: Api) -> None:
    """As the role of the functions: row-level security takes nothing of the index."""
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert(vectors(1), namespace="a")
    await api.upsert(vectors(1), namespace="b")
    api.sql(
        "INSERT INTO vectors (account_no, collection_no, namespace, id, content_hash)"
        " SELECT account_no, collection_no, 'a', 'x' || n, '' FROM vectors, generate_series(1, 20000) n"
        " WHERE namespace = 'a'"
    )
    api.sql("ANALYZE vectors")
    [(account_no, collection_no)] = api.sql("SELECT account_no, collection_no FROM collections")
    names = statements("namespaces")["list_namespaces"].partition(b"SELECT n.namespace, (")[0]
    params = {"account_no": account_no, "collection_no": collection_no, "after": None, "limit": 10}
    with psycopg.connect(api.database.api_url) as connection:
        connection.execute("SELECT set_config('app.account', %s, true)", [str(account_no)])
        query = b"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + names + b"SELECT namespace FROM names"
        [(plan,)] = connection.execute(query, params).fetchall()
        assert plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"] < 60, plan
