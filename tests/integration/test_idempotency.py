"""The header Idempotency-Key: one request does the work, the same one again gets its answer."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import httpx
import pytest

from functions.vectors import upsert as upsert_call
from shared.db.connection import Database
from shared.errors import InternalError, Unavailable
from shared.purge import purge
from tests.support.api import Api, serve_in_process
from tests.support.database import TestDatabase
from tests.support.proxy import counted

RECORDS = {"collection": "things", "vectors": [{"id": "a", "values": [1.0, 0.0]}, {"id": "b", "values": [0.0, 1.0]}]}


@pytest.fixture
async def made(api_without_embedder: Api) -> Api:
    """The API with a collection of two dimensions; nothing here is embedded."""
    await api_without_embedder.collection(dimension=2)
    return api_without_embedder


async def send(
    api: Api, key: str | list[str], body: Any = RECORDS, *, path: str = "/v1/vectors/upsert", by: str | None = None
) -> httpx.Response:
    keys = [key] if isinstance(key, str) else key
    headers = [("Authorization", f"Bearer {by or api.tenant.key}"), *(("Idempotency-Key", value) for value in keys)]
    return await api.client.post(path, json=body, headers=headers)


def events(api: Api) -> int:
    [(count,)] = api.sql("SELECT count(*) FROM usage_events")
    return int(count)


def kept(api: Api) -> list[tuple[Any, ...]]:
    return api.sql("SELECT status FROM idempotency_keys")


async def test_the_same_request_again_gets_the_same_answer_and_is_not_billed(made: Api) -> None:
    first = await send(made, "key-1")
    assert (first.status_code, first.json()["usage"]["vectors"]) == (200, 2)
    assert "idempotency-replayed" not in first.headers
    billed = events(made)
    made.sql("DELETE FROM vectors")
    again = await send(made, "key-1")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert events(made) == billed
    assert made.sql("SELECT count(*) FROM vectors") == [(0,)]
    other = await send(made, "key-2")
    assert "idempotency-replayed" not in other.headers
    assert made.sql("SELECT count(*) FROM vectors") == [(2,)]


async def test_without_a_key_nothing_is_kept(made: Api) -> None:
    await made.upsert(RECORDS["vectors"])
    assert kept(made) == []


async def test_nothing_that_was_sent_is_kept(made: Api) -> None:
    await send(made, "a-telling-key", {"collection": "things", "vectors": [{"id": "telling", "values": [1.0, 2.0]}]})
    [(row,)] = made.sql("SELECT k::text || encode(body, 'escape') FROM idempotency_keys k")
    assert "telling" not in row
    assert "upserted" in row


async def test_a_key_belongs_to_one_request(made: Api) -> None:
    await send(made, "key-1")
    another = {"collection": "things", "vectors": [{"id": "c", "values": [1.0, 1.0]}]}
    for answer in (
        await send(made, "key-1", another),
        await send(made, "key-1", {"collection": "things", "ids": ["a"]}, path="/v1/vectors/delete"),
        await send(made, "key-1", path="/v1/vectors/upsert?x=1"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
        assert [detail["field"] for detail in answer.json()["details"]] == ["Idempotency-Key"]
    assert made.sql("SELECT id FROM vectors ORDER BY id") == [("a",), ("b",)]


async def test_keys_are_an_accounts_and_an_environments_own(made: Api) -> None:
    first = await send(made, "key-1")
    test_key = await made.new_key(env="test")
    assert (await send(made, "key-1", by=test_key)).status_code == 404  # its environment has no such collection
    other = await made.new_tenant("other@example.com")
    assert (await send(made, "key-1", by=other.key)).status_code == 404
    second_key = await made.new_key("write")
    again = await send(made, "key-1", by=second_key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    reading_key = await made.new_key("read")
    assert (await send(made, "key-1", by=reading_key)).status_code == 403


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256, "a\tb", ["one", "two"], ["one", "one"]])
async def test_a_key_that_is_none_is_refused_before_the_work(made: Api, key: str | list[str]) -> None:
    keys = key if isinstance(key, list) else [key]
    answer = await send(made, [value.encode() for value in keys])  # type: ignore[misc]  # as httpx takes them too
    assert answer.status_code == 422
    assert [detail["field"] for detail in answer.json()["details"]] == ["Idempotency-Key"]
    assert made.sql("SELECT count(*) FROM vectors") == [(0,)]


async def test_the_longest_key_and_any_visible_character_will_do(made: Api) -> None:
    for key in ("!" * 255, "".join(chr(code) for code in range(0x21, 0x7F))):
        assert (await send(made, key)).status_code == 200
        assert (await send(made, key)).headers["idempotency-replayed"] == "true"


async def test_what_was_refused_can_be_sent_again_mended(made: Api) -> None:
    bad = {"collection": "things", "vectors": [{"id": "a", "values": [1.0]}]}
    assert (await send(made, "key-1", bad)).status_code == 422
    missing = {**RECORDS, "collection": "later"}
    assert (await send(made, "key-2", missing)).status_code == 404
    assert kept(made) == []
    assert (await send(made, "key-1")).status_code == 200
    await made.collection("later", dimension=2)
    assert (await send(made, "key-2", missing)).status_code == 200


@pytest.mark.parametrize("error", [InternalError("x"), Unavailable("x"), RuntimeError("x")])
async def test_what_failed_can_be_sent_again(made: Api, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def fails(_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(upsert_call.app, "endpoint", fails)
        assert (await send(made, "key-1")).status_code >= 500
    answer = await send(made, "key-1")
    assert answer.status_code == 200
    assert "idempotency-replayed" not in answer.headers


async def test_of_two_at_once_one_works_and_the_other_is_told_to_wait(
    made: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, go, runs = upsert_call.app.endpoint, asyncio.Event(), 0

    async def slow(call: Any) -> Any:
        nonlocal runs
        runs += 1
        await go.wait()
        return await real(call)

    monkeypatch.setattr(upsert_call.app, "endpoint", slow)
    sent = [asyncio.create_task(send(made, "key-1")) for _ in range(6)]
    async with asyncio.timeout(10):
        while sum(task.done() for task in sent) < 5:
            await asyncio.sleep(0.01)
    under_way = [task for task in sent if not task.done()]
    assert (runs, len(under_way)) == (1, 1)
    for task in set(sent) - set(under_way):
        answer = task.result()
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_progress")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert (await send(made, "key-1", {**RECORDS, "namespace": "n"})).status_code == 422
    go.set()
    [first] = [await task for task in under_way]
    assert first.status_code == 200
    assert (await send(made, "key-1")).content == first.content
    assert (runs, events(made)) == (1, 1)


async def test_many_at_once_with_many_keys_do_each_thing_once(made: Api) -> None:
    async def insist(key: str, body: Any) -> httpx.Response:
        while True:
            answer = await send(made, key, body)
            if answer.status_code != 409:
                return answer
            await asyncio.sleep(0.01)

    requests = [
        (f"key-{number}", {"collection": "things", "vectors": [{"id": f"v{number}", "values": [1.0, number]}]})
        for number in range(8)
    ] * 4
    random.Random(7).shuffle(requests)
    answers = await asyncio.gather(*(insist(key, body) for key, body in requests))
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json()["unchanged"] == 0 for answer in answers)  # none of them did it a second time
    assert events(made) == 8


async def test_what_a_dead_process_claimed_is_taken_over_when_its_lease_has_ended(made: Api) -> None:
    await send(made, "key-1")
    made.sql("UPDATE idempotency_keys SET status = NULL, body = NULL, holder = 'dead', leased_until = now() + '9 s'")
    assert (await send(made, "key-1")).status_code == 409
    made.sql("UPDATE idempotency_keys SET leased_until = now() - interval '1 s'")
    assert (await send(made, "key-1", {**RECORDS, "namespace": "n"})).status_code == 422
    answer = await send(made, "key-1")
    assert (answer.status_code, answer.json()["unchanged"]) == (200, 2)
    assert (await send(made, "key-1")).headers["idempotency-replayed"] == "true"


async def test_who_lost_his_lease_neither_ends_nor_frees_the_others_claim(
    made: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = upsert_call.app.endpoint

    async def overtaken(call: Any) -> Any:
        made.sql("UPDATE idempotency_keys SET holder = 'another', leased_until = now() + interval '1 min'")
        return await real(call)

    with monkeypatch.context() as patched:
        patched.setattr(upsert_call.app, "endpoint", overtaken)
        assert (await send(made, "key-1")).status_code == 200
    assert made.sql("SELECT holder, status FROM idempotency_keys") == [("another", None)]


async def test_a_caller_who_leaves_can_come_back_at_once(made: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    began = asyncio.Event()

    async def stuck(_: Any) -> Any:
        began.set()
        await asyncio.sleep(60)

    with monkeypatch.context() as patched:
        patched.setattr(upsert_call.app, "endpoint", stuck)
        left = asyncio.create_task(send(made, "key-1"))
        await began.wait()
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
    assert (await send(made, "key-1")).status_code == 200


async def test_an_answer_is_kept_for_a_day(made: Api) -> None:
    await send(made, "key-1")
    made.sql("UPDATE idempotency_keys SET claimed_at = now() - interval '23 hours 59 minutes'")
    assert (await send(made, "key-1")).headers["idempotency-replayed"] == "true"
    jobs = Database(made.database.jobs_url)
    try:
        assert await purge(jobs) == 0
        made.sql("UPDATE idempotency_keys SET claimed_at = now() - interval '24 hours 1 minute'")
        another = await send(made, "key-1", {**RECORDS, "namespace": "n"})
        assert (another.status_code, "idempotency-replayed" in another.headers) == (200, False)
        made.sql("UPDATE idempotency_keys SET claimed_at = now() - interval '24 hours 1 minute'")
        assert await purge(jobs) == 1
    finally:
        await jobs.close()
    assert kept(made) == []


async def test_a_collection_is_deleted_once_and_made_as_often_as_it_is_gone(made: Api) -> None:
    """Making one is idempotent by its name: a replay could tell of one that was deleted since."""
    for _ in range(2):
        answer = await send(made, "make", {"name": "more", "dimension": 2}, path="/v1/collections")
        assert (answer.status_code, "idempotency-replayed" in answer.headers) == (200, False)
    headers = {**made.tenant.headers, "Idempotency-Key": "drop"}
    for _ in range(2):
        answer = await made.client.delete("/v1/collections/more", headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"deleted": True})
    assert (await made.client.delete("/v1/collections/things", headers=headers)).status_code == 422


async def test_calls_that_answer_a_secret_or_only_read_ignore_it(made: Api) -> None:
    first = await send(made, "key-1", {"name": "k"}, path="/v1/api-keys")
    second = await send(made, "key-1", {"name": "k"}, path="/v1/api-keys")
    assert first.json()["key"] != second.json()["key"]
    body = {"collection": "things", "vector": [1.0, 0.0]}
    assert (await send(made, "key-1", body, path="/v1/vectors/query")).status_code == 200
    assert kept(made) == []


async def test_a_key_costs_two_round_trips(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("fv")
    async with (
        counted(database.api_url, folder) as trips,
        serve_in_process(database, "http://127.0.0.1:9", "", monkeypatch, FLUXVECTOR_DATABASE_URL=trips.url) as api,
    ):
        await api.collection(dimension=2)
        await api.upsert(RECORDS["vectors"])

        async def cost(key: str | list[str]) -> int:
            before = trips.count
            assert (await send(api, key)).status_code == 200
            return trips.count - before

        assert await cost([]) == 2
        assert await cost("key-1") == 4
        # A replay records nothing, so that its ticket is ended by itself.
        assert await cost("key-1") == 3


async def test_upserts_of_the_same_ids_at_once_do_not_deadlock_and_one_wins_whole(made: Api) -> None:
    chance = random.Random(3)

    async def upsert(writer: int) -> None:
        vectors = [
            {"id": f"v{number}", "values": [float(writer), 1.0], "metadata": {"writer": writer}} for number in range(50)
        ]
        chance.shuffle(vectors)
        body = await made.upsert(vectors)
        assert body["upserted"] == 50

    await asyncio.gather(*(upsert(writer) for writer in range(1, 21)))
    assert made.sql("SELECT count(*) FROM vectors") == [(50,)]
    [(writers,)] = made.sql("SELECT count(DISTINCT metadata) FROM vectors")
    assert writers == 1
    assert made.sql("SELECT count(DISTINCT (raw_values::text, metadata->>'writer')) FROM vectors") == [(1,)]


async def test_a_replay_does_not_outlive_its_collection(made: Api) -> None:
    await send(made, "key-1")
    await made.delete("/v1/collections/things")
    await made.collection(dimension=2)
    answer = await send(made, "key-1")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
