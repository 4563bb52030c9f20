"""Fetching and deleting by id."""

from __future__ import annotations

import pytest

from tests.support.api import Api

IDS = ["plain", "with,comma", "space and ümlaut", "漢字", "quote'\"", "a&b=c", "percent%20", "emoji😀"]


async def stored(api: Api) -> None:
    await api.collection(dimension=2)
    await api.upsert([{"id": vector_id, "values": [1.0, 0.5], "metadata": {"id": vector_id}} for vector_id in IDS])


async def test_one_ids_parameter_splits_at_commas(api: Api) -> None:
    await stored(api)
    answer = await api.get("/v1/vectors/fetch", collection="things", ids="plain,nope,漢字")
    assert [vector["id"] for vector in answer.json()["vectors"]] == ["plain", "漢字"]


async def test_repeated_ids_are_literal(api: Api) -> None:
    await stored(api)
    answer = await api.get("/v1/vectors/fetch", collection="things", ids=IDS)
    assert [vector["id"] for vector in answer.json()["vectors"]] == IDS
    assert [vector["metadata"] for vector in answer.json()["vectors"]] == [{"id": vector_id} for vector_id in IDS]


async def test_ids_in_a_body_are_literal(api: Api) -> None:
    await stored(api)
    answer = await api.post("/v1/vectors/fetch", {"collection": "things", "ids": ["with,comma"]})
    [vector] = answer.json()["vectors"]
    assert set(vector) == {
        "id", "text", "values", "metadata", "pending", "expires_at", "created_at", "updated_at",
    }  # fmt: skip
    assert (vector["id"], vector["values"], vector["pending"]) == ("with,comma", [1.0, 0.5], False)


async def test_deleting_by_ids_counts_what_there_was(api: Api) -> None:
    await stored(api)
    body = {"collection": "things", "ids": ["plain", "plain", "nope", "with,comma"]}
    assert (await api.post("/v1/vectors/delete", body)).json() == {"deleted": True, "deleted_count": 2}
    assert (await api.post("/v1/vectors/delete", body)).json() == {"deleted": True, "deleted_count": 0}
    assert (await api.get("/v1/collections/things")).json()["vectors_count"] == len(IDS) - 2
    assert (await api.get("/v1/vectors/fetch", collection="things", ids="plain")).json() == {"vectors": []}


async def test_deleting_a_pending_text_takes_it_from_the_queue(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    await api.upsert([{"id": "a", "text": "x"}, {"id": "b", "text": "y"}])
    await api.post("/v1/vectors/delete", {"collection": "things", "ids": ["a"]})
    body = (await api.get("/v1/collections/things")).json()
    assert (body["vectors_count"], body["pending_count"]) == (1, 1)
    assert api.sql("SELECT id FROM pending_embeddings") == [("b",)]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"ids": ["a"], "delete_all": True}, 422),
        ({}, 422),
        ({"ids": [""]}, 422),
        ({"ids": [f"{number}" for number in range(1001)]}, 422),
        ({"filter": {}}, 422),
        ({"filter": {"a": 1}, "delete_all": True}, 422),
        ({"filter": {"a": 1}, "ids": ["a"]}, 422),
    ],
)
async def test_other_deletions_delete_nothing(api: Api, body: dict[str, object], status: int) -> None:
    await stored(api)
    answer = await api.post("/v1/vectors/delete", {"collection": "things"} | body)
    assert answer.status_code == status
    assert (await api.get("/v1/collections/things")).json()["vectors_count"] == len(IDS)


@pytest.mark.parametrize("params", [{"ids": ""}, {"ids": ","}, {}, {"ids": "a", "limit": "1"}, {"ids": "a\0"}])
async def test_bad_fetches_are_refused(api: Api, params: dict[str, str]) -> None:
    await stored(api)
    assert (await api.get("/v1/vectors/fetch", collection="things", **params)).status_code == 422
