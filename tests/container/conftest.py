from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Iterator

import pytest

from tests.container.running import Running, running
from tests.support.container import PODMAN
from tests.support.embedder import MODEL_DIR


@pytest.fixture(scope="session")
def image() -> str:
    """The image's name; these tests need podman and run under `make test-image` only, not in `make test`."""
    name = os.environ.get("FLUXVECTOR_TEST_IMAGE", "")
    if not name:
        pytest.skip("needs the container image: `make test-image`")
    return name


@pytest.fixture(scope="session")
def members(image: str) -> dict[str, tarfile.TarInfo]:
    """Every path of the image's file system, without a leading slash."""
    made = subprocess.run([*PODMAN, "create", image], check=True, capture_output=True, text=True).stdout.strip()
    try:
        with subprocess.Popen([*PODMAN, "export", made], stdout=subprocess.PIPE) as export:
            assert export.stdout is not None
            with tarfile.open(fileobj=export.stdout, mode="r|") as archive:
                found = {member.name.rstrip("/"): member for member in archive}
            export.stdout.read()
    finally:
        subprocess.run([*PODMAN, "rm", made], check=True, capture_output=True)
    return found


@pytest.fixture(scope="module")
def embedder(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A container that has become ready, with one processor's time and no network at all."""
    if not MODEL_DIR.exists():
        pytest.skip("needs the default model: `make model`")
    log = tmp_path_factory.mktemp("container") / "log"
    with running(image, MODEL_DIR, log, "--network", "none", "--cpus", "1") as started:
        started.wait_until_ready()
        yield started
