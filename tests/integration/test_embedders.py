"""The API beside embedders that serve another model, are busy, or are several."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.api import MODEL, NOWHERE, Api, serve_in_process
from tests.support.database import TestDatabase
from tests.support.fake_embedder import FakeEmbedder, busy, fake_embedder

QUESTION = {"collection": "things", "text": "a question", "mode": "vector"}


@pytest.fixture
async def fake() -> AsyncIterator[FakeEmbedder]:
    async with fake_embedder() as running:
        running.model, running.revision = MODEL.split("@")
        yield running


@pytest.fixture
async def api(database: TestDatabase, fake: FakeEmbedder, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The API with two embedders by setting, of which the first is not there."""
    async with serve_in_process(database, f"{NOWHERE}, {fake.url}", "sesame", monkeypatch) as served:
        await served.collection()
        yield served


async def test_one_of_several_embedders_is_enough(api: Api, fake: FakeEmbedder) -> None:
    assert (await api.client.get("/ready")).status_code == 200
    for _ in range(5):
        assert (await api.post("/v1/search", QUESTION)).status_code == 200
    assert (await api.upsert([{"id": "a", "text": "x"}]))["pending"] == 0


@pytest.mark.parametrize("name", ["model", "revision", "dimension"])
async def test_an_embedder_of_another_model_makes_nothing_ready_and_mixes_nothing(
    api: Api, fake: FakeEmbedder, name: str
) -> None:
    setattr(fake, name, 7 if name == "dimension" else "another")
    answer = await api.client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["details"] == [
        {"field": "embedder", "error": "serves another model than this deployment expects"}
    ]
    answer = await api.post("/v1/search", QUESTION)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "another model" in answer.json()["error"]
    assert (await api.upsert([{"id": "a", "text": "x"}]))["pending"] == 1
    assert fake.embed_requests == []  # asked for its model, and sent no text
    assert api.sql("SELECT count(*) FROM vectors WHERE embedding IS NOT NULL") == [(0,)]
    assert api.sql("SELECT sum(embeddings) FROM usage_events") == [(0,)]


async def test_a_busy_embedder_is_503_with_its_own_retry_after(api: Api, fake: FakeEmbedder) -> None:
    fake.script.append(busy(9))
    answer = await api.post("/v1/search", QUESTION)
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (503, "9", "unavailable")


async def test_the_number_of_an_account_does_not_reach_the_embedder(api: Api, fake: FakeEmbedder) -> None:
    await api.post("/v1/search", QUESTION)
    await api.post("/v1/vectors/query", QUESTION)
    await api.post("/v1/embed", {"text": "a question"})
    test_key = await api.new_key(env="test")
    await api.post("/v1/embed", {"text": "a question"}, key=test_key)
    await api.upsert([{"id": "a", "text": "a passage"}])
    live, *others, test, passage = [request.headers.get("x-cache-scope") for request in fake.embed_requests]
    assert live is not None
    assert len(live) == 32
    assert others == [live, live]
    assert test not in (None, live)
    assert passage is None
