"""What the embedder's image holds and says of itself: what serves, and nothing that an intruder could use."""

from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.support.container import PODMAN
from tests.support.embedder import REPOSITORY

EMBEDDER = REPOSITORY / "embedder"
PROGRAMS = {"bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "opt/embedder/bin"}


@pytest.fixture(scope="module")
def inspected(image: str) -> Any:
    shown = subprocess.run([*PODMAN, "image", "inspect", image], check=True, capture_output=True, text=True).stdout
    return json.loads(shown)[0]


def test_python_is_the_only_program(members: dict[str, tarfile.TarInfo]) -> None:
    # No shell, no package manager, no pip, no compiler.
    programs = {path for path in members if str(PurePosixPath(path).parent) in PROGRAMS}
    assert {PurePosixPath(path).name for path in programs} == {"python", "python3", "python3.13"}


def test_nothing_installs_packages(members: dict[str, tarfile.TarInfo]) -> None:
    folders = {PurePosixPath(path).name for path, member in members.items() if member.isdir()}
    assert not {"pip", "ensurepip", "setuptools", "apt"} & folders


def test_nothing_reports_to_its_maker(members: dict[str, tarfile.TarInfo], inspected: Any) -> None:
    # OpenVINO's package of usage events is left out, since it works without; ONNX Runtime has a switch for its own.
    assert not [path for path in members if path.endswith("/site-packages/openvino_telemetry")]
    assert "ORT_DISABLE_TELEMETRY=1" in inspected["Config"]["Env"]


def test_nothing_is_setuid_or_the_users_own(members: dict[str, tarfile.TarInfo]) -> None:
    files = [member for member in members.values() if member.isfile()]
    assert len(files) > 1000
    assert not [member.name for member in files if member.mode & 0o6000 or member.mode & 0o002]
    assert {(member.uid, member.gid) for member in files} == {(0, 0)}


def test_it_holds_what_serves_and_not_what_builds(members: dict[str, tarfile.TarInfo]) -> None:
    held = {path for path in members if path.startswith("srv/") and path.endswith(".py")}
    serving = {*EMBEDDER.glob("*.py"), *EMBEDDER.glob("engines/*.py")}
    assert held == {f"srv/{path.relative_to(REPOSITORY)}" for path in serving} | {"srv/health.py"}


def test_bytecode_is_there_since_none_can_be_written(members: dict[str, tarfile.TarInfo]) -> None:
    assert "srv/embedder/__pycache__/app.cpython-313.pyc" in members
    assert "usr/lib/python3.13/asyncio/__pycache__/events.cpython-313.pyc" in members


def test_nothing_of_the_machine_that_built_it_is_left(members: dict[str, tarfile.TarInfo], inspected: Any) -> None:
    assert not {"etc/pip.conf", "root/.config", "root/.cache", "etc/apt", "etc/ssl/certs"} & set(members)
    names = {variable.partition("=")[0] for variable in inspected["Config"]["Env"]}
    ours = {"EMBEDDER_MODEL_DIR", "EMBEDDER_HOST", "EMBEDDER_PORT", "GLIBC_TUNABLES", "ORT_DISABLE_TELEMETRY"}
    assert names == ours | {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def test_it_says_how_it_is_run(inspected: Any) -> None:
    config = inspected["Config"]
    assert (config["User"], config["StopSignal"]) == ("10001:10001", "SIGTERM")
    assert config["Entrypoint"] == ["/opt/embedder/bin/python", "-m", "embedder"]
    assert inspected["Healthcheck"]["Test"][-1] == "/srv/health.py"


def test_licences_and_versions_of_debians_packages_stay(members: dict[str, tarfile.TarInfo]) -> None:
    packages = {path.rpartition("/")[2] for path in members if path.startswith("var/lib/dpkg/status.d/")}
    assert "libc6" in packages
    for package in packages:
        # A package may share its folder with the one it is built with, by a link.
        folder = members[f"usr/share/doc/{package}"]
        target = PurePosixPath(folder.linkname).name if folder.issym() else package
        assert f"usr/share/doc/{target}/copyright" in members


def test_size(members: dict[str, tarfile.TarInfo]) -> None:
    has_openvino = any(path.endswith("/site-packages/openvino") for path in members)
    assert sum(member.size for member in members.values()) < (520e6 if has_openvino else 320e6)
