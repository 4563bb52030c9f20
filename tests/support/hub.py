"""A model hub on this machine, over real sockets, that can be told to misbehave."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Turn:
    """How one request is answered; what is not named is as a good server does it."""

    status: int = 0
    stop_after: int | None = None  # bytes of the body, then the connection is cut
    content: bytes | None = None  # instead of the file's
    length: int | None = None  # the Content-Length that is claimed
    knows_ranges: bool = True
    content_range: str = ""
    location: str = ""
    retry_after: str = ""


@dataclass
class Hub:
    """Files by path. `turns` are used up first, one a request; then all is well."""

    files: dict[str, bytes] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def ranges(self) -> list[str]:
        """The Range header of each request that was made, or ""."""
        return [headers.get("range", "") for _, headers in self.requests]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """A client that hangs up is part of the tests."""


@contextmanager
def hub() -> Iterator[Hub]:
    """A hub that listens on a port of its own until the block ends."""
    served = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            served.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            turn = served.turns.pop(0) if served.turns else Turn()
            if turn.status:
                self._bare(turn)
                return
            path = re.sub(r"^http://[^/]+", "", self.path)  # a proxy is asked for a whole address
            content = turn.content if turn.content is not None else served.files.get(path)
            if content is None:
                self._bare(Turn(status=404))
                return
            self._file(turn, content)

        def _bare(self, turn: Turn) -> None:
            self.send_response(turn.status)
            if turn.location:
                self.send_header("Location", turn.location)
            if turn.retry_after:
                self.send_header("Retry-After", turn.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _file(self, turn: Turn, content: bytes) -> None:
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            first = int(asked[1]) if asked and turn.knows_ranges else 0
            if first >= len(content):
                self._bare(Turn(status=416))
                return
            self.send_response(206 if asked and turn.knows_ranges else 200)
            if asked and turn.knows_ranges:
                found = turn.content_range or f"bytes {first}-{len(content) - 1}/{len(content)}"
                self.send_header("Content-Range", found)
            body = content[first:]
            self.send_header("Content-Length", str(len(body) if turn.length is None else turn.length))
            self.end_headers()
            self.wfile.write(body[: turn.stop_after])
            if turn.stop_after is not None or turn.length is not None:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = _Server(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
