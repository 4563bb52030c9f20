"""Counting vectors without reading them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import Api


async def count(api: Api, **request: Any) -> int:
    answer = await api.post("/v1/vectors/count", {"collection": "things", **request})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["count"])


async def test_it_counts_what_matches_in_its_namespace(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    rows = [{"id": f"v{n}", "values": [1.0, 0.5], "metadata": {"n": n, "odd": n % 2 == 1}} for n in range(7)]
    await api.upsert(rows)
    await api.upsert(rows[:2], namespace="other")
    assert await count(api) == 7
    assert await count(api, filter={}) == 7
    assert await count(api, namespace="other") == 2
    assert await count(api, namespace="none") == 0
    assert await count(api, filter={"odd": True}) == 3
    assert await count(api, filter={"odd": True, "n": {"$gt": 1}}) == 2
    assert await count(api, filter={"$not": {"odd": True}}) == 4
    assert await count(api, filter={"odd": True}, namespace="other") == 1


async def test_pending_ones_count_and_expired_ones_do_not(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    past = {"expires_at": "2020-01-01T00:00:00Z"}
    await api.upsert([{"id": "a", "text": "x"}, {"id": "b", "text": "y", "metadata": {"k": 1}, **past}])
    await api.upsert([{"id": "b", "text": "y", **past}], namespace="other")
    assert await count(api) == 1
    assert await count(api, filter={"k": 1}) == 0
    assert await count(api, namespace="other") == 0


async def test_it_counts_where_facets_are_not_there_yet(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert([{"id": "a", "values": [1.0, 0.5], "metadata": {"k": 1}}])
    api.sql("UPDATE collections SET is_catalogued = false")
    api.sql("UPDATE vectors SET facets = NULL")
    assert await count(api, filter={"k": 1}) == 1
    assert await count(api, filter={"k": 2}) == 0


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"filter": {"$like": "x"}}, "filter.$like"),
        ({"filter": []}, "filter"),
        ({"namespace": "a b"}, "namespace"),
        ({"ids": ["a"]}, "ids"),
    ],
)
async def test_bad_requests_are_422(api_without_embedder: Api, request_: dict[str, Any], field: str) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    answer = await api.post("/v1/vectors/count", {"collection": "things", **request_})
    assert answer.status_code == 422, answer.text
    assert [detail["field"] for detail in answer.json()["details"]] == [field]
