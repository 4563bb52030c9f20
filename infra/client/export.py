"""`python -m infra.client.export --base-url URL --out archive.zip`: everything held about an account, in one archive.

Needs nothing but Python. The session is that of FLUXVECTOR_SESSION_TOKEN; without it, e-mail and password are asked
for, and the session that they open is ended when the archive is written.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from infra.client.archive import archive_at
from infra.client.failure import ClientFailure
from infra.client.service import Service
from infra.client.session import Session, session_of_the_caller

INTERRUPTED = 130
"""The exit status of a command that SIGINT ended, as shells give it: 128 and the signal's number."""
PATH = "/v1/auth/account/export"


def export(session: Session, out: Path) -> Counter[str]:
    """Writes the archive, one page in memory at a time, and answers how many lines of each type it has.

    Raises ClientFailure, and OSError where the archive cannot be written; then there is none.
    """
    cursor: str | None = ""
    with archive_at(out) as archive:
        while cursor is not None:
            body = session.get(PATH, {"cursor": cursor} if cursor else {})
            *lines, last = body.removesuffix(b"\n").split(b"\n")
            behind = _next_cursor(last)
            if behind == cursor:
                raise ClientFailure("The export does not go on.")
            cursor = behind
            for line in lines:
                archive.add(line)
    return archive.counts


def main(arguments: list[str] | None = None) -> int:
    """Exports: 0 when done, 1 with one sentence on stderr, 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m infra.client.export", description=__doc__)
    parser.add_argument("--base-url", required=True, help="where the service is: https://host")
    parser.add_argument("--out", required=True, type=Path, help="the archive to write; one that is there is replaced")
    options = parser.parse_args(arguments)
    try:
        session = session_of_the_caller(Service(options.base_url))
        try:
            counts = export(session, options.out)
        finally:
            _end(session)
    except (ClientFailure, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; no archive was written.\n")
        return INTERRUPTED
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    sys.stdout.write(f"{options.out}: {told}\n")
    return 0


def _next_cursor(last: bytes) -> str | None:
    try:
        end = json.loads(last)
        cursor = end["next_cursor"]
    except (ValueError, LookupError, TypeError):
        cursor = 0
    if cursor is not None and not (isinstance(cursor, str) and cursor):
        raise ClientFailure("The export does not end as an export does: is that the service?")
    return cursor


def _end(session: Session) -> None:
    try:
        session.end()
    except ClientFailure as error:
        sys.stderr.write(f"The session could not be ended: {error}\n")


if __name__ == "__main__":
    raise SystemExit(main())
