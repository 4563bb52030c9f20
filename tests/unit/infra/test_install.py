from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

INSTALL = Path(__file__).resolve().parents[3] / "infra" / "install.py"
INTERPRETER = f"{sys.version_info[0]}.{sys.version_info[1]} {sys.base_prefix}\n"

# What stands in for pip: it says how far it is, then waits, fails or is done.
WAITS = """
import sys, time
print("Collecting a", flush=True)
print("Installing collected packages: a", flush=True)
try:
    time.sleep(60)
except KeyboardInterrupt:
    sys.exit("ERROR: Operation cancelled by user")
"""
FAILS_TO_DOWNLOAD = "import sys; sys.exit('ERROR: No matching distribution found for a')"
FAILS_TO_UNPACK = "import sys; print('Installing collected packages: a'); sys.exit('ERROR: No space left on device')"

Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts an install into an environment that is made already and has this pip."""

    def start(pip: str) -> subprocess.Popen[str]:
        program = tmp_path / "venv" / "bin" / "python"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!{sys.executable}\n{pip}")
        program.chmod(0o755)
        (tmp_path / "venv" / ".made-with").write_text(INTERPRETER)
        (tmp_path / "lock.txt").write_text("a==1 \\\n    --hash=sha256:00\n")
        command = [sys.executable, "-I", str(INSTALL), str(tmp_path / "venv"), str(tmp_path / "lock.txt")]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)

    return start


def _notes(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "venv").glob(".*"))


@pytest.mark.parametrize("everyone", [True, False])
def test_ctrl_c_is_one_line_and_the_next_run_begins_anew(tmp_path: Path, start: Start, everyone: bool) -> None:
    with start(WAITS) as process:
        assert process.stderr is not None
        while "unpacking" not in process.stderr.readline():
            assert process.poll() is None
        (os.killpg if everyone else os.kill)(process.pid, signal.SIGINT)
        assert process.stderr.read() == "Stopped; run it again to go on.\n"
    assert process.returncode == 130
    # Packages that are there in part are not taken for whole.
    assert _notes(tmp_path) == []


def test_a_failed_download_keeps_the_environment_and_a_failed_unpacking_does_not(tmp_path: Path, start: Start) -> None:
    for pip, reason, kept in (
        (FAILS_TO_DOWNLOAD, "No matching distribution", [".made-with"]),
        (FAILS_TO_UNPACK, "No space left on device", []),
    ):
        said = start(pip).communicate()[1]
        assert reason in said
        assert said.splitlines()[-1].endswith("lock.txt failed; pip's own message is above.")
        assert _notes(tmp_path) == kept


def test_what_is_installed_is_not_installed_again(tmp_path: Path, start: Start) -> None:
    done = start("print('Collecting a')")
    assert "done in" in done.communicate()[1]
    assert done.returncode == 0
    assert _notes(tmp_path) == [".installed-lock", ".made-with"]
    again = start(FAILS_TO_DOWNLOAD)
    assert again.communicate()[1] == ""
    assert again.returncode == 0
