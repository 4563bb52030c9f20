from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.local import children
from infra.local.children import Child
from tests.support.product import alive

Make = Callable[..., Child]

# Says that it is up, and has a child of its own that hears no SIGTERM, like a worker that hangs.
STUBBORN = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
)
# Starts a grandchild that ends with its parent, and says its number.
FAMILY = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c',"
    " 'from infra.local.parent import exit_with_parent; exit_with_parent(); print(1, flush=True);"
    " import time; time.sleep(60)'], stdout=subprocess.PIPE);"
    "child.stdout.readline(); print(child.pid, flush=True); time.sleep(60)"
)


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Make]:
    made: list[Child] = []

    def make(code: str, **environment: str) -> Child:
        log = tmp_path / f"{len(made)}.log"
        command = [sys.executable, "-c", code]
        made.append(Child("child", command, environment=environment, log=log, stop_seconds=0.3))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def _first_line(path: Path) -> str:
    deadline = time.monotonic() + 10
    while not path.exists() or "\n" not in path.read_text():
        assert time.monotonic() < deadline, path.read_text()
        time.sleep(0.01)
    return path.read_text().splitlines()[0]


def test_a_child_gets_its_environment_and_nothing_else(child: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SUPERVISOR", "x")
    one = child("import os; print(sorted(os.environ))", ONLY="this")
    one.start()
    line = _first_line(one.log)
    assert "'ONLY'" in line
    assert "SECRET" not in line


def test_stopping_ends_the_whole_group_by_force_if_need_be(child: Make) -> None:
    one = child(STUBBORN, PATH="/usr/bin:/bin")
    one.start()
    grandchild = int(_first_line(one.log))
    assert one.pid is not None
    everyone = {one.pid, grandchild}
    assert alive(everyone) == everyone
    one.stop()
    assert alive(everyone, within_s=2) == set()


def test_a_death_is_noticed_and_mended_until_it_happens_too_often(child: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "FIRST_BACKOFF_SECONDS", 0.01)
    one = child("raise SystemExit(7)")
    one.start()
    for _ in range(children.MAX_QUICK_DEATHS - 1):
        assert _death(one) == 7
        assert one.schedule_restart()
        while not one.restart_if_due():
            assert one.died() is None
    assert _death(one) == 7
    assert not one.schedule_restart()


def _death(one: Child) -> int:
    deadline = time.monotonic() + 10
    while (status := one.died()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return status


def test_a_grandchild_ends_with_its_parent_however_that_dies() -> None:
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        grandchild = int(parent.stdout.readline())
        assert alive({grandchild}) == {grandchild}
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert alive({grandchild}, within_s=3) == set()


def test_a_grandchild_ends_without_the_kernels_help_too() -> None:
    without_prctl = FAMILY.replace(
        "import exit_with_parent;",
        "import exit_with_parent as e; import infra.local.parent;"
        " infra.local.parent._prctl = None; exit_with_parent = e;",
    )
    with subprocess.Popen([sys.executable, "-c", without_prctl], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        grandchild = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert alive({grandchild}, within_s=3) == set()
