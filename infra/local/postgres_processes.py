"""Processes of an embedded PostgreSQL, found and signalled from outside."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path


def pid_in(pid_file: Path) -> int | None:
    """The process that a pid file names, None where it names none."""
    try:
        return int(pid_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def is_ready(pid_file: Path, pid: int) -> bool:
    """True when the pid file is that of `pid` and says so: its eighth line, the mark that pg_ctl waits for as well."""
    try:
        lines = pid_file.read_text().splitlines()
        return len(lines) >= 8 and int(lines[0]) == pid and lines[7].strip() == "ready"
    except (OSError, ValueError):
        return False


def signal_all(pids: Sequence[int | None], signal_number: signal.Signals) -> None:
    """Signals those that are still there and ours."""
    for pid in pids:
        if pid is not None:
            try:
                os.kill(pid, signal_number)
            except (ProcessLookupError, PermissionError):
                continue


def postgres_processes(data: Path) -> list[int]:
    """Processes of a server on `data`, the postmaster or its orphans.

    All of them have the data directory as their working directory, and a pid file alone proves nothing: its number may
    be another process by now.
    """
    processes = Path("/proc")
    if (processes / "self" / "cwd").exists():
        found = []
        for entry in processes.iterdir():
            if entry.name.isdigit():
                try:
                    if (entry / "cwd").readlink() == data and (entry / "comm").read_text().strip() == "postgres":
                        found.append(int(entry.name))
                except OSError:
                    continue  # it ended meanwhile, or is another user's
        return found
    pid = pid_in(data / "postmaster.pid")
    if pid is None:
        return []
    command = ["ps", "-o", "args=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return [pid] if str(data) in answer.stdout else []
