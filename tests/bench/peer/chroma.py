"""The Chroma server: `chroma run` with a persistent directory, by its HTTP API v2, at its own defaults but cosine."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.bench import machine
from tests.bench.client import Answer, Client
from tests.bench.peer.server import Filter, Request
from tests.support.product import REPOSITORY, free_port

PROGRAM = REPOSITORY / ".venv-peer" / "bin" / "chroma"
START_S, STOP_S = 60.0, 20.0
_DATABASE = "/api/v2/tenants/default_tenant/databases/default_database/collections"


class Chroma:
    """A Chroma server that answers. It has no authentication, so the token means nothing to it."""

    name = "Chroma"
    token = "none"  # it reads none

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.base_url = f"http://127.0.0.1:{port}"
        self._process = process
        self._ids: dict[str, str] = {}

    def create(self, client: Client, collection: str, dimension: int) -> None:
        """A new, empty collection for cosine. The first rows give it its dimension."""
        made = client.post(_DATABASE, {"name": collection, "configuration": {"hnsw": {"space": "cosine"}}}).json()
        self._ids[collection] = made["id"]

    def add(self, collection: str, ids: Sequence[str], values: list[list[float]], metadata: list[Any]) -> Request:
        """The request that adds rows."""
        return Request.of(self._path(collection, "add"), {"ids": ids, "embeddings": values, "metadatas": metadata})

    def query(self, collection: str, vector: list[float], top_k: int, only: Filter | None = None) -> Request:
        """The request for the nearest rows."""
        content: dict[str, Any] = {"query_embeddings": [vector], "n_results": top_k}
        return Request.of(self._path(collection, "query"), content | ({"where": only} if only else {}))

    def ids(self, answer: Answer) -> list[str]:
        """The ids that a query found, nearest first."""
        found: list[str] = answer.json()["ids"][0]
        return found

    def index_state(self, client: Client, collection: str) -> str:
        """It indexes while it adds, and what is left of that at the next query."""
        return "ready"

    def cpu_seconds(self) -> float:
        """Of its one process."""
        return machine.cpu_seconds(self._process.pid)

    def megabytes(self) -> dict[str, float]:
        """Of its one process."""
        return {self.name: psutil.Process(self._process.pid).memory_full_info().pss / 2**20}

    def _path(self, collection: str, action: str) -> str:
        return f"{_DATABASE}/{self._ids[collection]}/{action}"


@contextmanager
def started(folder: Path, program: Path = PROGRAM) -> Iterator[Chroma]:
    """A server of its own that keeps its data below `folder`, without telemetry; stopped at the end of the block."""
    port = free_port()
    folder.mkdir(parents=True)
    output = folder / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [program, "run", "--path", folder / "data", "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env=os.environ | {"ANONYMIZED_TELEMETRY": "False"},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        server = Chroma(port, process)
        _wait_until_ready(server, process, output)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(server: Chroma, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        assert process.poll() is None, f"it ended:\n{output.read_text()}"
        try:
            with Client(server.base_url, server.token) as client:
                if client.call("GET", "/api/v2/heartbeat").status == 200:
                    return
        except OSError:
            assert time.monotonic() < deadline, f"it is not ready:\n{output.read_text()}"
        time.sleep(0.1)
