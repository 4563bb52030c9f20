"""The wire between `shared/embedding.py` and the embedder, against the real process and the default model."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.support.embedder import EMBEDDER_COMMAND, IMAGE, MODEL_DIR, REPOSITORY

TOKEN = "a-token-that-no-log-may-hold"
HEADERS = {"authorization": f"Bearer {TOKEN}"}

pytestmark = pytest.mark.skipif(not MODEL_DIR.exists(), reason="needs the default model: `make model`")


@dataclass(frozen=True)
class Embedder:
    """A running process, its port and where its output goes."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if httpx.get(f"{self.url}/ready").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the embedder did not become ready: {self.log.read_text()}")


def environment(port: int, **more: str) -> dict[str, str]:
    return {**os.environ, "EMBEDDER_MODEL_DIR": str(MODEL_DIR), "EMBEDDER_PORT": str(port), **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(log: Path, **more: str) -> Embedder:
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            EMBEDDER_COMMAND,
            cwd=REPOSITORY,
            env=environment(port, **more),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return Embedder(process, port, log)


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedder]:
    running = start(tmp_path_factory.mktemp("embedder") / "log", EMBEDDER_TOKEN=TOKEN)
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.process.terminate()
        assert running.process.wait(15) == 0
        assert TOKEN not in running.log.read_text()


def embed(embedder: Embedder, kind: str, texts: list[str], accept: str = "application/json") -> httpx.Response:
    body = {"kind": kind, "inputs": texts}
    return httpx.post(f"{embedder.url}/embed", json=body, headers={**HEADERS, "accept": accept}, timeout=30)


def rows(response: httpx.Response) -> np.ndarray[Any, np.dtype[np.float32]]:
    dtype = {"float16": "<f2", "float32": "<f4"}[response.headers["x-dtype"]]
    values = np.frombuffer(response.content, dtype).astype(np.float32)
    return values.reshape(int(response.headers["x-rows"]), int(response.headers["x-dimension"]))


def same(some: np.ndarray[Any, np.dtype[np.float32]], others: np.ndarray[Any, np.dtype[np.float32]]) -> bool:
    """Whether vectors, row by row, are those of the same texts: neighbours and padding change roundings alone."""
    return bool(((some * others).sum(-1) > 0.9999).all())


def test_model_tells_what_the_manifest_says(embedder: Embedder) -> None:
    manifest = json.loads((MODEL_DIR / "manifest.json").read_text())
    names = ("name", "revision", "dimension", "native_dimension", "max_tokens", "unrelated_cosine")
    answer = httpx.get(f"{embedder.url}/model", headers=HEADERS).json()
    assert answer == {**{name: manifest[name] for name in names}, "engine": "onnxruntime"}


def test_json_answer(embedder: Embedder) -> None:
    answer = embed(embedder, "query", ["capital of France", "x " * 600]).json()
    assert set(answer) == {"embeddings", "tokens", "truncated", "dimension", "model", "revision", "cached"}
    assert answer["cached"] is False
    assert answer["tokens"][1] == 512
    assert answer["truncated"] == [False, True]
    assert (answer["dimension"], answer["model"]) == (1024, "multilingual-e5-small")
    for vector in answer["embeddings"]:
        assert len(vector) == 1024
        assert abs(np.linalg.norm(vector) - 1) < 1e-4


@pytest.mark.parametrize(("accept", "bytes_a_value"), [("", 4), ("; dtype=float32", 4), ("; dtype=float16", 2)])
def test_binary_answer_is_the_json_answer(embedder: Embedder, accept: str, bytes_a_value: int) -> None:
    texts = ["capital of France", "x " * 600, "三", "y " * 600]
    plain = embed(embedder, "passage", texts).json()
    binary = embed(embedder, "passage", texts, "application/octet-stream" + accept)
    assert binary.headers["content-type"] == "application/octet-stream"
    assert len(binary.content) == 4 * 1024 * bytes_a_value
    assert binary.headers["x-model"] == plain["model"]
    assert binary.headers["x-model-revision"] == plain["revision"]
    assert [int(count) for count in binary.headers["x-tokens"].split(",")] == plain["tokens"]
    assert binary.headers["x-truncated"] == "1,3"
    np.testing.assert_allclose(rows(binary), plain["embeddings"], atol=1e-7 if bytes_a_value == 4 else 1e-3)


def test_tokens_are_those_of_an_embedding(embedder: Embedder) -> None:
    texts = ["a", "x " * 508, "x " * 509, "x " * 600, "木" * 60, "ﷺ" * 40, "y" * 30_000]
    body = {"kind": "passage", "inputs": texts}
    answer = httpx.post(f"{embedder.url}/tokens", json=body, headers=HEADERS, timeout=30).json()
    assert (answer["model"], answer["dimension"], answer["max_tokens"]) == ("multilingual-e5-small", 1024, 512)
    embedded = embed(embedder, "passage", texts).json()
    counts = answer["tokens"]
    assert [count is None or count > 512 for count in counts] == embedded["truncated"]
    assert [512 if count is None else min(count, 512) for count in counts] == embedded["tokens"]


