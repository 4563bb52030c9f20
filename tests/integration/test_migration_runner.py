from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from infra.migrations import __main__ as command
from infra.migrations.failure import MigrationFailure
from infra.migrations.roles import API, JOBS, OWNER
from infra.migrations.runner import FOLDER, LOCK_KEY, migrate, read_migrations, status
from infra.migrations.schema import HEADER, SCHEMA_FILE, dump
from tests.support.database import TestDatabase

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Makes a folder of migrations from `name="text"`, such as `_0001_one="SELECT 1"`."""

    def make(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name.removeprefix('_')}.sql").write_text(text)
        return tmp_path

    return make


def _tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return {name for (name,) in rows}


def test_all_migrations_make_what_schema_sql_describes(database: TestDatabase, empty_database: TestDatabase) -> None:
    with psycopg.connect(empty_database.owner_url) as connection:
        connection.execute(SCHEMA_FILE.read_bytes())
    from_migrations = dump(database.owner_url)
    assert dump(empty_database.owner_url) == from_migrations
    assert from_migrations.count("PARTITION OF") + from_migrations.count("ATTACH PARTITION") >= 32
    assert SCHEMA_FILE.read_text().startswith(HEADER)


def test_a_change_of_any_kind_shows_in_the_comparison(database: TestDatabase) -> None:
    before = dump(database.owner_url)
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        for change, undo in (
            (
                "ALTER TABLE vectors ALTER metadata SET STORAGE EXTENDED",
                "ALTER TABLE vectors ALTER metadata SET STORAGE MAIN",
            ),
            ("GRANT DELETE ON accounts TO fluxvector_jobs", "REVOKE DELETE ON accounts FROM fluxvector_jobs"),
            ("ALTER TABLE vectors DISABLE ROW LEVEL SECURITY", "ALTER TABLE vectors ENABLE ROW LEVEL SECURITY"),
            ("CREATE INDEX extra ON accounts (plan)", "DROP INDEX extra"),
        ):
            connection.execute(change.encode())
            assert dump(database.owner_url) != before, change
            connection.execute(undo.encode())
            assert dump(database.owner_url) == before, undo


def test_every_migration_is_recorded_once_and_a_second_run_does_nothing(database: TestDatabase) -> None:
    assert migrate(database.owner_url) == 0
    answer = status(database.owner_url)
    assert answer.pending == ()
    assert answer.applied == read_migrations(FOLDER)
    assert len(answer.applied) >= 4


def test_pending_ones_are_applied_in_order(empty_database: TestDatabase, folder: Folder) -> None:
    where = folder(
        _0001_one="CREATE TABLE one (n int)", _0002_two="ALTER TABLE one RENAME TO two; CREATE TABLE three ()"
    )
    assert [one.file_name for one in status(empty_database.owner_url, where).pending] == [
        "0001_one.sql",
        "0002_two.sql",
    ]
    seen: list[str] = []
    assert migrate(empty_database.owner_url, where, on_applied=lambda one: seen.append(one.name)) == 2
    assert seen == ["one", "two"]
    assert _tables(empty_database.owner_url) == {"schema_migrations", "two", "three"}
    (where / "0003_next.sql").write_text("DROP TABLE three")
    assert migrate(empty_database.owner_url, where) == 1


def test_accounts_of_before_keep_their_owner_and_password(empty_database: TestDatabase, tmp_path: Path) -> None:
    """0009 moves the password to the user whose it is, in a database that is in use."""
    for migration in read_migrations(FOLDER)[:8]:
        (tmp_path / migration.file_name).write_text(migration.text)
    migrate(empty_database.owner_url, tmp_path)
    with psycopg.connect(empty_database.owner_url, autocommit=True) as owner:
        owner.execute(
            "WITH a AS (INSERT INTO accounts (account_id, password_hash, confirmed_at) VALUES ('acc_1', '$2b$', now())"
            " RETURNING account_no)"
            " INSERT INTO account_emails SELECT 'a@example.com', 'a@example.com', account_no FROM a"
        )
        owner.execute("INSERT INTO idempotency_keys VALUES (1, 'live', %s, %s, 'r', now(), now())", [b"k" * 32] * 2)
        owner.execute("INSERT INTO collection_tasks (account_no, collection_no, task) VALUES (1, 7, 'terms')")
    migrate(empty_database.owner_url)
    with psycopg.connect(empty_database.owner_url, autocommit=True) as owner:
        read = "SELECT e.email, u.user_id, u.password_hash, u.pepper_id, u.confirmed_at IS NOT NULL, u.role"
        joined = " FROM users u JOIN account_emails e USING (account_no, user_no)"
        assert owner.execute(f"{read}{joined}".encode()).fetchall() == [
            ("a@example.com", "usr_1", "$2b$", "", True, "owner")
        ]
        # A task of a collection that is gone went; nothing else did.
        assert owner.execute("SELECT count(*) FROM collection_tasks").fetchone() == (0,)
        assert owner.execute("SELECT count(*) FROM idempotency_keys").fetchone() == (1,)


def test_status_changes_nothing(empty_database: TestDatabase, folder: Folder) -> None:
    status(empty_database.owner_url, folder(_0001_one="CREATE TABLE one ()"))
    assert _tables(empty_database.owner_url) == set()


def test_a_failing_migration_leaves_no_trace_and_keeps_those_before_it(
    empty_database: TestDatabase, folder: Folder
) -> None:
    where = folder(_0001_one="CREATE TABLE one ()", _0002_two="CREATE TABLE two (); SELECT 1/0; -- 100 %s")
    with pytest.raises(MigrationFailure, match=r"0002_two\.sql failed and was rolled back: division by zero"):
        migrate(empty_database.owner_url, where)
    assert _tables(empty_database.owner_url) == {"schema_migrations", "one"}
    (where / "0002_two.sql").write_text("CREATE TABLE two ()")
    assert migrate(empty_database.owner_url, where) == 1


def test_a_changed_file_is_refused(empty_database: TestDatabase, folder: Folder) -> None:
    where = folder(_0001_one="CREATE TABLE one ()")
    migrate(empty_database.owner_url, where)
    (where / "0001_one.sql").write_text("CREATE TABLE one (n int)")
    with pytest.raises(MigrationFailure, match=r"0001_one\.sql is not the file that was applied"):
        migrate(empty_database.owner_url, where)


def test_a_database_of_newer_code_is_refused(empty_database: TestDatabase, folder: Folder) -> None:
    where = folder(_0001_one="CREATE TABLE one ()", _0002_two="CREATE TABLE two ()")
    migrate(empty_database.owner_url, where)
    (where / "0002_two.sql").unlink()
    with pytest.raises(MigrationFailure, match="at migration 0002 and this code knows 0001"):
        migrate(empty_database.owner_url, where)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"_0001_a": "", "_0003_c": ""}, "Migration 0002 is missing: the next file is 0003_c.sql"),
        ({"_0002_b": ""}, "Migration 0001 is missing"),
        ({"_0001_a": "", "_0001_b": ""}, "Two migrations have the number 0001"),
        ({"_0001_a": "", "_two": ""}, "two.sql is not named like"),
    ],
)
def test_a_folder_with_a_fault_is_refused(folder: Folder, files: dict[str, str], message: str) -> None:
    with pytest.raises(MigrationFailure, match=message):
        read_migrations(folder(**files))


def test_line_ends_of_a_checkout_do_not_change_a_checksum(folder: Folder) -> None:
    where = folder(_0001_a="SELECT 1;\nSELECT 2;\n")
    before = read_migrations(where)[0].sha256
    (where / "0001_a.sql").write_bytes(b"SELECT 1;\r\nSELECT 2;\r\n")
    assert read_migrations(where)[0].sha256 == before


def test_timeouts_hold_and_a_header_line_overrides_them(empty_database: TestDatabase, folder: Folder) -> None:
    shown = "current_setting('lock_timeout') l, current_setting('statement_timeout') s"
    where = folder(
        _0001_default=f"CREATE TABLE one AS SELECT {shown}",
        _0002_own=f"-- statement_timeout: 10min\n-- lock_timeout: 7s\nCREATE TABLE two AS SELECT {shown}",
    )
    migrate(empty_database.owner_url, where)
    with psycopg.connect(empty_database.owner_url) as connection:
        assert connection.execute("SELECT * FROM one").fetchall() == [("4s", "1min")]
        assert connection.execute("SELECT * FROM two").fetchall() == [("7s", "10min")]


def test_a_lock_that_is_not_given_fails_the_migration(empty_database: TestDatabase, folder: Folder) -> None:
    where = folder(_0001_one="CREATE TABLE one (n int)")
    migrate(empty_database.owner_url, where)
    (where / "0002_two.sql").write_text("-- lock_timeout: 50ms\nALTER TABLE one ADD m int")
    with psycopg.connect(empty_database.owner_url) as other:
        other.execute("SELECT * FROM one")
        with pytest.raises(MigrationFailure, match="lock timeout"):
            migrate(empty_database.owner_url, where)


def test_two_runners_take_turns(empty_database: TestDatabase, folder: Folder) -> None:
    where = folder(_0001_one="CREATE TABLE one (); SELECT pg_sleep(0.2)", _0002_two="CREATE TABLE two ()")
    counts: list[int] = []

    def run() -> None:
        counts.append(migrate(empty_database.owner_url, where))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 2]


def test_waiting_for_another_runner_has_an_end(empty_database: TestDatabase, folder: Folder) -> None:
    with psycopg.connect(empty_database.owner_url) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LOCK_KEY,))
        with pytest.raises(MigrationFailure, match="Another migration run"):
            migrate(empty_database.owner_url, folder(), wait_for_other_runner="50ms")


def test_a_superuser_is_refused(empty_database: TestDatabase, folder: Folder) -> None:
    with pytest.raises(MigrationFailure, match="not as a superuser"):
        migrate(empty_database.admin_url, folder(_0001_one="CREATE TABLE one ()"))


def test_functions_and_jobs_cannot_read_or_change_the_record(database: TestDatabase) -> None:
    for url in (database.api_url, database.jobs_url):
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM schema_migrations")


def test_the_three_roles_are_what_the_design_says(database: TestDatabase) -> None:
    for url, role in ((database.owner_url, OWNER), (database.api_url, API), (database.jobs_url, JOBS)):
        with psycopg.connect(url) as connection:
            assert connection.execute(
                "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
                " WHERE rolname = current_user"
            ).fetchone() == (role, False, False, False, False)
            if role != OWNER:
                assert connection.execute("SHOW plan_cache_mode").fetchone() == ("force_custom_plan",)
                assert connection.execute("SHOW statement_timeout").fetchone() != ("0",)
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute("CREATE TABLE public.mine ()")


def test_the_commands_say_what_they_did(
    empty_database: TestDatabase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("FLUXVECTOR_OWNER_DATABASE_URL", raising=False)
    assert command.main(["up"]) == 1
    assert capsys.readouterr().err == "Set FLUXVECTOR_OWNER_DATABASE_URL in the environment.\n"
    monkeypatch.setenv("FLUXVECTOR_OWNER_DATABASE_URL", empty_database.owner_url)
    assert command.main(["status"]) == 0
    assert "pending  0001_" in capsys.readouterr().out
    assert command.main(["up"]) == 0
    assert "applied 0001_" in capsys.readouterr().out
    assert command.main(["up"]) == 0
    assert capsys.readouterr().out == "up to date\n"
