from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from infra.local.failure import StartFailure
from infra.local.postgres import MAX_SOCKET_PATH, SOCKET_NAME, Postgres, tail
from infra.migrations.bootstrap import bootstrap
from infra.migrations.failure import MigrationFailure
from infra.migrations.roles import API, DATABASE, OWNER, Passwords
from tests.support.database import TestDatabase
from tests.support.server import FAST

Make = Callable[..., Postgres]


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder of the test's own. Not pytest's, which shuts out the user that runs the server when we are root."""
    with tempfile.TemporaryDirectory(prefix="fluxvector-test-") as name:
        yield Path(name)


@pytest.fixture
def server_at() -> Iterator[Make]:
    """Makes servers with production's settings and stops them; the same path again is the same server's next run."""
    made: list[Postgres] = []
    password = secrets.token_urlsafe(16)

    def make(where: Path, **settings: str) -> Postgres:
        where.mkdir(parents=True, exist_ok=True)
        made.append(Postgres(where, log=where / "postgres.log", admin_password=password, settings=settings))
        return made[-1]

    yield make
    for server in made:
        server.stop()


def test_everyone_needs_a_password_and_no_port_is_open(home: Path, server_at: Make) -> None:
    server = server_at(home)
    server.start()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url("postgres", "wrong", "postgres"))
    with psycopg.connect(server.admin_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.info.server_version // 10000 == 18
    assert server.socket_folder.stat().st_mode & 0o777 == 0o700
    assert server.data.stat().st_mode & 0o777 == 0o700


def test_what_was_acknowledged_survives_kill_9(home: Path, server_at: Make) -> None:
    server = server_at(home)
    server.start()
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {name}".encode()).fetchone() == ("on",)
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        assert server.process is not None
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
    again = server_at(home)
    again.start()
    with psycopg.connect(again.admin_url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_a_server_left_running_is_ended_and_its_data_kept(home: Path, server_at: Make) -> None:
    former = server_at(home)
    former.start()
    with psycopg.connect(former.admin_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    again = server_at(home)
    again.start()
    assert former.process is not None
    assert former.process.wait(5) == 0
    with psycopg.connect(again.admin_url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_pid_file_that_names_another_process_is_no_obstacle(home: Path, server_at: Make) -> None:
    server = server_at(home, **FAST)
    server.prepare()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (server.data / "postmaster.pid").write_text(f"{stranger.pid}\n{server.data}\n1\n5432\n\n\n0 0\nready\n")
        server.start()
        server.stop()
        assert stranger.poll() is None
        stranger.kill()


def test_a_half_made_data_directory_is_made_again(home: Path, server_at: Make) -> None:
    (home / "postgres.new").mkdir()
    (home / "postgres.new" / "base").touch()
    server_at(home).start()
    assert not (home / "postgres.new").exists()


@pytest.mark.parametrize("name", ["d" * 150, "comma, space and 'quote\""])
def test_any_path_will_do(home: Path, server_at: Make, name: str) -> None:
    server = server_at(home / name, **FAST)
    server.start()
    with psycopg.connect(server.admin_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert len(os.fsencode(server.socket_folder / SOCKET_NAME)) <= MAX_SOCKET_PATH
    server.stop()
    assert server.socket_folder.is_relative_to(home) or not server.socket_folder.exists()


def test_the_server_of_another_version_is_refused(home: Path, server_at: Make) -> None:
    server = server_at(home)
    (home / "postgres").mkdir()
    (home / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(StartFailure, match="was made by PostgreSQL 16, this one is 18"):
        server.start()


def test_a_server_that_cannot_start_says_why(home: Path, server_at: Make) -> None:
    server = server_at(home)
    server.prepare()
    (server.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(StartFailure, match=r"PostgreSQL did not start: .*configuration file.*postgres\.log"):
        server.start()


def _wait_for_recovery(server: Postgres) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(server.admin_url).close()
            return
        time.sleep(0.05)


def test_no_statement_and_no_value_reaches_the_log(home: Path, server_at: Make) -> None:
    server = server_at(home)
    server.start()
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id text PRIMARY KEY)")
        connection.execute("INSERT INTO t VALUES ('canary-1')")
        for statement in (b"INSERT INTO t VALUES ('canary-1')", b"SELECT 'canary-2'::int", b"SELECT canary_3"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement)
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT %s::int", ("canary-4",))
        # A backend that crashes: the server's log would name the statement that ran, in a detail line.
        crash = threading.Timer(0.3, os.kill, (connection.info.backend_pid, signal.SIGKILL))
        crash.start()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 'canary-5', pg_sleep(10)")
        crash.join()
    _wait_for_recovery(server)
    server.stop()
    log = tail(home / "postgres.log", 1 << 20)
    assert "terminated by signal" in log
    assert "canary" not in log


def test_the_bootstrap_can_be_repeated_with_new_passwords(home: Path, server_at: Make) -> None:
    server = server_at(home, **FAST)
    server.start()
    bootstrap(server.admin_url, Passwords("a", "b", "c"))
    bootstrap(server.admin_url, Passwords("d'", "e", "f"))
    with psycopg.connect(server.url(OWNER, "d'", DATABASE)) as connection:
        row = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datlocale FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        assert row == ("UTF8", "C.UTF-8")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url(API, "b", DATABASE))
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute("ALTER ROLE fluxvector_api BYPASSRLS")
    with pytest.raises(MigrationFailure, match="fluxvector_api must be able to sign in and must not"):
        bootstrap(server.admin_url, Passwords("a", "b", "c"))


def test_an_administrator_who_is_no_superuser_can_bootstrap(home: Path, server_at: Make) -> None:
    server = server_at(home, **FAST)
    server.start()
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE admin LOGIN CREATEROLE CREATEDB PASSWORD 'x'")
    admin_url, passwords = server.url("admin", "x", "postgres"), Passwords("a", "b", "c")
    # The wheel's pgvector is not marked as trusted; a managed server lets its administrators create it.
    with pytest.raises(MigrationFailure, match="CREATE EXTENSION vector in the database fluxvector"):
        bootstrap(admin_url, passwords)
    with psycopg.connect(server.admin_url, dbname=DATABASE) as connection:
        connection.execute("CREATE EXTENSION vector")
    for _ in range(2):
        bootstrap(admin_url, passwords)
    with psycopg.connect(server.url(OWNER, "a", DATABASE), autocommit=True) as connection:
        connection.execute("CREATE TABLE mine (v halfvec(3))")


def test_outsiders_may_not_enter_the_database(database: TestDatabase) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        assert connection.execute(
            "SELECT has_database_privilege('pg_monitor', current_database(), 'CONNECT'),"
            " has_schema_privilege('pg_monitor', 'public', 'USAGE')"
        ).fetchone() == (False, False)


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """A file system of 60 MB; skips where mounting one is not permitted."""
    disk = home / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(disk)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting a small disk is not permitted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def _fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    assert shutil.disk_usage(disk).free == 0


def test_a_disk_that_fills_up_meanwhile_is_one_sentence(small_disk: Path, server_at: Make) -> None:
    full = r"^The disk that holds .* is full: free some space and start again\.$"
    server = server_at(small_disk / "server")
    _fill(small_disk)
    with pytest.raises(StartFailure, match=full):
        server.start()
    (small_disk / "filler").unlink()
    server.prepare()  # nothing half made was left
    _fill(small_disk)
    with pytest.raises(StartFailure, match=full):
        server.start()
