"""What fails late is not charged, leaves nothing that is free from then on, and tells what of it is done."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from embedder.config import Settings
from shared.config import settings
from shared.embed import BATCH
from tests.support.api import MODEL, Api, serve_in_process
from tests.support.database import TestDatabase
from tests.support.fake_embedder import RUN_FAILED, TOKENS_A_TEXT, FakeEmbedder, Reply, fake_embedder

NAME, REVISION = MODEL.split("@")
LONG = "word " * 230
SPENT = (
    "SELECT count(*), coalesce(sum(requests), 0), coalesce(sum(searches), 0), coalesce(sum(tokens), 0)"
    " FROM usage_events"
)
OPEN = "SELECT count(*) FROM tickets WHERE kind NOT IN ('done', 'ended')"


@pytest.fixture
async def fake() -> AsyncIterator[FakeEmbedder]:
    async with fake_embedder() as served:
        served.model, served.revision = NAME, REVISION
        yield served


@pytest.fixture
async def api(database: TestDatabase, fake: FakeEmbedder, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    async with serve_in_process(database, fake.url, "", monkeypatch) as served:
        yield served


def spent(api: Api) -> tuple[int, ...]:
    """Events, requests, searches and tokens."""
    [row] = api.sql(SPENT)
    return tuple(map(int, row))


def reckoned(text: str) -> int:
    """The tokens for which an embedder reserves room before it has tokenized a text."""
    return min(len(text) // 3 + 8, 512)


def at_most(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """The most that an answer may have, in bytes."""
    bound = replace(settings(), max_body_bytes=size)
    monkeypatch.setattr("shared.web.answers.settings", lambda: bound)


def refused(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def embed(api: Api, texts: list[str], kind: str = "query") -> httpx.Response:
    return await api.post("/v1/embed/batch", {"texts": texts, "kind": kind})


async def import_(api: Api, vectors: list[dict[str, Any]]) -> httpx.Response:
    lines = "\n".join(json.dumps(vector) for vector in vectors)
    headers = api.tenant.headers | {"Content-Type": "application/x-ndjson"}
    return await api.client.post("/v1/vectors/import?collection=things", content=lines, headers=headers)


@pytest.mark.parametrize("text", [LONG, "short", "語" * 400, LONG * 20])
async def test_queries_go_in_calls_that_an_embedder_takes_beside_others(
    api: Api, fake: FakeEmbedder, text: str
) -> None:
    texts = [f"{number} {text}" for number in range(BATCH)]
    answer = await embed(api, texts)
    assert answer.status_code == 200, answer.text
    assert answer.json()["usage"] == {"embeddings": BATCH, "embedding_tokens": BATCH * TOKENS_A_TEXT}
    calls = [request.json["inputs"] for request in fake.embed_requests]
    assert [each for call in calls for each in call] == texts
    assert max(sum(map(reckoned, call)) for call in calls) <= Settings.query_queue_tokens // 2


async def test_a_batch_that_fails_in_the_middle_leaves_nothing_that_would_be_free(api: Api, fake: FakeEmbedder) -> None:
    """Embedders keep queries where a call names a scope: those of a batch that is one call, which fails as a whole."""
    texts = [f"query number {number}" for number in range(3 * BATCH)]
    fake.script.extend([Reply(), Reply(), RUN_FAILED])
    assert (await embed(api, texts)).status_code == 503
    assert spent(api) == (0, 0, 0, 0)
    assert api.sql(OPEN) == [(0,)]
    assert (await embed(api, texts[:2])).json()["usage"]["embedding_tokens"] == 2 * TOKENS_A_TEXT
    assert ["x-cache-scope" in request.headers for request in fake.embed_requests] == [False, False, False, True]


@pytest.mark.parametrize(
    ("path", "body", "fits"),
    [
        ("/v1/embed/batch", {}, 46),
        ("/v1/embeddings", {"model": NAME}, 46),
        ("/v1/embeddings", {"model": NAME, "encoding_format": "base64"}, 189),
    ],
)
async def test_embeddings_that_no_answer_could_carry_are_not_made(
    api: Api, fake: FakeEmbedder, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, Any], fits: int
) -> None:
    at_most(monkeypatch, 1 << 20)
    field = "input" if path == "/v1/embeddings" else "texts"
    answer = await api.post(path, body | {field: ["a text"] * (fits + 1)})
    assert answer.status_code == 422, answer.text
    assert (fake.embed_requests, spent(api)) == ([], (0, 0, 0, 0))
    assert (await api.post(path, body | {field: ["a text"] * fits})).status_code == 200


async def test_a_search_that_no_answer_could_carry_costs_nothing_and_is_not_kept(
    api: Api, fake: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.collection()
    large = {"text": "word " * 12_000, "values": [1.0] + [0.0] * 1023}
    await api.upsert([{"id": f"t{number}"} | large for number in range(30)])
    at_most(monkeypatch, 1 << 20)
    before = spent(api)
    query = {"collection": "things", "top_k": 30}
    by_vector = query | {"vector": [1.0] + [0.0] * 1023}
    for path, body in (
        ("/v1/vectors/query", by_vector),
        ("/v1/search", query | {"text": "word", "mode": "vector"}),
        ("/v1/search", query | {"text": "word", "mode": "keyword"}),
        ("/v1/vectors/fetch", {"collection": "things", "ids": [f"t{number}" for number in range(30)]}),
    ):
        answer = await api.post(path, body)
        assert refused(answer), (path, answer.text[:200])
        assert spent(api) == before, path
        assert api.sql(OPEN) == [(0,)]
    assert ["x-cache-scope" in request.headers for request in fake.embed_requests] == [False]
    assert (await api.post("/v1/vectors/query", by_vector | {"include_text": False})).status_code == 200
    small = query | {"text": "word", "mode": "vector", "top_k": 5}
    assert (await api.post("/v1/search", small)).status_code == 200
    assert "x-cache-scope" in fake.embed_requests[-1].headers
    # As many as may be too large, which are not, are charged as others are.
    await api.post("/v1/vectors/delete", {"collection": "things", "ids": [f"t{number}" for number in range(5, 30)]})
    answered = spent(api)
    assert (await api.post("/v1/search", query | {"text": "word", "mode": "vector"})).status_code == 200
    fetched = {"collection": "things", "ids": [f"t{number}" for number in range(30)]}
    assert (await api.post("/v1/vectors/fetch", fetched)).status_code == 200
    assert tuple(now - then for now, then in zip(spent(api), answered, strict=True)) == (2, 2, 1, TOKENS_A_TEXT)
    assert api.sql(OPEN) == [(0,)]


async def test_an_import_that_the_plan_stops_tells_how_much_is_stored_and_goes_on(api: Api) -> None:
    await api.collection(dimension=2)
    api.sql("UPDATE plans SET vectors_stored = 1500 WHERE plan = 'scale'")
    vectors = [{"id": f"v{number}", "values": [1.0, number]} for number in range(2200)]
    answer = await import_(api, vectors)
    assert (answer.status_code, answer.json()["code"]) == (403, "plan_limit_reached")
    assert "1000 of its 2200 vectors are stored" in answer.json()["error"]
    assert api.sql("SELECT sum(vectors), sum(requests) FROM usage_events") == [(1000, 1)]
    api.sql("UPDATE plans SET vectors_stored = 5000 WHERE plan = 'scale'")
    again = await import_(api, vectors)
    assert (again.json()["imported"], again.json()["unchanged"]) == (2200, 1000)
    assert api.sql("SELECT sum(vectors) FROM usage_events") == [(2200,)]


async def test_an_import_that_takes_too_long_asks_to_be_sent_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await api.collection(dimension=2)
    vectors = [{"id": f"v{number}", "values": [1.0, number]} for number in range(1200)]
    ticks = iter([1.0, 0.0])

    class Clock:
        def __init__(self, _: float) -> None: ...

        @property
        def remaining_s(self) -> float:
            return next(ticks, 10.0)

    monkeypatch.setattr("shared.importing.Deadline", Clock)
    answer = await import_(api, vectors)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "1000 of its 1200 vectors are stored" in answer.json()["error"]
    assert (await import_(api, vectors)).json()["unchanged"] == 1000


async def test_an_update_that_a_quota_stops_tells_how_many_are_updated(api: Api) -> None:
    await api.collection(dimension=2)
    for start in (0, 1000):
        await api.upsert([{"id": f"v{number}", "values": [1.0, 1.0]} for number in range(start, start + 1000)])
    api.sql("UPDATE accounts SET plan = 'free' WHERE account_no = %s", api.tenant.account_no)
    api.sql("UPDATE plans SET included_vectors = 1200, vectors_stored = 10000 WHERE plan = 'free'")
    body = {"collection": "things", "filter": {}, "set_metadata": {"n": 1}}
    answer = await api.post("/v1/vectors/update", body)
    assert answer.status_code == 402, answer.text
    assert "1000 vectors are updated" in answer.json()["error"]
    [(charged,)] = api.sql("SELECT sum(vectors) FROM usage_events WHERE plan = 'free'")
    assert charged == 1000
