"""One child process of the supervisor: its command, its log, its end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from infra.local.config import REPOSITORY
from infra.local.parent import start_bound

QUICK_DEATH_SECONDS = 30.0
MAX_QUICK_DEATHS = 4
FIRST_BACKOFF_SECONDS = 0.5


class Child:
    """A process that is started again when it dies; `environment` is all that it gets."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        stop_seconds: float = 10.0,
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._environment = dict(environment)
        self._stop_seconds = stop_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._restart_at: float | None = None
        self._quick_deaths = 0

    @property
    def pid(self) -> int | None:
        """The running process, None when there is none."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process; call from the main thread (the kernel ties the child to the thread that forks)."""
        with self.log.open("ab") as log:
            self._process = start_bound(
                self._command,
                cwd=REPOSITORY,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A group of its own: Ctrl-C at the terminal is for the supervisor, which stops children in order, and
                # a child's own children can be killed with it.
                start_new_session=True,
            )
        self._started = time.monotonic()
        self._restart_at = None

    def died(self) -> int | None:
        """The exit status of a process that ended by itself; None while it runs or waits for its restart."""
        if self._process is None:
            return None
        status = self._process.poll()
        if status is not None:
            self._kill_group()
            self._process = None
        return status

    def schedule_restart(self) -> bool:
        """Plan the next start, later after each quick death; False when there were too many of them."""
        now = time.monotonic()
        self._quick_deaths = self._quick_deaths + 1 if now - self._started < QUICK_DEATH_SECONDS else 1
        if self._quick_deaths >= MAX_QUICK_DEATHS:
            return False
        self._restart_at = now + FIRST_BACKOFF_SECONDS * 2 ** (self._quick_deaths - 1)
        return True

    def restart_if_due(self) -> bool:
        """Start again when the planned time has come; True when it was."""
        if self._restart_at is None or time.monotonic() < self._restart_at:
            return False
        self.start()
        return True

    def stop(self) -> None:
        """End the process and its children: SIGTERM, and SIGKILL when its time is over. Returns when it is gone."""
        self._restart_at = None
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self._stop_seconds)
        self._kill_group()
        self._process.wait()
        self._process = None

    def _kill_group(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
