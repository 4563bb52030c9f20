"""Real PostgreSQL for tests: one server for the whole run, a clone of a migrated database for each test.

The server is started by the first test that wants it, in whichever worker that is, and belongs to a process of its own
(server.py) that ends with the run, however the run ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from infra.migrations.roles import API, JOBS, OWNER

REPOSITORY = Path(__file__).resolve().parents[2]

TEMPLATE = "template_migrated"
"""All migrations applied, no rows."""
EMPTY_TEMPLATE = "template_empty"
"""As bootstrap.py leaves it: roles, extension and grants, no migration."""

START_SECONDS = 60.0

_keepers: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """A database of one test, and its libpq URLs as the superuser and as the three roles of production."""

    __test__: ClassVar[bool] = False  # pytest takes every class named Test… for a test

    name: str
    admin_url: str
    owner_url: str
    api_url: str
    jobs_url: str


@dataclass(frozen=True, slots=True)
class TestServer:
    """The run's server: libpq URLs to its maintenance database, for each role."""

    __test__: ClassVar[bool] = False

    admin_url: str
    urls: dict[str, str]

    def database(self, name: str) -> TestDatabase:
        def url(base: str) -> str:
            return make_conninfo(base, dbname=name)

        return TestDatabase(name, url(self.admin_url), *(url(self.urls[role]) for role in (OWNER, API, JOBS)))


def make_home() -> Path:
    """A folder for the run's server; in memory where there is room, for a clone is 500 small files (20 ms, not 120)."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30:
        return Path(tempfile.mkdtemp(prefix="fluxvector-tests-", dir=memory))
    return Path(tempfile.mkdtemp(prefix="fluxvector-tests-"))


def hold_home(home: Path) -> Any:
    """Say "this run lives" by a lock; the answer is the open file, and closing it (or dying) ends the server."""
    file = (home / "alive").open("w")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def leave_home(home: Path, alive: Any) -> None:
    """End the server, if there is one, and wait until it has removed `home`."""
    started = (home / "server.json").exists()
    alive.close()
    deadline = time.monotonic() + 15
    while started and home.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    for keeper in _keepers:
        keeper.wait(5)
    _keepers.clear()


def server_of_the_run(home: Path) -> TestServer:
    """The server in `home`, started if no other worker has done so."""
    described = home / "server.json"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not described.exists():
            with (home / "keeper.log").open("wb") as log:
                keeper = subprocess.Popen(
                    [sys.executable, "-m", "tests.support.server", str(home)],
                    cwd=REPOSITORY,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            _keepers.append(keeper)
            deadline = time.monotonic() + START_SECONDS
            while not described.exists():
                if keeper.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the test database did not start:\n{(home / 'keeper.log').read_text()}")
                time.sleep(0.01)
    return TestServer(**json.loads(described.read_text()))


class Clones:
    """Copies of template databases over one administrator's connection, each for one test."""

    def __init__(self, server: TestServer, admin: psycopg.Connection, prefix: str) -> None:
        self._server = server
        self._admin = admin
        self._prefix = prefix
        self._numbers = count(1)
        self._stale: list[sql.Identifier] = []

    @contextmanager
    def of(self, template: str) -> Iterator[TestDatabase]:
        """A copy of `template` for the time of the block."""
        # Dropped two tests late: PostgreSQL sleeps 100 ms when a connection that was just closed is not gone yet.
        if len(self._stale) > 1:
            self._admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(self._stale.pop(0)))
        name = f"{self._prefix}_{next(self._numbers)}"
        database = sql.Identifier(name)
        self._admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(
                database, sql.Identifier(OWNER), sql.Identifier(template)
            )
        )
        try:
            # A template's own grants are not copied.
            self._admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
            self._admin.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(database, *map(sql.Identifier, (API, JOBS)))
            )
            yield self._server.database(name)
        finally:
            self._stale.append(database)
