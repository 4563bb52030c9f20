"""Updates: of one vector, and of the metadata of many; nobody's change is lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.api import Api

UNIT = [1.0] + [0.0] * 1023


async def update(api: Api, status: int = 200, **request: Any) -> dict[str, Any]:
    answer = await api.post("/v1/vectors/update", {"collection": "things", **request})
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def fetched(api: Api, vector_id: str = "a", **more: Any) -> dict[str, Any]:
    body = {"collection": "things", "ids": [vector_id], **more}
    [vector] = (await api.post("/v1/vectors/fetch", body)).json()["vectors"]
    assert isinstance(vector, dict)
    return vector


async def found(api: Api, text: str) -> list[str]:
    body = {"collection": "things", "text": text, "mode": "keyword"}
    return [hit["id"] for hit in (await api.post("/v1/search", body)).json()["results"]]


def metered(api: Api) -> tuple[int, int, int]:
    [row] = api.sql("SELECT sum(requests), sum(vectors), sum(embeddings) FROM usage_events")
    return (int(row[0]), int(row[1]), int(row[2]))


async def test_metadata_is_merged_at_the_top_and_null_removes(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    before = {"a": 1, "b": {"x": 1, "y": 2}, "c": None, "big": 2**70, "tiny": 1e-300, "huge": 1e300, "é": "😀"}
    await api.upsert([{"id": "a", "values": [1.0, 0.5], "metadata": before}])
    stored = await fetched(api)
    body = await update(api, id="a", set_metadata={"a": None, "b": {"z": None}, "new": [1, None], "none": None})
    assert (body["updated"], body["unchanged"], body["usage"]["vectors"]) == (1, 0, 1)
    after = await fetched(api)
    wanted = {name: value for name, value in stored["metadata"].items() if name != "a"} | {
        "b": {"z": None},
        "new": [1, None],
    }
    assert after["metadata"] == wanted
    assert (after["values"], after["created_at"]) == (stored["values"], stored["created_at"])
    assert after["updated_at"] > stored["updated_at"]
    for matching, count in (({"new": 1}, 1), ({"a": {"$exists": True}}, 0), ({"b.x": 1}, 0), ({"big": 2**70}, 1)):
        answer = await api.post("/v1/vectors/count", {"collection": "things", "filter": matching})
        assert answer.json()["count"] == count, matching


async def test_what_changes_nothing_is_not_written_and_not_billed(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert([{"id": "a", "values": [1.0, 0.5], "text": "x", "metadata": {"a": 1}}])
    before, (requests, vectors, embeddings) = api.sql("SELECT xmin::text, updated_at FROM vectors"), metered(api)
    same: list[dict[str, Any]] = [
        {"id": "a", "set_metadata": {"a": 1, "b": None}},
        {"id": "a", "set_metadata": {}},
        {"id": "a", "values": [1.0, 0.5], "text": "x"},
        {"filter": {"a": 1}, "set_metadata": {"a": 1}},
    ]
    for request in same:
        body = await update(api, **request)
        assert (body["updated"], body["unchanged"], body["usage"]["vectors"]) == (1, 1, 0)
    assert (await update(api, id="none", set_metadata={"a": 1}))["updated"] == 0
    assert (await update(api, filter={"a": 2}, set_metadata={"a": 1}))["updated"] == 0
    assert api.sql("SELECT xmin::text, updated_at FROM vectors") == before
    assert metered(api) == (requests + 6, vectors, embeddings)


async def test_a_new_text_is_embedded_and_found_by_its_words(api: Api) -> None:
    await api.collection()
    await api.upsert([{"id": "a", "text": "A cat sleeps."}, {"id": "b", "text": "A dog barks."}])
    before = await fetched(api)
    body = await update(api, id="a", text="An invoice is due.", set_metadata={"k": 1})
    assert (body["updated"], body["pending"], body["usage"]["embeddings"]) == (1, 0, 1)
    after = await fetched(api)
    assert (after["text"], after["metadata"], after["pending"]) == ("An invoice is due.", {"k": 1}, False)
    assert after["values"] != before["values"]
    assert (await found(api, "invoice"), await found(api, "cat"), await found(api, "dog")) == (["a"], [], ["b"])
    again = await update(api, id="a", text="An invoice is due.")
    assert (again["unchanged"], again["usage"]["embeddings"]) == (1, 0)
    [counts] = api.sql("SELECT sum(stored), sum(pending), sum(documents), sum(words) FROM collection_counts")
    assert tuple(map(int, counts)) == (2, 0, 2, 7)
    first = (await api.post("/v1/search", {"collection": "things", "text": "bill to pay", "mode": "vector"})).json()
    assert first["results"][0]["id"] == "a"


async def test_without_an_embedder_a_new_text_is_pending(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    await api.upsert([{"id": "a", "values": UNIT, "text": "old words"}])
    assert (await update(api, id="a", text="new words"))["pending"] == 1
    after = await fetched(api)
    assert (after["text"], after["values"], after["pending"]) == ("new words", None, True)
    assert (await found(api, "new"), await found(api, "old")) == (["a"], [])
    assert (await update(api, id="a", text="new words")) | {"usage": None} == {
        "updated": 1, "unchanged": 1, "pending": 1, "failed": 0, "truncated": 0, "usage": None,
    }  # fmt: skip
    assert (await api.get("/v1/collections/things")).json()["pending_count"] == 1
    body = await update(api, id="a", values=UNIT)
    assert (body["updated"], body["pending"]) == (1, 0)
    after = await fetched(api)
    assert (after["text"], after["values"], after["pending"]) == ("new words", UNIT, False)
    assert (await api.get("/v1/collections/things")).json()["pending_count"] == 0
    assert await found(api, "new") == ["a"]


async def test_new_values_are_normalized_as_the_metric_wants(api_without_embedder: Api) -> None:
    api = api_without_embedder
    for metric, found_ in (("cosine", "[0.6,0.8]"), ("dotproduct", "[3,4]"), ("euclidean", "[3,4]")):
        await api.collection(metric, dimension=2, metric=metric)
        await api.upsert([{"id": "a", "values": [1.0, 0.0]}], collection=metric)
        body = {"collection": metric, "id": "a", "values": [3.0, 4.0]}
        assert (await api.post("/v1/vectors/update", body)).json()["updated"] == 1
        [(embedding,)] = api.sql(
            "SELECT embedding::vector::text FROM vectors v JOIN collections c USING (collection_no) WHERE name = %s",
            metric,
        )
        assert [float(n) for n in embedding.strip("[]").split(",")] == pytest.approx(
            [float(n) for n in found_.strip("[]").split(",")], abs=1e-3
        )


async def test_all_that_match_a_filter(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    for start in range(0, 3000, 1000):
        await api.upsert(
            [{"id": f"v{n}", "values": [1.0, 0.5], "metadata": {"n": n}} for n in range(start, start + 1000)]
        )
    await api.upsert([{"id": "v1", "values": [1.0, 0.5], "metadata": {"n": 1}}], namespace="other")
    requests, vectors, _ = metered(api)
    body = await update(api, filter={"n": {"$lt": 2500}}, set_metadata={"seen": True, "n": None})
    assert (body["updated"], body["unchanged"], body["usage"]["vectors"]) == (2500, 0, 2500)
    assert metered(api)[:2] == (requests + 1, vectors + 2500)
    for matching, count in (({"seen": True}, 2500), ({"n": {"$gte": 0}}, 500), ({"seen": {"$exists": False}}, 500)):
        answer = await api.post("/v1/vectors/count", {"collection": "things", "filter": matching})
        assert answer.json()["count"] == count
    assert (await fetched(api, "v1", namespace="other"))["metadata"] == {"n": 1}
    assert (await update(api, filter={}, set_metadata={"seen": True}))["unchanged"] == 2500


async def test_at_the_same_time_no_update_loses_anothers_keys(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert([{"id": f"v{n}", "values": [1.0, 0.5], "metadata": {"k": 1}} for n in range(700)])
    everyone = [
        *(update(api, filter={"k": 1}, set_metadata={f"f{n}": n}) for n in range(4)),
        *(update(api, id="v7", set_metadata={f"i{n}": n}) for n in range(6)),
        update(api, id="v7", values=[0.5, 1.0]),
    ]
    for body in await asyncio.gather(*everyone):
        assert body["updated"] in (1, 700)
    assert api.sql('SELECT count(*) FROM vectors WHERE metadata @> \'{"f0": 0, "f1": 1, "f2": 2, "f3": 3}\'') == [
        (700,)
    ]
    vector = await fetched(api, "v7")
    assert vector["metadata"] == {"k": 1} | {f"f{n}": n for n in range(4)} | {f"i{n}": n for n in range(6)}
    assert vector["values"] == [0.5, 1.0]


async def test_what_becomes_too_large_is_named_before_anything_is_written(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert([{"id": f"v{n:04}", "values": [1.0, 0.5], "metadata": {"k": 1}} for n in range(600)])
    await api.upsert([{"id": "v0599", "values": [1.0, 0.5], "metadata": {"k": 1, "much": "x" * 40_000}}])
    for request in ({"id": "v0599"}, {"filter": {"k": 1}}):
        body = await update(api, 422, set_metadata={"more": "y" * 1_000}, **request)
        assert "'v0599'" in body["error"]
        assert body["details"][0]["field"] == "set_metadata"
    assert api.sql("SELECT count(*) FROM vectors WHERE metadata ? 'more'") == [(0,)]
    assert (await update(api, filter={"k": 1}, set_metadata={"more": "y" * 1_000, "much": None}))["updated"] == 600


async def test_when_the_time_is_up_the_same_request_goes_on(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert([{"id": f"v{n}", "values": [1.0, 0.5]} for n in range(10)])
    monkeypatch.setattr("shared.updates.BATCH", 4)
    monkeypatch.setattr("shared.updates.BUDGET_S", 0.0)
    assert (await update(api, 503, filter={}, set_metadata={"k": 1}))["error"].startswith("4 vectors are updated")
    monkeypatch.setattr("shared.updates.BUDGET_S", 9.0)
    body = await update(api, filter={}, set_metadata={"k": 1})
    assert (body["updated"], body["unchanged"]) == (10, 4)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"set_metadata": {"a": 1}}, ""),
        ({"id": "a", "filter": {"a": 1}, "set_metadata": {}}, ""),
        ({"id": "a"}, ""),
        ({"filter": {"a": 1}, "text": "x"}, "text"),
        ({"filter": {"a": 1}, "values": [1.0, 2.0]}, "values"),
        ({"filter": {"$a": 1}, "set_metadata": {}}, "filter.$a"),
        ({"id": "", "set_metadata": {}}, "id"),
        ({"id": "a", "text": " "}, "text"),
        ({"id": "a", "text": "x"}, "text"),
        ({"id": "a", "values": [1.0]}, "values"),
        ({"id": "a", "values": [0.0, 0.0]}, "values"),
        ({"id": "a", "values": [1.0, 1e9]}, "values[1]"),
        ({"id": "a", "set_metadata": {"a": "\0"}}, "set_metadata"),
        ({"id": "a", "set_metadata": {"a": "x" * 41_000}}, "set_metadata"),
        ({"id": "a", "metadata": {"a": 1}}, "metadata"),
    ],
)
async def test_bad_requests_change_nothing(api_without_embedder: Api, request_: dict[str, Any], field: str) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert([{"id": "a", "values": [1.0, 0.5], "metadata": {"a": 1}}])
    before = await fetched(api)
    body = await update(api, 422, **request_)
    assert [detail["field"] for detail in body["details"]] == [field]
    assert await fetched(api) == before
