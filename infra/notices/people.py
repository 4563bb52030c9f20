"""Who is to be told: everybody, those with a confirmed address, or those of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg

from infra.notices.failure import NoticeFailure
from infra.notices.notice import Notice
from shared.email.addresses import checked_address

# The one who owns a list of accounts is told of faults by line: a terminal's history should hold no addresses.
MAX_LINES_SHOWN = 20

_OF_IDS = """
SELECT l.line, a.account_no
FROM unnest(%(names)s::text[], %(lines)s::integer[]) l (name, line)
JOIN public.accounts a ON a.account_id = l.name
"""

_OF_EMAILS = """
SELECT l.line, e.account_no
FROM unnest(%(names)s::text[], %(lines)s::integer[]) l (name, line)
JOIN public.account_emails e ON e.email_key = l.name
"""

_UNTOLD = """
SELECT u.account_no, u.user_no
FROM public.users u
WHERE (%(accounts)s::bigint[] IS NULL OR u.account_no = ANY(%(accounts)s::bigint[]))
  AND (u.confirmed_at IS NOT NULL OR NOT %(confirmed)s)
  AND NOT EXISTS (
      SELECT FROM public.account_notices n
      WHERE n.account_no = u.account_no AND n.user_no = u.user_no AND n.kind = %(kind)s AND n.about = %(about)s
  )
ORDER BY u.account_no, u.user_no
"""

_COUNT_TOLD = "SELECT count(*) FROM public.account_notices n WHERE n.kind = %(kind)s AND n.about = %(about)s"


@dataclass(frozen=True, slots=True)
class Person:
    """A user of an account."""

    account_no: int
    user_no: int


@dataclass(frozen=True, slots=True)
class AccountList:
    """The accounts of a list, and the lines for which there is no account (any more)."""

    account_nos: list[int]
    unknown_lines: list[int]


def read_list(connection: psycopg.Connection, path: Path) -> AccountList:
    """The accounts that a file names, an id or an e-mail address a line; empty lines and `#` are left out.

    Raises NoticeFailure where the file cannot be read or a line is neither.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise NoticeFailure(f"{path} cannot be read as text in UTF-8.") from None
    ids: dict[int, str] = {}
    emails: dict[int, str] = {}
    wrong = []
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("acc_") and "@" not in line:
            ids[number] = line
            continue
        try:
            emails[number] = checked_address(line).key
        except ValueError:
            wrong.append(number)
    if wrong:
        raise NoticeFailure(f"{path}: {in_words(wrong)} neither an account's id nor an e-mail address.")
    found = [*_look_up(connection, _OF_IDS, ids), *_look_up(connection, _OF_EMAILS, emails)]
    known_lines = {line for line, _ in found}
    return AccountList(
        account_nos=sorted({account_no for _, account_no in found}),
        unknown_lines=sorted((ids.keys() | emails.keys()) - known_lines),
    )


def _look_up(connection: psycopg.Connection, statement: LiteralString, names: dict[int, str]) -> list[tuple[int, int]]:
    """Lines and the accounts that they name."""
    if not names:
        return []
    return connection.execute(statement, {"names": list(names.values()), "lines": list(names)}).fetchall()


def in_words(lines: Sequence[int]) -> str:
    """`line 3 is` or `lines 3, 17 are`, for a sentence."""
    if len(lines) == 1:
        return f"line {lines[0]} is"
    shown = ", ".join(map(str, lines[:MAX_LINES_SHOWN]))
    more = len(lines) - MAX_LINES_SHOWN
    return f"lines {shown}{f' and {more} more' if more > 0 else ''} are"


def untold(
    connection: psycopg.Connection, notice: Notice, *, account_nos: list[int] | None, confirmed_only: bool
) -> list[Person]:
    """Who was not told yet: of all accounts (None) or of these, in the order of accounts."""
    params = {
        "accounts": account_nos,
        "confirmed": confirmed_only,
        "kind": notice.kind,
        "about": notice.about,
    }
    return [Person(*row) for row in connection.execute(_UNTOLD, params).fetchall()]


def count_told(connection: psycopg.Connection, notice: Notice) -> int:
    """How many who still are with us were told already."""
    row = connection.execute(_COUNT_TOLD, {"kind": notice.kind, "about": notice.about}).fetchone()
    return row[0] if row else 0
