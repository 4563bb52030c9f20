"""Listing: in the order of ids, with cursors that hold still while others write."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.api import Api
from tests.support.database import TestDatabase

IDS = [
    "",
    "A",
    "a",
    "a-1",
    "a-10",
    "a-2",
    "a_",
    "b",
    "ä",
    "漢字",
    "漢",
    "\uffff",
    "😀",
    "\U0010ffff",
    "a\U0010ffffz",
    "%",
    "a%",
]


def vector(vector_id: str, **metadata: Any) -> dict[str, Any]:
    return {"id": vector_id, "values": [1.0, 0.5], "metadata": metadata}


async def page(api: Api, **params: Any) -> dict[str, Any]:
    answer = await api.get("/v1/vectors/list", collection="things", **params)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert body["has_more"] == (body["next_cursor"] is not None)
    return body


async def all_ids(api: Api, **params: Any) -> list[str]:
    ids: list[str] = []
    cursor = ""
    while True:
        body = await page(api, cursor=cursor, **params)
        ids += [one["id"] for one in body["data"]]
        if not body["has_more"]:
            return ids
        assert body["data"]
        cursor = body["next_cursor"]


async def test_a_page_tells_of_each_vector_what_it_is(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    values = [1.0] + [0.0] * 1023
    await api.upsert(
        [{"id": "a", "text": "x", "metadata": {"k": [1]}, "ttl_seconds": 60}, {"id": "b", "values": values}]
    )
    first, second = (await page(api))["data"]
    assert set(first) == {"id", "metadata", "pending", "expires_at", "created_at", "updated_at"}
    assert (first["id"], first["metadata"], first["pending"]) == ("a", {"k": [1]}, True)
    assert first["expires_at"].endswith("Z")
    assert (second["id"], second["metadata"], second["pending"], second["expires_at"]) == ("b", {}, False, None)
    first, second = (await page(api, include_text=True, include_values=True))["data"]
    assert (first["text"], first["values"]) == ("x", None)
    assert (second["text"], second["values"]) == (None, values)


@pytest.mark.parametrize("limit", [1, 3, 1000])
async def test_ids_come_by_code_point_and_each_once(api_without_embedder: Api, limit: int) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    ids = [vector_id for vector_id in IDS if vector_id]
    await api.upsert([vector(vector_id) for vector_id in random.sample(ids, len(ids))])
    await api.upsert([vector("elsewhere")], namespace="other")
    assert await all_ids(api, limit=limit) == sorted(ids)
    assert await all_ids(api, limit=limit, namespace="other") == ["elsewhere"]
    for prefix in ("a", "a-1", "漢", "%", "\U0010ffff", "zzz"):
        wanted = sorted(vector_id for vector_id in ids if vector_id.startswith(prefix))
        assert await all_ids(api, limit=limit, prefix=prefix) == wanted


async def test_filters_apply_and_expired_ones_are_left_out(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert([vector(f"v{n:02}", n=n) for n in range(20)])
    await api.upsert([{**vector("v99", n=7), "expires_at": "2020-01-01T00:00:00Z"}])
    matching = json.dumps({"n": {"$gte": 5}, "$not": {"n": 6}})
    wanted = ["v05", *(f"v{n:02}" for n in range(7, 20))]
    assert await all_ids(api, filter=matching, limit=4) == wanted
    assert await all_ids(api, filter=matching, limit=4, prefix="v1") == wanted[-10:]
    assert await all_ids(api, filter='{"n": 77}') == []
    assert await all_ids(api, filter="") == await all_ids(api, filter="{}")


async def test_many_matches_are_read_in_the_order_of_the_key(api_without_embedder: Api) -> None:
    """More candidates than are sorted: the other way to the same page."""
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert([vector("v00001", k=1)])
    api.sql(
        "INSERT INTO vectors (account_no, collection_no, namespace, id, content_hash, metadata, facets)"
        " SELECT account_no, collection_no, namespace, 'v' || lpad(n::text, 5, '0'), content_hash, metadata, facets"
        " FROM vectors, generate_series(2, 10500) n"
    )
    ids = await all_ids(api, filter='{"k": 1}', limit=1000)
    assert ids == [f"v{n:05}" for n in range(1, 10501)]


async def test_what_is_stored_while_paging_neither_hides_nor_repeats_anything(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    there = [f"{n:04}" for n in range(0, 600, 2)]
    await api.upsert([vector(vector_id) for vector_id in there])
    paging = True

    async def write() -> None:
        numbers = iter(random.sample(range(1, 600, 2), 300))
        while paging:
            more = [vector(f"{n:04}") for _, n in zip(range(5), numbers, strict=False)]
            again = [vector(vector_id, changed=True) for vector_id in random.sample(there, 5)]
            await api.upsert(more + again)

    writing = asyncio.create_task(write())
    ids = await all_ids(api, limit=7)
    paging = False
    await writing
    assert ids == sorted(set(ids))
    assert set(there) <= set(ids)


async def test_a_page_of_large_vectors_ends_early(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    ids = [f"v{n:03}" for n in range(100)]
    await api.upsert([vector(vector_id, filler="x" * 39_000) for vector_id in ids])
    body = await page(api, limit=1000)
    assert 60 < len(body["data"]) < 70
    assert body["has_more"]
    assert await all_ids(api, limit=1000) == ids


async def test_a_cursor_at_the_end_of_what_is_left(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert([vector("a"), vector("b")])
    cursor = (await page(api, limit=1))["next_cursor"]
    await api.post("/v1/vectors/delete", {"collection": "things", "ids": ["a", "b"]})
    assert (await page(api, cursor=cursor))["data"] == []


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"filter": "{"}, "filter"),
        ({"filter": "[]"}, "filter"),
        ({"filter": '{"a": NaN}'}, "filter.a"),
        ({"filter": '{"$x": 1}'}, "filter.$x"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"cursor": "!"}, "cursor"),
        ({"prefix": "a\x01"}, "prefix"),
        ({"prefix": "a" * 513}, "prefix"),
        ({"namespace": "a/b"}, "namespace"),
        ({"include_text": "maybe"}, "include_text"),
        ({"order": "desc"}, "order"),
    ],
)
async def test_bad_requests_are_422(api_without_embedder: Api, params: dict[str, Any], field: str) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    answer = await api.get("/v1/vectors/list", collection="things", **params)
    assert answer.status_code == 422, answer.text
    assert [detail["field"] for detail in answer.json()["details"]] == [field]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=4), max_size=30, unique=True),
    st.text(st.sampled_from("ab\U0010ffff"), max_size=2),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=2),
    st.integers(1, 5),
)
def test_keys_behind_a_position_are_those_of_python(
    database: TestDatabase, ids: list[str], prefix: str, after: str, limit: int
) -> None:
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("SELECT set_config('app.account', '1', true)")
        connection.cursor().executemany(
            "INSERT INTO vectors (account_no, collection_no, namespace, id, content_hash) VALUES (1, 1, '', %s, '')",
            [(vector_id,) for vector_id in ids],
        )
        found = connection.execute(
            "SELECT * FROM matching_ids(1, '', NULL, NULL, %s, %s, %s)", (prefix, after, limit)
        ).fetchall()
        connection.rollback()
    wanted = sorted(one for one in ids if one.startswith(prefix) and one > after)[:limit]
    assert [row[0] for row in found] == wanted