def test_nothing_truncated_is_an_empty_header(embedder: Embedder) -> None:
    assert embed(embedder, "query", ["a"], "application/octet-stream").headers["x-truncated"] == ""


def test_1024_texts_come_back_in_their_order(embedder: Embedder) -> None:
    texts = [f"number {place}" for place in range(1024)]
    many = rows(embed(embedder, "passage", texts, "application/octet-stream"))
    assert many.shape == (1024, 1024)
    for place in (0, 17, 500, 1023):
        (alone,) = rows(embed(embedder, "passage", [texts[place]], "application/octet-stream"))
        assert same(many[place], alone)


def test_parallel_callers_get_their_own_vectors(embedder: Embedder) -> None:
    texts = [f"text number {place} " + "word " * (place % 30) for place in range(48)]

    def ask(text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        return rows(embed(embedder, "query", [text], "application/octet-stream"))

    with ThreadPoolExecutor(12) as pool:
        together = list(pool.map(ask, texts))
    assert all(same(one, ask(text)) for one, text in zip(together, texts, strict=True))
    assert not same(together[0], together[29])


def test_a_query_asked_again_in_its_scope_is_cached(embedder: Embedder) -> None:
    body = {"kind": "query", "inputs": ["a question for the cache"]}

    def ask(**headers: str) -> httpx.Response:
        accept = {"accept": "application/octet-stream; dtype=float32"}
        return httpx.post(f"{embedder.url}/embed", json=body, headers={**HEADERS, **accept, **headers})

    first, again, other = (ask(**{"x-cache-scope": scope}) for scope in ("tenant-1", "tenant-1", "tenant-2"))
    assert [answer.headers.get("x-cached") for answer in (first, again, other, ask())] == [None, "1", None, None]
    assert again.content == first.content
    assert again.headers["x-tokens"] == first.headers["x-tokens"]
    assert ask(**{"x-cache-scope": "with blank"}).status_code == 422


def test_a_packed_body_is_415(embedder: Embedder) -> None:
    headers = {**HEADERS, "content-encoding": "gzip"}
    answer = httpx.post(f"{embedder.url}/embed", content=gzip.compress(b"{}"), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: nonsense\r\n",
        "X-Long: " + "a" * 1_000_000 + "\r\n",
        "".join(f"X-{number}: a\r\n" for number in range(2000)),
        "no header at all\r\n",
    ],
)
def test_a_head_that_is_no_head_is_4xx_or_a_closed_connection(embedder: Embedder, head: str) -> None:
    with socket.create_connection(("127.0.0.1", embedder.port), timeout=10) as connection:
        request = f"POST /embed HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n{head}\r\n"
        try:
            connection.sendall(request.encode() + b"hello")
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(4096)
        except OSError:  # it has hung up
            answer = b""
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert httpx.get(f"{embedder.url}/health").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (b"{", 400, "invalid_json", None),
        (b'{"kind":"query","inputs":[NaN]}', 400, "invalid_json", None),
        (b'{"kind":"query","inputs":["\\ud800"]}', 400, "invalid_json", None),
        (b'{"kind":"query","inputs":["a",7]}', 422, "validation_failed", "inputs[1]"),
        (b'{"kind":"query","inputs":["a","b","c",""]}', 422, "validation_failed", "inputs[3]"),
        (b'{"kind":"query","inputs":["' + b"a" * 65_537 + b'"]}', 422, "validation_failed", "inputs[0]"),
        (b'{"kind":"query","inputs":[' + b'"a",' * 1024 + b'"a"]}', 422, "validation_failed", "inputs"),
        (b'{"kind":"other","inputs":["a"]}', 422, "validation_failed", "kind"),
    ],
)
def test_bad_bodies(embedder: Embedder, body: bytes, status: int, code: str, field: str | None) -> None:
    headers = {**HEADERS, "content-type": "application/json"}
    answer = httpx.post(f"{embedder.url}/embed", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    if field is not None:
        assert answer.json()["details"][0]["field"] == field


def test_nul_is_accepted(embedder: Embedder) -> None:
    assert embed(embedder, "query", ["a\0b", "\0"]).status_code == 200


def test_a_body_over_64_mib_is_413(embedder: Embedder) -> None:
    # A raw socket, because the answer comes before the body has been sent.
    with socket.create_connection(("127.0.0.1", embedder.port), timeout=10) as connection:
        head = f"POST /embed HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        connection.sendall(f"{head}Content-Length: {64 * 1024 * 1024 + 1}\r\n\r\n".encode())
        assert b" 413 " in connection.recv(4096).split(b"\r\n")[0]


def test_64_kilobytes_without_a_blank_cost_what_512_tokens_cost(embedder: Embedder) -> None:
    def seconds(text: str) -> float:
        started = time.perf_counter()
        assert embed(embedder, "passage", [text]).status_code == 200
        return time.perf_counter() - started

    usual = min(seconds("the " * 600) for _ in range(3))
    assert min(seconds("木" * 21_845) for _ in range(3)) < 2 * usual + 0.05


def test_credentials(embedder: Embedder) -> None:
    for headers in ({}, {"authorization": "Bearer nonsense"}, {"authorization": f"Bearer {TOKEN} "[:-2]}):
        answer = httpx.post(f"{embedder.url}/embed", json={"kind": "query", "inputs": ["a"]}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert httpx.get(f"{embedder.url}/health").status_code == 200


def test_other_paths_and_methods(embedder: Embedder) -> None:
    assert httpx.get(f"{embedder.url}/x", headers=HEADERS).json()["code"] == "not_found"
    assert httpx.get(f"{embedder.url}/embed", headers=HEADERS).json()["code"] == "method_not_allowed"


def test_a_deadline_that_cannot_be_met_is_503_in_time(embedder: Embedder) -> None:
    body = {"kind": "passage", "inputs": ["the " * 600] * 60}
    started = time.perf_counter()
    headers = {**HEADERS, "x-deadline-ms": "200"}
    answer = httpx.post(f"{embedder.url}/embed", json=body, headers=headers)
    # At once, for the rate is known: no work is done for a caller who will be gone.
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert time.perf_counter() - started < 1
    assert int(answer.headers["retry-after"]) >= 1


def test_a_query_is_not_delayed_by_bulk_work(embedder: Embedder) -> None:
    with ThreadPoolExecutor(1) as pool:
        bulk = pool.submit(embed, embedder, "passage", ["the " * 100] * 150)
        time.sleep(0.15)
        started = time.perf_counter()
        assert embed(embedder, "query", ["capital of France"]).status_code == 200
        waited = time.perf_counter() - started
        assert not bulk.done()
        assert waited < 0.5
        assert bulk.result().status_code == 200


async def test_a_caller_who_leaves_frees_the_queue(embedder: Embedder) -> None:
    body = json.dumps({"kind": "passage", "inputs": ["the " * 500] * 100}).encode()
    _, writer = await asyncio.open_connection("127.0.0.1", embedder.port)
    head = f"POST /embed HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    await _waiting_tokens(embedder, lambda tokens: tokens > 10_000)
    writer.close()
    await _waiting_tokens(embedder, lambda tokens: tokens == 0)


async def _waiting_tokens(embedder: Embedder, holds: Any) -> None:
    """Until the gauge of waiting passages is as wished; 2.5 s are much less than the work would take."""
    end = time.monotonic() + 2.5
    async with httpx.AsyncClient(headers=HEADERS) as client:
        while time.monotonic() < end:
            text = (await client.get(f"{embedder.url}/metrics")).text
            line = next(line for line in text.splitlines() if line.startswith('embedder_queue_tokens{kind="passage"}'))
            if holds(float(line.split()[1])):
                return
            await asyncio.sleep(0.02)
    raise AssertionError("the queue did not change")


def test_a_taken_port_is_one_sentence(embedder: Embedder) -> None:
    taken = environment(embedder.port)
    done = subprocess.run(EMBEDDER_COMMAND, env=taken, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"The embedder cannot listen on 127.0.0.1:{embedder.port}: Address already in use.\n"


def test_sigterm_finishes_what_is_under_way(tmp_path: Path) -> None:
    running = start(tmp_path / "log")
    running.wait_until_ready()
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(embed, running, "passage", ["the " * 100] * 100)
        time.sleep(0.3)
        running.process.send_signal(signal.SIGTERM)
        assert work.result().status_code == 200
    assert running.process.wait(15) == 0


@pytest.mark.skipif(bool(IMAGE), reason="a container has no parent to outlive")
def test_it_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    port = free_port()
    program = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-m', 'embedder']); time.sleep(60)"
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env=environment(port, EMBEDDER_EXIT_WITH_PARENT="1"),
        stdout=subprocess.DEVNULL,
    )
    running = Embedder(parent, port, tmp_path / "log")
    running.log.touch()
    running.wait_until_ready()
    parent.kill()
    parent.wait()
    end = time.monotonic() + 5
    while _answers(running):
        assert time.monotonic() < end, "the embedder outlived its parent"
        time.sleep(0.05)


def _answers(embedder: Embedder) -> bool:
    try:
        return httpx.get(f"{embedder.url}/health").status_code == 200
    except httpx.TransportError:
        return False
