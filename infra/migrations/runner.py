"""Applies infra/migrations/sql/NNNN_name.sql in order, forward only (infra/decisions/0002-migrations.md).

Each file runs in one transaction with the row that records it, so a database stands before a migration or after it.
What cannot run in a transaction (CREATE INDEX CONCURRENTLY) is not a migration: the index worker does that.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from infra.migrations.failure import MigrationFailure

FOLDER = Path(__file__).parent / "sql"

LOCK_KEY = 0x666C757876656374  # "fluxvect" in ASCII: one number, held by one runner a database at a time
WAIT_FOR_OTHER_RUNNER = "2min"

LOCK_TIMEOUT = "4s"
"""A migration that waits for a lock makes every later statement wait behind it: better that the migration fails."""
STATEMENT_TIMEOUT = "60s"

_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_HEADER = re.compile(r"^-- (lock_timeout|statement_timeout): *(\d+ *(?:ms|s|min|h)) *$", re.MULTILINE)

_CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS public.schema_migrations (
    version    integer PRIMARY KEY,
    name       text NOT NULL,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number and name, its text, and the timeouts it runs under (PostgreSQL intervals)."""

    version: int
    name: str
    text: str
    lock_timeout: str = LOCK_TIMEOUT
    statement_timeout: str = STATEMENT_TIMEOUT

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the text in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def file_name(self) -> str:
        return f"{self.version:04}_{self.name}.sql"


@dataclass(frozen=True, slots=True)
class Status:
    """What is applied and what is not, both in order."""

    applied: tuple[Migration, ...]
    pending: tuple[Migration, ...]


def read_migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """The migrations of `folder`, numbered 1, 2, 3 … without a gap or a double. Raises MigrationFailure otherwise.

    A comment line `-- statement_timeout: 10min` or `-- lock_timeout: 10s` anywhere in a file overrides the default.
    """
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            raise MigrationFailure(f"{path.name} is not named like 0001_what_it_does.sql.")
        # Universal newlines: a checkout with other line ends is the same migration.
        text = path.read_text(encoding="utf-8")
        headers = dict(_HEADER.findall(text))
        found.append(
            Migration(
                version=int(match[1]),
                name=match[2],
                text=text,
                lock_timeout=headers.get("lock_timeout", LOCK_TIMEOUT),
                statement_timeout=headers.get("statement_timeout", STATEMENT_TIMEOUT),
            )
        )
    for expected, migration in enumerate(found, start=1):
        if migration.version == expected - 1:
            raise MigrationFailure(f"Two migrations have the number {migration.version:04}: renumber the newer one.")
        if migration.version != expected:
            raise MigrationFailure(f"Migration {expected:04} is missing: the next file is {migration.file_name}.")
    return tuple(found)


def migrate(
    owner_url: str,
    folder: Path = FOLDER,
    *,
    on_applied: Callable[[Migration], None] = lambda migration: None,
    wait_for_other_runner: str = WAIT_FOR_OTHER_RUNNER,
) -> int:
    """Apply what is pending and return how many migrations that were; each one is committed before the next begins.

    `owner_url` connects as the owner of the database, directly: the advisory lock belongs to a session, which a
    transaction pooler would not keep. Raises MigrationFailure with one sentence.
    """
    migrations = read_migrations(folder)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        _refuse_superuser(connection)
        _take_turn(connection, wait_for_other_runner)
        connection.execute(_CREATE_TABLE)
        pending = _compare(migrations, _recorded(connection)).pending
        for migration in pending:
            _apply(connection, migration)
            on_applied(migration)
        return len(pending)


def status(owner_url: str, folder: Path = FOLDER) -> Status:
    """Which migrations are applied and which are pending; changes nothing. Raises MigrationFailure like `migrate`."""
    migrations = read_migrations(folder)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        known = connection.execute("SELECT to_regclass('public.schema_migrations') IS NOT NULL").fetchone() == (True,)
        return _compare(migrations, _recorded(connection) if known else {})


def _refuse_superuser(connection: psycopg.Connection) -> None:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if row == (True,):
        raise MigrationFailure(
            "Migrations run as the database's owner and not as a superuser: the owner could not alter what they make."
        )


def _take_turn(connection: psycopg.Connection, wait: str) -> None:
    """Hold the session's advisory lock; the connection's end releases it, a crash of this process included."""
    try:
        with connection.transaction():
            connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(wait)))
            connection.execute("SELECT pg_advisory_lock(%s)", (LOCK_KEY,))
    except psycopg.errors.LockNotAvailable as error:
        raise MigrationFailure(f"Another migration run still holds this database after {wait}: try again.") from error


def _recorded(connection: psycopg.Connection) -> dict[int, tuple[str, str]]:
    rows = connection.execute("SELECT version, name, sha256 FROM public.schema_migrations ORDER BY version")
    return {version: (name, sha256) for version, name, sha256 in rows}


def _compare(migrations: tuple[Migration, ...], recorded: dict[int, tuple[str, str]]) -> Status:
    newest = migrations[-1].version if migrations else 0
    newer = [version for version in recorded if version > newest]
    if newer:
        raise MigrationFailure(
            f"The database is at migration {max(newer):04} and this code knows {newest:04}: run the newer code."
        )
    applied = [migration for migration in migrations if migration.version in recorded]
    for expected, migration in enumerate(applied, start=1):
        if migration.version != expected:
            raise MigrationFailure(
                f"Migration {migration.file_name} is applied but {expected:04} is not: schema_migrations was changed."
            )
        if recorded[migration.version] != (migration.name, migration.sha256):
            raise MigrationFailure(
                f"Migration {migration.file_name} is not the file that was applied (its name or checksum differs): "
                "restore it and put the change in a new migration."
            )
    return Status(tuple(applied), migrations[len(applied) :])


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(migration.lock_timeout)))
            connection.execute(
                sql.SQL("SET LOCAL statement_timeout = {}").format(sql.Literal(migration.statement_timeout))
            )
            # Bytes without parameters go as one simple query: many statements, and % is only a character.
            connection.execute(migration.text.encode())
            connection.execute(
                "INSERT INTO public.schema_migrations (version, name, sha256) VALUES (%s, %s, %s)",
                (migration.version, migration.name, migration.sha256),
            )
    except psycopg.Error as error:
        reason = error.diag.message_primary or str(error).strip().splitlines()[0]
        raise MigrationFailure(f"Migration {migration.file_name} failed and was rolled back: {reason}.") from error
