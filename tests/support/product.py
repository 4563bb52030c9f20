"""The started product, as `make run` starts it, in a data directory of its own."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL_DIR = REPOSITORY / ".local" / "models" / "multilingual-e5-small"

START_SECONDS = 60.0
STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """What credentials.json holds."""

    base_url: str
    api_key: str
    email: str
    password: str
    database_url: str


class Product:
    """One run of `python -m infra.local`; `output` is what it wrote so far."""

    def __init__(self, data_dir: Path, *, port: int | None = None, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        existing = next(folder for folder in data_dir.parents if folder.is_dir())
        self._output = existing / f"{data_dir.name}.{self.port}.output"
        self.began = time.monotonic()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FLUXVECTOR_")}
        environment |= {"FLUXVECTOR_DATA_DIR": str(data_dir), "FLUXVECTOR_PORT": str(self.port), **settings}
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "infra.local"],
                cwd=REPOSITORY,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    @property
    def credentials(self) -> Credentials:
        return Credentials(**json.loads((self.data_dir / "credentials.json").read_text()))

    def wait_until_ready(self) -> float:
        """Seconds from the start to the line that says how to stop."""
        while "Ctrl-C stops everything." not in self.output:
            assert self.process.poll() is None, f"it ended:\n{self.output}"
            assert time.monotonic() - self.began < START_SECONDS, f"it is not ready:\n{self.output}"
            time.sleep(0.02)
        return time.monotonic() - self.began

    def wait(self) -> int:
        """The exit status, once it has ended."""
        return self.process.wait(STOP_SECONDS)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and answer the exit status."""
        self.process.send_signal(number)
        return self.wait()

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """Status and decoded body of one request with the demo account's key."""
        return call(self.credentials, method, path, body)

    def processes(self) -> set[int]:
        """The supervisor and everything below it."""
        return {self.process.pid} | descendants(self.process.pid)


@contextmanager
def started(data_dir: Path, **settings: Any) -> Iterator[Product]:
    """A run that is ready; stopped at the end of the block, by force if need be, if it still runs."""
    product = Product(data_dir, **settings)
    try:
        product.wait_until_ready()
        yield product
    finally:
        end(product)


def end(product: Product) -> None:
    """Stop the run if it still runs."""
    if product.process.poll() is None:
        try:
            product.stop()
        except subprocess.TimeoutExpired:
            product.process.kill()
            product.process.wait()


@contextmanager
def home() -> Iterator[Path]:
    """A folder for data directories. Not pytest's, which shuts out the user that runs PostgreSQL when we are root."""
    path = Path(tempfile.mkdtemp(prefix="fluxvector-e2e-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def call(credentials: Credentials, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
    """Status and decoded body of one request."""
    host = credentials.base_url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        headers = {"Authorization": f"Bearer {credentials.api_key}", "Content-Type": "application/json"}
        connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def process_table() -> dict[int, int]:
    """Parent of every process that lives (a zombie does not)."""
    living = (process.info for process in psutil.process_iter(["pid", "ppid", "status"]))
    return {info["pid"]: info["ppid"] for info in living if info["status"] != psutil.STATUS_ZOMBIE}


def descendants(pid: int) -> set[int]:
    """The living processes below `pid`."""
    parents = process_table()
    found: set[int] = set()
    level = {pid}
    while level:
        level = {child for child, parent in parents.items() if parent in level} - found
        found |= level
    return found


def alive(pids: set[int], within_s: float = 0.0) -> set[int]:
    """Those of `pids` that live once `within_s` seconds have passed, or earlier when none does."""
    deadline = time.monotonic() + within_s
    while (left := pids & process_table().keys()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def command_lines(pids: set[int]) -> str:
    """What other users of the machine may see of the processes."""
    running = psutil.process_iter(["pid", "cmdline"])
    return "\n".join(" ".join(process.info["cmdline"] or ()) for process in running if process.info["pid"] in pids)
