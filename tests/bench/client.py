"""A light client: the standard library's http.client on one connection that stays open.

It parses headers in Python, which is most of what an empty `GET /health` costs by it; the benches state that floor.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, and the milliseconds from the first byte sent to the last one read; header names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    ms: float

    @property
    def request_id(self) -> str:
        """By which the gateway's log knows the request."""
        return self.headers["x-request-id"]

    def json(self) -> Any:
        """The decoded body. Raises AssertionError unless the status is 200 or 201."""
        assert self.status in (200, 201), (self.status, self.body[:500])
        return json.loads(self.body)


class Client:
    """One keep-alive connection with a bearer token. Not for several threads at once."""

    def __init__(self, base_url: str, token: str, **headers: str) -> None:
        address = urlsplit(base_url)
        assert address.hostname is not None
        self._connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def call(self, method: str, path: str, body: bytes | Mapping[str, Any] | None = None) -> Answer:
        """Sends a request; encoding a mapping as JSON is not part of its time."""
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        started = time.perf_counter()
        self._connection.request(method, path, content, self._headers)
        response = self._connection.getresponse()
        data = response.read()
        ms = (time.perf_counter() - started) * 1000
        return Answer(response.status, data, {name.lower(): value for name, value in response.getheaders()}, ms)

    def post(self, path: str, body: bytes | Mapping[str, Any]) -> Answer:
        """A POST that must succeed."""
        answer = self.call("POST", path, body)
        assert answer.status in (200, 201), (answer.status, answer.body[:500])
        return answer

    def create_collection(self, name: str, **settings: object) -> None:
        """A new collection."""
        self.post("/v1/collections", {"name": name, **settings})
