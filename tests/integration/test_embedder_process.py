"""The embedder's process from start to end, on a fake model: how it fails, and what it asks of the system."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys, threading
import msgspec
from embedder import serve
from embedder.config import Settings
from embedder.manifest import FileEntry
from embedder.service import EmbeddingService
from tests.unit.embedder.paced import PacedEngine
from tests.unit.embedder.tiny import FAKE_MANIFEST, FakeTokenizer

class Engine(PacedEngine):
    def run(self, batch):
        letters = {chr(ids[0]) for ids in batch}
        if "H" in letters:
            threading.Event().wait()
        if "M" in letters:
            raise MemoryError
        return super().run(batch)

def load():
    if "unloadable" in sys.argv:
        raise RuntimeError("no such model")
    return FakeTokenizer(), Engine()

def make_service(settings, log):
    limits = {"query": 1000, "passage": 100_000}
    files = {name: FileEntry(sha256="", bytes=0) for name in sys.argv[1:] if name == "weights"}
    manifest = msgspec.structs.replace(FAKE_MANIFEST, files=files)
    return EmbeddingService(manifest, limits, 1, load, log, run_seconds=settings.run_seconds)

serve.make_service = make_service
sys.exit(serve.serve(Settings.from_env()))
"""


@dataclass(frozen=True)
class Process:
    """A running embedder."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    tls: ssl.SSLContext | None = None

    def connect(self) -> http.client.HTTPConnection:
        if self.tls is not None:
            return http.client.HTTPSConnection("localhost", self.port, timeout=10, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
        connection = self.connect()
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def embed(self, *texts: str) -> tuple[int, dict[str, object]]:
        return self.ask("POST", "/embed", {"kind": "query", "inputs": texts})

    def status(self, path: str) -> int:
        try:
            return self.ask("GET", path)[0]
        except (OSError, http.client.HTTPException):
            return 0

    def wait_for(self, path: str, status: int) -> None:
        end = time.monotonic() + 20
        while self.status(path) != status:
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.02)


@contextmanager
def running(tmp_path: Path, *arguments: str, tls: ssl.SSLContext | None = None, **environ: str) -> Iterator[Process]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    log = tmp_path / "log"
    settings = {
        "EMBEDDER_MODEL_DIR": str(tmp_path),
        "EMBEDDER_PORT": str(port),
        "EMBEDDER_DRAIN_SECONDS": "3",
        **environ,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), **settings},
            stdout=output,
            stderr=output,
        )
    try:
        yield Process(process, port, log, tls)
    finally:
        process.kill()
        process.wait()


def test_it_writes_no_core_survives_many_idle_connections_and_idles_cheaply(tmp_path: Path) -> None:
    with running(tmp_path) as embedder, ExitStack() as stack:
        embedder.wait_for("/ready", 200)
        for _ in range(300):  # more than granian would serve by itself
            stack.enter_context(socket.create_connection(("127.0.0.1", embedder.port), timeout=5))
        assert embedder.embed("a")[0] == 200
        process = psutil.Process(embedder.process.pid)
        if sys.platform == "linux":
            assert process.rlimit(psutil.RLIMIT_CORE) == (0, 0)
        before = process.cpu_times()
        time.sleep(2)
        after = process.cpu_times()
        assert (after.user + after.system - before.user - before.system) / 2 < 0.05
        embedder.process.send_signal(signal.SIGTERM)
        assert embedder.process.wait(10) == 0
        assert "threads_left" not in embedder.log.read_text()


def test_a_model_that_cannot_be_loaded_ends_the_process(tmp_path: Path) -> None:
    with running(tmp_path, "unloadable") as embedder:
        embedder.wait_for("/health", 503)
        assert embedder.process.wait(10) == 1
        assert "no such model" in embedder.log.read_text()


def test_writing_into_the_model_in_use_ends_the_process(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"weights")
    with running(tmp_path, "weights") as embedder:
        embedder.wait_for("/ready", 200)
        assert embedder.embed("a")[0] == 200
        with (tmp_path / "weights").open("r+b") as file:
            file.write(b"other")
        assert embedder.process.wait(10) == 1
        assert "The files of the model were written to." in embedder.log.read_text()


def test_out_of_memory_is_503_and_ends_the_process(tmp_path: Path) -> None:
    with running(tmp_path) as embedder:
        embedder.wait_for("/ready", 200)
        status, answer = embedder.embed("M")
        assert (status, answer["code"]) == (503, "engine_failed")
        assert embedder.status("/health") == 503
        assert embedder.process.wait(10) == 1


def test_a_run_that_hangs_is_503_and_ends_the_process(tmp_path: Path) -> None:
    with running(tmp_path, EMBEDDER_RUN_SECONDS="1") as embedder:
        embedder.wait_for("/ready", 200)
        status, answer = embedder.embed("H")
        assert (status, answer["code"]) == (503, "engine_failed")
        assert embedder.process.wait(10) == 70


def test_a_stop_does_not_wait_for_a_run_that_hangs(tmp_path: Path) -> None:
    with running(tmp_path, EMBEDDER_DRAIN_SECONDS="1") as embedder:
        embedder.wait_for("/ready", 200)
        answers: list[int] = []

        def ask() -> None:
            answers.append(embedder.embed("H" * 10, *["a"] * 30)[0])

        caller = threading.Thread(target=ask, daemon=True)
        caller.start()
        time.sleep(0.3)
        embedder.process.send_signal(signal.SIGTERM)
        assert embedder.process.wait(15) == 0
        assert "threads_left" in embedder.log.read_text()
        caller.join(5)
        assert answers == [503]


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes its certificate with the openssl command")
def test_tls(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    environ = {"EMBEDDER_TLS_CERT": str(cert), "EMBEDDER_TLS_KEY": str(key)}
    with running(tmp_path, tls=ssl.create_default_context(cafile=cert), **environ) as embedder:
        embedder.wait_for("/ready", 200)
        assert embedder.embed("a")[0] == 200
        plain = Process(embedder.process, embedder.port, embedder.log)
        assert plain.status("/health") == 0
    with running(tmp_path, EMBEDDER_TLS_CERT=str(cert), EMBEDDER_TLS_KEY=str(cert)) as refused:
        assert refused.process.wait(20) != 0
        assert "no certificate with its key" in refused.log.read_text()
