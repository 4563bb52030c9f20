"""Loads named statements from `sql/*.sql`.

A file holds statements, each under a header line `-- name: some_name`. Every statement takes parameters only
(`%(name)s`, or `%(name)b` for binary ones) and, where it touches a tenant's rows, names the account.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "sql"
_HEADER = re.compile(r"^-- name: ([a-z][a-z0-9_]*)$", re.MULTILINE)


@cache
def statements(file: str) -> Mapping[str, bytes]:
    """The statements of `sql/<file>.sql` by name. Bytes, the form in which psycopg takes SQL that is not a literal."""
    return parse(_FOLDER.joinpath(f"{file}.sql").read_text(encoding="utf-8"), file)


def parse(text: str, file: str) -> dict[str, bytes]:
    """Splits a file at its headers; raises ValueError on a name used twice, an empty statement or stray text."""
    parts = _HEADER.split(text)
    stray = [line for line in parts[0].splitlines() if line.strip() and not line.startswith("--")]
    if stray:
        raise ValueError(f"{file}.sql: text before the first `-- name:` header: {stray[0]!r}")
    found: dict[str, bytes] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        if name in found:
            raise ValueError(f"{file}.sql: two statements are named {name}")
        statement = "\n".join(line for line in body.splitlines() if line.strip() and not line.lstrip().startswith("--"))
        if not statement:
            raise ValueError(f"{file}.sql: {name} is empty")
        found[name] = statement.encode()
    return found
