"""A running container of the embedder, and Python run inside it: there is no shell."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.container import PODMAN, run_command

TOKEN = "a-token-that-no-log-may-hold"
_READY = "import urllib.request as r; r.urlopen('http://127.0.0.1:8081/ready', timeout=2)"


@dataclass(frozen=True, slots=True)
class Running:
    """The container's name, the podman client that waits for it, and where its output goes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def python(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What the program does inside, as the container's user."""
        inside = [*PODMAN, "exec", self.name, "/opt/embedder/bin/python", "-c", program, *arguments]
        return subprocess.run(inside, capture_output=True, text=True, check=False)

    def wait_until_ready(self) -> None:
        """Until /ready answers 200; fails when the container ends or half a minute has passed."""
        end = time.monotonic() + 30
        while self.python(_READY).returncode:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, f"the container did not become ready: {self.log.read_text()}"
            time.sleep(0.1)


@contextmanager
def running(image: str, model_dir: Path, log: Path, *options: str) -> Iterator[Running]:
    """A container with a token, until the block ends."""
    name = f"embedder-{uuid.uuid4().hex[:12]}"
    command = run_command(image, model_dir, "--name", name, *options)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, "EMBEDDER_TOKEN": TOKEN}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield Running(name, process, log)
    finally:
        subprocess.run([*PODMAN, "rm", "--force", "--ignore", name], check=True, capture_output=True)
        process.wait(20)
