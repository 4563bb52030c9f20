"""A real embedder process for tests, one for each pytest worker.

With FLUXVECTOR_TEST_IMAGE in the environment it is a container of that image, on the host's network: the same tests say
the same of it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.container import run_command

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL_DIR = REPOSITORY / ".local" / "models" / "multilingual-e5-small"
START_SECONDS = 60.0

IMAGE = os.environ.get("FLUXVECTOR_TEST_IMAGE", "")
_LOOPBACK = ("--env", "EMBEDDER_HOST=127.0.0.1")  # the embedder's default, which the image changes
EMBEDDER_COMMAND = run_command(IMAGE, MODEL_DIR, *_LOOPBACK) if IMAGE else [sys.executable, "-m", "embedder"]
"""Starts an embedder with the settings of its environment; a signal to it, and its exit status, are the embedder's."""


@dataclass(frozen=True, slots=True)
class RunningEmbedder:
    """Where it answers, and the token that it wants."""

    url: str
    token: str


@contextmanager
def running_embedder(log: Path, *, query_cache_bytes: int = 0) -> Iterator[RunningEmbedder]:
    """`python -m embedder` on a free port until the block ends.

    It keeps no queries unless it is told to: tests that share it have accounts of the same number.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "EMBEDDER_MODEL_DIR": str(MODEL_DIR),
        "EMBEDDER_PORT": str(port),
        "EMBEDDER_TOKEN": "token-of-the-tests-0123456789abcdef",
        "EMBEDDER_EXIT_WITH_PARENT": "1",
        "EMBEDDER_QUERY_CACHE_BYTES": str(query_cache_bytes),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(EMBEDDER_COMMAND, cwd=REPOSITORY, env=environment, stdout=output, stderr=output)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(url, process, log)
        yield RunningEmbedder(url, environment["EMBEDDER_TOKEN"])
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/ready", timeout=1):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError(f"the embedder did not start:\n{log.read_text()}")
