"""The embedder's cache of queries, as an account meets it: its own only, told, and not billed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.support.api import Api, serve_in_process
from tests.support.database import TestDatabase
from tests.support.embedder import RunningEmbedder, running_embedder

QUESTION = {"collection": "things", "text": "Who keeps what was asked?", "mode": "vector"}


@pytest.fixture(scope="module")
def caching_embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmbedder]:
    with running_embedder(tmp_path_factory.mktemp("embedder") / "log", query_cache_bytes=1 << 20) as running:
        yield running


@pytest.fixture
async def api(
    database: TestDatabase, caching_embedder: RunningEmbedder, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Api]:
    async with serve_in_process(database, caching_embedder.url, caching_embedder.token, monkeypatch) as served:
        await served.collection()
        await served.upsert([{"id": "a", "text": "The embedder keeps queries for a while."}])
        yield served


async def search(api: Api, text: str, *, key: str | None = None, path: str = "/v1/search") -> Any:
    answer = await api.post(path, QUESTION | {"text": text}, key=key)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_repeated_query_is_answered_from_the_cache_and_costs_no_embedding(api: Api) -> None:
    first = await search(api, "repeated")
    again = await search(api, "repeated", path="/v1/vectors/query")
    assert (first["cached"], again["cached"]) == (False, True)
    assert first["usage"]["embeddings"] == 1
    assert again["usage"] == {
        "embeddings": 0,
        "searches": 1,
        "embedding_tokens": 0,
        "model": "multilingual-e5-small",
    }
    assert again["results"] == first["results"]
    assert again["confidence"] == first["confidence"]
    events = api.sql(
        "SELECT requests, searches, embeddings, tokens FROM usage_events WHERE searches > 0 ORDER BY event_no"
    )
    assert events == [(1, 1, 1, first["usage"]["embedding_tokens"]), (1, 1, 0, 0)]


async def test_an_embedding_for_a_caller_from_the_cache_costs_none_either(api: Api) -> None:
    answers = [(await api.post("/v1/embed", {"text": "embedded twice"})).json() for _ in range(2)]
    assert answers[0]["embedding"] == answers[1]["embedding"]
    assert [answer["usage"]["embeddings"] for answer in answers] == [1, 0]
    assert answers[1]["usage"]["embedding_tokens"] == 0
    batches = [
        (await api.post("/v1/embed/batch", {"texts": ["embedded twice", other], "kind": "query"})).json()
        for other in ("another", "another", "a third")
    ]
    assert [batch["usage"]["embeddings"] for batch in batches] == [2, 0, 2]
    passages = [(await api.post("/v1/embed", {"text": "a passage", "kind": "passage"})).json() for _ in range(2)]
    assert [answer["usage"]["embeddings"] for answer in passages] == [1, 1]


async def test_no_account_learns_what_another_asked_nor_the_test_side_what_the_live_one_did(api: Api) -> None:
    stranger = await api.new_tenant("stranger@example.com")
    test_key = await api.new_key(env="test")
    for key in (stranger.key, test_key):
        made = await api.post("/v1/collections", {"name": "things"}, key=key)
        assert made.status_code == 200
    assert (await search(api, "a secret question"))["cached"] is False
    for key in (stranger.key, test_key):
        assert (await search(api, "a secret question", key=key))["cached"] is False
        assert (await search(api, "a secret question", key=key))["cached"] is True
