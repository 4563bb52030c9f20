"""schema.sql: the whole schema as all migrations make it, to be read and compared, never applied in production.

`make schema` writes it (`python -m infra.migrations.schema`); a test builds a database from it and one from the
migrations and wants no difference.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from infra.local.postgres import Postgres, binary
from infra.migrations.bootstrap import bootstrap
from infra.migrations.roles import DATABASE, OWNER, Passwords
from infra.migrations.runner import FOLDER, migrate

SCHEMA_FILE = FOLDER.parent / "schema.sql"

HEADER = """\
-- The schema that all migrations together make. Written by `make schema`, which a test holds to the migrations.
-- The roles, the database and the extension come before it: infra/migrations/bootstrap.py.
SET check_function_bodies = false;
"""

# What bootstrap.py makes, and not the migrations.
_NOT_OURS = ("CREATE EXTENSION", "COMMENT ON EXTENSION")


def dump(url: str) -> str:
    """The schema of a database as pg_dump writes it, owners, grants, policies and storage included, without noise.

    Left out: pg_dump's comments and session settings, empty lines, and what bootstrap.py makes. It can be executed as
    one script by the owner.
    """
    parts = conninfo_to_dict(url)
    # By the environment: what stands in the arguments is seen by every user of the machine.
    environment = {
        "PGHOST": str(parts["host"]),
        "PGUSER": str(parts["user"]),
        "PGPASSWORD": str(parts["password"]),
        "PGDATABASE": str(parts["dbname"]),
        "LC_ALL": "C",
    }
    command = [str(binary("pg_dump")), "--schema-only", "--no-comments", "--restrict-key=none"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=environment)  # noqa: S603
    return clean(answer.stdout)


def clean(text: str) -> str:
    """pg_dump's output without its comments, psql commands, session settings and doubled empty lines."""
    kept: list[str] = []
    in_body = False
    for line in text.splitlines():
        if not in_body and (line.startswith(("--", "\\", "SET ", "SELECT pg_catalog.set_config", *_NOT_OURS))):
            continue
        # A function's body keeps its comments and lines that begin with SET.
        if line.count("$$") % 2 == 1:
            in_body = not in_body
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"


def dump_of_all_migrations() -> str:
    """schema.sql's text: a throw-away server is started, migrated and dumped (about 2 s)."""
    with tempfile.TemporaryDirectory(prefix="fluxvector-schema-") as name:
        home = Path(name)
        passwords = Passwords(*(secrets.token_urlsafe(16) for _ in range(3)))
        server = Postgres(
            home, log=home / "postgres.log", admin_password=secrets.token_urlsafe(16), settings={"fsync": "off"}
        )
        try:
            server.start()
            bootstrap(server.admin_url, passwords)
            owner_url = server.url(OWNER, passwords.owner, DATABASE)
            migrate(owner_url)
            return HEADER + "\n" + dump(owner_url)
        finally:
            server.stop()


if __name__ == "__main__":
    SCHEMA_FILE.write_text(dump_of_all_migrations(), encoding="utf-8")
    sys.stdout.write(f"wrote {SCHEMA_FILE}\n")
