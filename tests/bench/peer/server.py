"""What is compared: a vector database behind HTTP, and the requests that mean the same to each."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from tests.bench.client import Answer, Client

Filter = dict[str, Any]
"""`{"field": value}`, `{"field": {"$gte": 1}}`, `{"$and": […]}`: both servers read the same."""

INDEXED_WITHIN_S = 3_600.0
SETTLED_S = 15.0
"""A worker that builds indexes has noticed a collection by then."""


@dataclass(frozen=True, slots=True)
class Request:
    """A POST: its path and its JSON."""

    path: str
    body: bytes

    @classmethod
    def of(cls, path: str, content: object) -> Request:
        """Floats are written as Python writes them: up to 17 digits for a float32."""
        return cls(path, msgspec.json.encode(content))


class Server(Protocol):
    """One of the compared. `token` goes into the Authorization header, whether the server reads it or not."""

    name: str
    base_url: str
    token: str

    def create(self, client: Client, collection: str, dimension: int) -> None:
        """A new, empty collection for cosine."""

    def add(self, collection: str, ids: Sequence[str], values: list[list[float]], metadata: list[Any]) -> Request:
        """The request that adds rows."""

    def query(self, collection: str, vector: list[float], top_k: int, only: Filter | None = None) -> Request:
        """The request for the nearest rows with their metadata and texts, which both answer by default."""

    def ids(self, answer: Answer) -> list[str]:
        """The ids that a query found, nearest first."""

    def index_state(self, client: Client, collection: str) -> str:
        """Whether what was added is in the index ("ready"), on its way ("building"), or searched without ("exact")."""

    def cpu_seconds(self) -> float:
        """Processor time so far of the processes that serve."""

    def megabytes(self) -> dict[str, float]:
        """Proportional set sizes of the processes that serve, by what they are."""


def connect(server: Server) -> Client:
    """A new connection that stays open."""
    return Client(server.base_url, server.token)


def send(client: Client, request: Request) -> Answer:
    """The request, which must succeed."""
    return client.post(request.path, request.body)


def wait_until_indexed(server: Server, client: Client, collection: str) -> float:
    """Seconds until everything is in the index, or until it is plain that the collection is searched without one."""
    started = since_exact = time.monotonic()
    while (state := server.index_state(client, collection)) != "ready":
        now = time.monotonic()
        if state == "exact" and now - since_exact > SETTLED_S:
            return 0.0
        if state != "exact":
            since_exact = now
        if now - started > INDEXED_WITHIN_S:
            raise TimeoutError(f"{server.name}: {collection} is not indexed after {INDEXED_WITHIN_S:.0f} s")
        time.sleep(0.25)
    return time.monotonic() - started


def is_built(client: Client, request: Request) -> bool:
    """Whether the server answers such a request at all: not with 501."""
    answer = client.call("POST", request.path, request.body)
    assert answer.status in (200, 501), (answer.status, json.loads(answer.body))
    return answer.status != 501
