from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from tests.bench.client import Answer
from tests.bench.peer.chroma import Chroma
from tests.bench.peer.clients import requests_per_second
from tests.bench.peer.server import Request


class _Accepting(BaseHTTPRequestHandler):
    """Answers every request with 200 and notes it."""

    protocol_version = "HTTP/1.1"
    bodies: ClassVar[list[bytes]] = []

    def _answer(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = _answer

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def accepting() -> Iterator[str]:
    _Accepting.bodies = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Accepting) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_client_sends_its_share(accepting: str) -> None:
    shares = [[Request.of("/", {"client": client, "n": n}) for n in range(5)] for client in range(2)]
    assert requests_per_second(accepting, "token", shares) > 0
    sent = sorted(body for body in _Accepting.bodies if body)
    assert sent == sorted(request.body for share in shares for request in share)


def test_chroma_reads_the_same_filter_as_we_do() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        server = Chroma(1, process)
    server._ids["c"] = "7"
    request = server.query("c", [1.0], 3, {"group": 3})
    assert request.path.endswith("/collections/7/query")
    assert json.loads(request.body) == {"query_embeddings": [[1.0]], "n_results": 3, "where": {"group": 3}}
    assert server.ids(Answer(200, b'{"ids": [["b", "a"]]}', {}, 1.0)) == ["b", "a"]
