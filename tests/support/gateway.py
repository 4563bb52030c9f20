"""The gateway alone, as a process on sockets, over a database and without an embedder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.database import TestDatabase
from tests.support.product import REPOSITORY, free_port

START_SECONDS = 30.0
STOP_SECONDS = 10.0
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class RunningGateway:
    """A gateway that listens on 127.0.0.1; `log` is what it and its functions wrote."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def connect(self, timeout_s: float = 10.0) -> socket.socket:
        """A connection of TCP."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout_s)


@contextmanager
def running_gateway(
    database: TestDatabase, log: Path, *, module: str = "infra.local.gateway", **environment: str
) -> Iterator[RunningGateway]:
    """A gateway until the block ends, once it listens."""
    gateway = launch(database, log, module=module, **environment)
    try:
        _wait_until_it_listens(gateway)
        yield gateway
    finally:
        gateway.process.terminate()
        try:
            gateway.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            gateway.process.kill()
            gateway.process.wait()


def launch(
    database: TestDatabase, log: Path, *, module: str = "infra.local.gateway", **environment: str
) -> RunningGateway:
    """A gateway that may not have started yet, or may refuse to; the caller ends it."""
    port = free_port()
    others = {name: value for name, value in os.environ.items() if not name.startswith("FLUXVECTOR_")}
    settings = {
        "FLUXVECTOR_PORT": str(port),
        "FLUXVECTOR_DATABASE_URL": database.api_url,
        "FLUXVECTOR_DATABASE_POOL_SIZE": "8",
        "FLUXVECTOR_EMBEDDER_URL": NOWHERE,
        "FLUXVECTOR_MODEL": "none@0",
        "FLUXVECTOR_MODEL_UNRELATED_COSINE": "0.7",
        "FLUXVECTOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FLUXVECTOR_SESSION_KEYS": "test:a key that signs sessions in tests",
        "FLUXVECTOR_PASSWORD_PEPPERS": "test:a pepper of passwords that tests use",
        "FLUXVECTOR_BCRYPT_COST": "4",
        "FLUXVECTOR_PRIVACY_CONTACT": "privacy@fluxvector.test",
        "FLUXVECTOR_EXIT_WITH_PARENT": "1",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=REPOSITORY,
            env={**others, **settings, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return RunningGateway(process, port, log)


def _wait_until_it_listens(gateway: RunningGateway) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and gateway.process.poll() is None:
        try:
            gateway.connect().close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"the gateway did not start:\n{gateway.log.read_text()}")
