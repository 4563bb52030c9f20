from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.api import NOWHERE, Api, serve_in_process
from tests.support.database import TestDatabase
from tests.support.embedder import RunningEmbedder, running_embedder


@pytest.fixture(scope="session")
def embedder_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmbedder]:
    """This worker's embedder; only tests that embed start it."""
    with running_embedder(tmp_path_factory.mktemp("embedder") / "log") as running:
        yield running


@pytest.fixture
async def api(
    database: TestDatabase, embedder_process: RunningEmbedder, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Api]:
    """The API on an empty database, with a tenant."""
    async with serve_in_process(database, embedder_process.url, embedder_process.token, monkeypatch) as served:
        yield served


@pytest.fixture
async def api_without_embedder(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The same while the embedder is down."""
    async with serve_in_process(database, NOWHERE, "", monkeypatch) as served:
        yield served
