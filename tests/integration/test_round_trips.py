"""A warm request makes three round trips to the database at the most, a write with texts four."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import Api, serve_in_process
from tests.support.database import TestDatabase
from tests.support.embedder import RunningEmbedder
from tests.support.proxy import RoundTrips, counted

TEXTS = [{"id": f"t{number}", "text": f"Text number {number}."} for number in range(5)]
VALUES = [{"id": f"v{number}", "values": [1.0] * 1024} for number in range(5)]


@pytest.fixture
async def counting(
    database: TestDatabase, embedder_process: RunningEmbedder, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Api, RoundTrips]]:
    """The API with a proxy before its database."""
    with tempfile.TemporaryDirectory(prefix="fv-") as folder:  # short: a socket's path has 107 bytes
        async with counted(database.api_url, Path(folder)) as trips:
            running = embedder_process
            async with serve_in_process(
                database, running.url, running.token, monkeypatch, FLUXVECTOR_DATABASE_URL=trips.url
            ) as api:
                await api.collection()
                await api.upsert(TEXTS)
                yield api, trips


@pytest.mark.parametrize(
    ("path", "body", "most"),
    [
        ("/v1/search", {"collection": "things", "text": "a text"}, 2),
        ("/v1/vectors/query", {"collection": "things", "vector": [1.0] * 1024}, 2),
        ("/v1/vectors/query", {"collection": "things", "id": "t1"}, 3),
        ("/v1/vectors/upsert", {"collection": "things", "vectors": VALUES}, 2),
        # Which of a request's batches is the last to be stored shows only afterwards: its ticket ends by itself.
        ("/v1/vectors/upsert", {"collection": "things", "vectors": [{"id": "new", "text": "A new text."}]}, 4),
        ("/v1/vectors/fetch", {"collection": "things", "ids": ["t1"]}, 2),
        ("/v1/vectors/delete", {"collection": "things", "ids": ["t1"]}, 2),
        ("/v1/embed", {"text": "a text"}, 2),
        ("/v1/collections", {"name": "things"}, 2),
    ],
)
async def test_a_warm_request_is_a_few_round_trips(
    counting: tuple[Api, RoundTrips], path: str, body: dict[str, Any], most: int
) -> None:
    api, trips = counting
    before = trips.count
    answer = await api.post(path, body)
    assert answer.status_code == 200, answer.text
    assert 1 <= trips.count - before <= most


async def test_a_mistyped_key_costs_no_statement(counting: tuple[Api, RoundTrips]) -> None:
    api, trips = counting
    before = trips.count
    answer = await api.post("/v1/search", {"collection": "things", "text": "x"}, key=api.tenant.key[:-1] + "_")
    assert answer.status_code == 401
    assert trips.count == before
