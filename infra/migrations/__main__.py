"""`python -m infra.migrations up|status`; the database is FLUXVECTOR_OWNER_DATABASE_URL."""

from __future__ import annotations

import argparse
import sys

import psycopg

from infra.migrations.config import owner_url
from infra.migrations.failure import MigrationFailure
from infra.migrations.partitions import ensure_usage_partitions
from infra.migrations.plans import seed_plans
from infra.migrations.runner import Migration, migrate, status


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _up() -> None:
    def announce(migration: Migration) -> None:
        _say(f"applied {migration.file_name}")

    url = owner_url()
    count = migrate(url, on_applied=announce)
    ensure_usage_partitions(url)
    seed_plans(url)
    _say("up to date" if count == 0 else f"{count} applied")


def _status() -> None:
    answer = status(owner_url())
    for migration in answer.applied:
        _say(f"applied  {migration.file_name}")
    for migration in answer.pending:
        _say(f"pending  {migration.file_name}")


COMMANDS = {"up": _up, "status": _status}


def main(arguments: list[str] | None = None) -> int:
    """Run one command: 0 when done, 1 with one sentence on stderr."""
    parser = argparse.ArgumentParser(prog="python -m infra.migrations")
    parser.add_argument("command", choices=COMMANDS, help="up: apply what is pending; status: list what is and is not")
    command = parser.parse_args(arguments).command
    try:
        COMMANDS[command]()
    except (MigrationFailure, psycopg.Error) as error:
        sys.stderr.write(f"{str(error).strip()}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
