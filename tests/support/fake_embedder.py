"""An embedder that says what a test wants it to, on a real socket, in this process."""

from __future__ import annotations

import asyncio
import json
import ssl
import struct
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from shared.config import Model

MODEL = Model("some-model", "1", 0.7)
TOKENS_A_TEXT = 5

HANG_UP = "hang up"
SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Received:
    """A request; names of headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What POST /embed answers instead of vectors; headers beside those of vectors where the status is 200."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    # The body is sent again and again, without an end.
    is_endless: bool = False


RUN_FAILED = Reply(503, {"Retry-After": "1"}, b'{"error": "failed", "code": "engine_failed"}')
REFUSED = Reply(422, {}, b'{"error": "no", "code": "validation_failed"}')


def busy(retry_after_s: int = 1) -> Reply:
    """The embedder's refusal for lack of room."""
    return Reply(503, {"Retry-After": str(retry_after_s)}, b'{"error": "full", "code": "overloaded"}')


class FakeEmbedder:
    """`script` is what it does with the next requests to /embed, one each; afterwards it does `always`: vectors.

    Where a text of a request holds a key of `poison`, it does what stands there. To it, words are tokens. Each takes
    it `takes_s`. While `gate` is not set, requests to /embed wait. `about` is what it answers to all others instead of
    the truth. `sent_bytes` counts what went out of bodies without an end.
    """

    def __init__(self) -> None:
        self.model, self.revision, self.dimension = MODEL.name, MODEL.revision, 1024
        self.script: deque[Reply | str] = deque()
        self.always: Reply | str = Reply()
        self.poison: dict[str, Reply | str] = {}
        self.takes_s = 0.0
        self.sent_bytes = 0
        self.ready_status = 200
        self.about: Reply | None = None
        self.requests: list[Received] = []
        self.connections = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def embed_requests(self) -> list[Received]:
        return [request for request in self.requests if request.path == "/embed"]

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while True:
                received = await _read(reader)
                self.requests.append(received)
                if received.path == "/embed":
                    await self.gate.wait()
                    does = self.script.popleft() if self.script else self._does(received)
                    await asyncio.sleep(self.takes_s)
                elif received.path == "/tokens":
                    does = self._tokens(received)
                else:
                    does = self._about(received.path)
                if does == HANG_UP:
                    return
                if does == SILENCE:
                    await reader.read()
                    return
                assert isinstance(does, Reply)
                if does.is_endless:
                    await self._send_endlessly(does, writer)
                writer.write(self._written(does, received))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _send_endlessly(self, reply: Reply, writer: asyncio.StreamWriter) -> None:
        head = [f"HTTP/1.1 {reply.status} Told", *(f"{name}: {value}" for name, value in reply.headers.items())]
        writer.write("\r\n".join([*head, "", ""]).encode())
        while True:
            writer.write(reply.body or b"")
            await writer.drain()
            self.sent_bytes += len(reply.body or b"")

    def hang_up(self) -> None:
        """Ends all connections."""
        self.gate.set()
        for writer in list(self._writers):
            writer.transport.abort()

    def _does(self, received: Received) -> Reply | str:
        texts = received.json["inputs"]
        return next((does for key, does in self.poison.items() if any(key in text for text in texts)), self.always)

    def _tokens(self, received: Received) -> Reply:
        counts = [len(text.split()) for text in received.json["inputs"]]
        told = {"tokens": counts, "max_tokens": 512, "model": self.model, "revision": self.revision}
        return Reply(200, {}, json.dumps(told | {"dimension": self.dimension}).encode())

    def _about(self, path: str) -> Reply:
        if path == "/ready":
            return Reply(self.ready_status, {}, b"{}")
        if self.about is not None:
            return self.about
        told = {"name": self.model, "revision": self.revision, "dimension": self.dimension, "max_tokens": 512}
        return Reply(200, {}, json.dumps(told).encode())

    def _written(self, reply: Reply, received: Received) -> bytes:
        body, headers = reply.body, reply.headers
        if reply.status == 200 and received.path == "/embed":
            rows, vectors = vectors_for(received)
            headers = {
                "X-Model": self.model,
                "X-Model-Revision": self.revision,
                "X-Dimension": str(self.dimension),
                "X-Tokens": ",".join([str(TOKENS_A_TEXT)] * rows),
                "X-Truncated": "",
                **headers,
            }
            body = vectors if body is None else body
        head = [f"HTTP/1.1 {reply.status} Told", f"Content-Length: {len(body or b'')}"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*head, "", ""]).encode() + (body or b"")


def vectors_for(received: Received) -> tuple[int, bytes]:
    """Rows of length 1 in the type that was asked for, and how many."""
    rows = len(received.json["inputs"])
    one = struct.pack("<e" if "float16" in received.headers["accept"] else "<f", 1.0)
    return rows, (one + bytes(len(one) * 1023)) * rows


@asynccontextmanager
async def fake_embedder(tls: ssl.SSLContext | None = None) -> AsyncIterator[FakeEmbedder]:
    """A fake embedder on a free port of this machine until the block ends."""
    fake = FakeEmbedder()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0, ssl=tls)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        fake.hang_up()
        await asyncio.sleep(0)
        await server.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, path, headers, body)
