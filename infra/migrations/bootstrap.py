"""What an administrator does once, before the first migration: roles, database, extension, and who may enter.

Local mode runs it on every start and the tests once; the operator of a managed database runs
`python -m infra.migrations.bootstrap` (its variables: config.py). It can be repeated: what exists is checked, and its
passwords and settings are set again.
"""

from __future__ import annotations

import sys

import psycopg
from psycopg import sql

from infra.migrations.config import admin_url_and_passwords
from infra.migrations.failure import MigrationFailure
from infra.migrations.roles import API, DATABASE, JOBS, OWNER, ROLE_SETTINGS, Passwords

MINIMUM_POSTGRES = 16
MINIMUM_PGVECTOR = (0, 8, 0)


def bootstrap(admin_url: str, passwords: Passwords, *, database: str = DATABASE) -> None:
    """Make roles and `database` usable for the migrations; safe to repeat.

    `admin_url` is a libpq URL to any database of the server, of a role that may create roles and databases; it need not
    be a superuser. Raises MigrationFailure with one sentence, psycopg.Error for what the server itself refuses.
    """
    with psycopg.connect(admin_url, autocommit=True) as admin:
        if admin.info.server_version // 10000 < MINIMUM_POSTGRES:
            raise MigrationFailure(f"PostgreSQL {MINIMUM_POSTGRES} or newer is needed.")
        _check_available_pgvector(admin)
        for role, password in ((OWNER, passwords.owner), (API, passwords.api), (JOBS, passwords.jobs)):
            _ensure_role(admin, role, password)
        _ensure_database(admin, database)
        parameters = psycopg.conninfo.make_conninfo(admin_url, dbname=database)
    with psycopg.connect(parameters) as inside:
        _ensure_pgvector(inside)
        _close_schema(inside, database)


def _ensure_role(admin: psycopg.Connection, role: str, password: str) -> None:
    name = sql.Identifier(role)
    row = admin.execute(
        "SELECT rolcanlogin, rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = %s",
        (role,),
    ).fetchone()
    if row is None:
        admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION").format(name)
        )
    elif row[1] or not row[0]:
        # Not repaired in silence: whoever gave the role such a power may rely on it.
        raise MigrationFailure(
            f"The role {role} must be able to sign in and must not be a superuser, bypass row-level security, "
            "create databases or create roles: alter it first."
        )
    # Hashed here: the password itself never reaches the server, so no log of statements can hold it.
    verifier = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(verifier)))
    for setting, value in ROLE_SETTINGS[role].items():
        admin.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(name, sql.Identifier(setting), sql.Literal(value)))


def _ensure_database(admin: psycopg.Connection, database: str) -> None:
    row = admin.execute(
        "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s", (database,)
    ).fetchone()
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    if row is None:
        # An administrator that is no superuser may give away only what it is a member of (a managed database's case).
        if admin.execute("SELECT NOT pg_has_role(%s, 'SET')", (OWNER,)).fetchone() == (True,):
            admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
        if admin.info.server_version >= 170000:
            locale = sql.SQL("LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'")
        else:
            locale = sql.SQL("LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
        # template0 alone may be copied with another encoding and locale. Code points order text, everywhere the same.
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' {}").format(name, owner, locale)
        )
    elif row != (OWNER, "UTF8"):
        raise MigrationFailure(f"The database {database} must belong to {OWNER} and be encoded in UTF8; it is {row}.")
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    admin.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(name, sql.Identifier(API), sql.Identifier(JOBS))
    )


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _check_available_pgvector(admin: psycopg.Connection) -> None:
    row = admin.execute("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'").fetchone()
    wanted = ".".join(map(str, MINIMUM_PGVECTOR))
    if row is None:
        raise MigrationFailure(f"The server has no pgvector extension: install {wanted} or newer.")
    if _version(row[0]) < MINIMUM_PGVECTOR:
        raise MigrationFailure(f"pgvector {wanted} or newer is needed, the server has {row[0]}.")


def _ensure_pgvector(inside: psycopg.Connection) -> None:
    try:
        inside.execute("CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public")
    except psycopg.errors.InsufficientPrivilege as error:
        raise MigrationFailure(
            f"This administrator may not create the extension vector: have a superuser run CREATE EXTENSION vector in "
            f"the database {inside.info.dbname}, then run this again."
        ) from error
    row = inside.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    if row is not None and _version(row[0]) < MINIMUM_PGVECTOR:
        inside.execute("ALTER EXTENSION vector UPDATE")


def _close_schema(inside: psycopg.Connection, database: str) -> None:
    inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    inside.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}, {}").format(sql.Identifier(API), sql.Identifier(JOBS)))
    inside.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(sql.Identifier(OWNER)))


def main() -> int:
    """`python -m infra.migrations.bootstrap`: 0 when done, 1 with one sentence on stderr."""
    try:
        bootstrap(*admin_url_and_passwords())
    except (MigrationFailure, psycopg.Error) as error:
        sys.stderr.write(f"{str(error).strip()}\n")
        return 1
    sys.stdout.write(f"The roles and the database {DATABASE} are ready for `python -m infra.migrations up`.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
