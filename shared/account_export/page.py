"""Everything held about an account, in pages of bounded size, each behind the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import msgspec

from shared.account_export import tables
from shared.account_export.cursor import Place, cursor_of, place_of
from shared.account_export.section import Section, Source
from shared.account_export.vectors import VectorSection
from shared.db.connection import Database
from shared.export import FIRST_ROWS, MAX_PAGE_BYTES, READ_ROWS

MAX_READS = 500
"""Reads of a page: what has many collections with few vectors, or none, still answers in time, with fewer lines."""
# More than what stands around the lines: the cursor, mostly.
_FRAME_BYTES = 4_096

SECTIONS: Sequence[Section] = (
    tables.ACCOUNT,
    tables.USERS,
    tables.SESSIONS,
    tables.API_KEYS,
    tables.ACTIVITY,
    tables.COLLECTIONS,
    VectorSection(),
    tables.USAGE_EVENTS,
    tables.USAGE_HOURS,
    tables.USAGE_DAYS,
    tables.QUOTA_NOTICES,
    tables.IDEMPOTENCY_KEYS,
    tables.PENDING_EMAILS,
    tables.ONE_TIME_LINKS,
    tables.NOTICES,
)


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page: JSON objects, each with a line feed behind it; `next_cursor` is None on the last."""

    lines: list[bytes] = field(repr=False)
    next_cursor: str | None

    def as_lines(self) -> bytes:
        """Lines of JSON; the last one is `{"next_cursor": …}`."""
        return b"".join([*self.lines, msgspec.json.encode({"next_cursor": self.next_cursor}), b"\n"])

    def as_json(self) -> bytes:
        """`{"data": […], "has_more", "next_cursor"}`, with the same objects."""
        data = msgspec.Raw(b"[" + b",".join(line.removesuffix(b"\n") for line in self.lines) + b"]")
        return msgspec.json.encode(
            {"data": data, "has_more": self.next_cursor is not None, "next_cursor": self.next_cursor}
        )


async def export_account(
    database: Database, account_no: int, *, cursor: str, limit: int, max_bytes: int
) -> AccountPage:
    """A page of what is held about an account, section by section, live and test.

    Takes at most `limit` lines and about `max_bytes`, and no more memory than that; no transaction is open between two
    reads. A page may have fewer lines, or none, and still not be the last. Whatever is stored meanwhile, what is there
    all the time comes exactly once; events that happen after the first page are left out. Raises ValidationFailed for a
    cursor of another listing.
    """
    place = place_of(cursor, SECTIONS)
    source = Source(database, account_no, place.as_of)
    lines: list[bytes] = []
    room = min(max_bytes, MAX_PAGE_BYTES) - _FRAME_BYTES
    at_once = FIRST_ROWS
    for _ in range(MAX_READS):
        chunk = await SECTIONS[place.section].read(source, place.behind, min(at_once, limit - len(lines)))
        for found in chunk.found:
            room -= len(found.line)
            if lines and room < 0:
                return _page(lines, place)
            lines.append(found.line)
            place = replace(place, behind=found.position)
        if chunk.behind is not None:
            place = replace(place, behind=chunk.behind)
        elif place.section + 1 < len(SECTIONS):
            place = replace(place, section=place.section + 1, behind=None)
        else:
            return AccountPage(lines, None)
        if len(lines) == limit:
            break
        # A read begins with few rows where nothing is known of their sizes.
        at_once = min(READ_ROWS, max(10 * len(chunk.found), FIRST_ROWS))
    return _page(lines, place)


def _page(lines: list[bytes], place: Place) -> AccountPage:
    return AccountPage(lines, cursor_of(place, SECTIONS))
