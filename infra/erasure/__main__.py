"""What an operator does about erasures; the database is FLUXVECTOR_OWNER_DATABASE_URL.

    python -m infra.erasure export > ledger.ndjson
    python -m infra.erasure replay ledger.ndjson --since 2026-03-01T02:00:00Z

Keep the export where backups are not: a restored database has the ledger of its own time only. After a restore replay
it, with the moment whose state was restored, before anybody else uses the database.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime
from pathlib import Path

from infra.erasure.failure import ErasureFailure
from infra.erasure.ledger import Line, parse_lines, read_lines
from infra.erasure.replay import replay
from infra.migrations.config import owner_url
from infra.migrations.failure import MigrationFailure
from shared.db.connection import Database
from shared.errors import FluxVectorError


def _moment(raw: str) -> datetime:
    moment = datetime.fromisoformat(raw)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("has no time zone: write 2026-03-01T02:00:00Z")
    return moment


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.erasure")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("export", help="write the erasure ledger to standard output")
    replaying = commands.add_parser("replay", help="erase again, after a restore, what the ledger names")
    replaying.add_argument("ledger", type=Path, help="what export wrote")
    replaying.add_argument("--since", type=_moment, required=True, help="the moment whose state was restored")
    return parser.parse_args(arguments)


async def _export(database: Database) -> None:
    async for line in read_lines(database):
        sys.stdout.write(line.to_json() + "\n")


def _read(ledger: Path) -> list[Line]:
    try:
        return parse_lines(ledger.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        raise ErasureFailure(f"{ledger} cannot be read.") from None


async def _replay(database: Database, lines: list[Line], since: datetime) -> None:
    done = await replay(database, lines, since=since)
    sys.stdout.write(
        f"{done.lines} erasures since then: {done.accounts} accounts, {done.collections} collections and"
        f" {done.namespaces} namespaces were there, and are erased again\n"
    )


async def _run(arguments: argparse.Namespace) -> None:
    database = Database(owner_url())
    try:
        if arguments.command == "export":
            await _export(database)
        else:
            await _replay(database, _read(arguments.ledger), arguments.since)
    finally:
        await database.close()


def main(arguments: list[str] | None = None) -> int:
    """Runs one command: 0 when done, 1 with one sentence on stderr."""
    parsed = _arguments(arguments)
    try:
        asyncio.run(_run(parsed))
    except (ErasureFailure, MigrationFailure, FluxVectorError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
