"""The erasure ledger outside the database: one JSON object a line, `erased_at`, `kind`, `salt` and `subject_hash`.

A line names what was erased by a salted hash alone: whoever holds a backup can tell whether it holds the same, and
nobody learns from the ledger who was there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from infra.erasure.failure import ErasureFailure
from shared.db.connection import Database, Statement

Kind = Literal["account", "collection", "namespace"]

PAGE = 10_000

_READ = b"""
SELECT erasure_no, erased_at, kind, salt, subject_hash FROM erasure_ledger
WHERE erasure_no > %(after)s ORDER BY erasure_no LIMIT %(limit)s
"""

# A line that is there already is known by its salt.
_STORE = b"""
INSERT INTO erasure_ledger (erased_at, kind, salt, subject_hash)
SELECT %(erased_at)s, %(kind)s, %(salt)s::bytea, %(subject_hash)s::bytea
WHERE NOT EXISTS (SELECT FROM erasure_ledger e WHERE e.erased_at = %(erased_at)s AND e.salt = %(salt)s::bytea)
"""


@dataclass(frozen=True, slots=True)
class Line:
    """Something was erased: its kind, when, and the salted SHA-256 of its kind and id."""

    erased_at: datetime
    kind: Kind
    salt: bytes
    subject_hash: bytes

    def names(self, subject: bytes) -> bool:
        """Whether it is about the subject: an `account acc_…`, a `collection 7`, a `namespace 7 drafts`."""
        return hashlib.sha256(self.salt + subject).digest() == self.subject_hash

    def to_json(self) -> str:
        """The line, without its end."""
        return json.dumps(
            {
                "erased_at": self.erased_at.isoformat(),
                "kind": self.kind,
                "salt": self.salt.hex(),
                "subject_hash": self.subject_hash.hex(),
            }
        )


def parse_lines(lines: Iterable[str]) -> list[Line]:
    """The lines of an exported ledger. Raises ErasureFailure."""
    return [_parsed(text, number) for number, text in enumerate(lines, 1) if text.strip()]


def _parsed(text: str, number: int) -> Line:
    try:
        document = json.loads(text)
        line = Line(
            datetime.fromisoformat(document["erased_at"]),
            document["kind"],
            bytes.fromhex(document["salt"]),
            bytes.fromhex(document["subject_hash"]),
        )
        if line.erased_at.tzinfo is None or line.kind not in get_args(Kind) or len(line.subject_hash) != 32:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise ErasureFailure(f"Line {number} is not a line of an erasure ledger.") from None
    return line


async def read_lines(database: Database) -> AsyncIterator[Line]:
    """All lines that the database has, oldest first."""
    after = 0
    while rows := await database.execute(Statement(_READ, {"after": after, "limit": PAGE})):
        for _, *line in rows:
            yield Line(*line)
        after = rows[-1][0]


async def store_line(database: Database, line: Line) -> None:
    """Writes a line back into a ledger that was restored from before it."""
    params = {"erased_at": line.erased_at, "kind": line.kind, "salt": line.salt, "subject_hash": line.subject_hash}
    await database.execute(Statement(_STORE, params))
