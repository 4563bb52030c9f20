"""Exporting vectors: all that is known of them, in pages of bounded size, each behind the last."""

from __future__ import annotations

import re

import msgspec

from shared.admission import CollectionRef
from shared.conditions import Condition
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import ValidationFailed
from shared.pages import decode_cursor, encode_cursor
from shared.portable import line_of, model_of
from shared.records import NAMESPACE_PATTERN
from shared.usage import Meter, Work

MAX_LINES = 10_000
MAX_PAGE_BYTES = 4_000_000
"""A Lambda answers 6 MB and takes as much, in base64, which is a third more; so a page can be imported as it is."""
MAX_NAMESPACES = 1_000
"""Namespaces of a page, each of which an import stores in a transaction of its own."""
# What is read at once, about. All of these rows are looked at for their sizes, so a page begins with few: then it knows
# whether they are large.
READ_BYTES = 1_000_000
READ_ROWS = 1_000
FIRST_ROWS = 100

_SQL = statements("export")
# More than any cursor takes.
_LAST_LINE_BYTES = 4_096
# Between the namespace and the id of a position; no namespace holds it.
_SEPARATOR = "/"


async def export_page(
    database: Database,
    account_no: int,
    collection: CollectionRef,
    condition: Condition,
    *,
    namespace: str | None,
    cursor: str,
    limit: int,
    max_bytes: int,
    meter: Meter,
    latency_ms: float,
) -> bytes:
    """A page of lines, one for each vector that matches, of one namespace or of all (None), by namespace and id.

    The last line is `{"next_cursor": …}`, null at the end. Takes at most `limit` vectors and about `max_bytes`, and no
    more memory than that; no transaction is open between two reads. Whatever is stored meanwhile, a vector that is
    there all the time comes exactly once. Raises ValidationFailed for a cursor of another listing.
    """
    position = _position(cursor, namespace)
    key = {"account_no": account_no, "collection_no": collection.collection_no, "namespace": namespace}
    model = model_of(collection)
    lines: list[bytes] = []
    namespaces: set[str] = set()
    room = min(max_bytes, MAX_PAGE_BYTES) - _LAST_LINE_BYTES
    steps = [meter.event(Work(requests=1), latency_ms=latency_ms)]
    has_more = True
    at_once = FIRST_ROWS
    while has_more and len(lines) < limit:
        wanted = min(at_once, limit - len(lines))
        params = {
            "dimension": collection.dimension,
            "after_namespace": position[0],
            "after_id": position[1],
            "limit": wanted + 1,
            "max_bytes": READ_BYTES,
        }
        read = Statement(_SQL["read_vectors"], key | params | condition.params)
        rows, *_ = await database.transact(account_no, read, *steps)
        steps = []
        for row in rows[:wanted]:
            line = line_of(row, model)
            room -= len(line)
            namespaces.add(row[1])
            if lines and (room < 0 or len(namespaces) > MAX_NAMESPACES):
                return _page(lines, position)
            lines.append(line)
            position = (row[1], row[2])
        at_once = min(READ_ROWS, 10 * len(rows))
        has_more = bool(rows) and rows[0][0] > len(rows[:wanted])
    return _page(lines, position if has_more else None)


def _page(lines: list[bytes], position: tuple[str, str] | None) -> bytes:
    cursor = None if position is None else encode_cursor(_SEPARATOR.join(position))
    return b"".join([*lines, msgspec.json.encode({"next_cursor": cursor}), b"\n"])


def _position(cursor: str, namespace: str | None) -> tuple[str, str]:
    position = decode_cursor(cursor)
    if not position:
        return namespace or "", ""
    found, separator, vector_id = position.partition(_SEPARATOR)
    if not separator or not re.match(NAMESPACE_PATTERN, found) or (namespace is not None and found != namespace):
        raise ValidationFailed.of("cursor", "is not a cursor of this listing")
    return found, vector_id
