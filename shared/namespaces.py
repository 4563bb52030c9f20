"""Namespaces of a collection: there as long as they have vectors, never made nor configured."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.conditions import EVERYTHING
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.deletion import delete_matching
from shared.errors import ValidationFailed
from shared.pages import Page, decode_cursor, encode_cursor
from shared.places import Place
from shared.records import NAMESPACE_PATTERN
from shared.usage import Meter, Work

_SQL = statements("namespaces")
# Before each position, so that the one behind the default namespace, whose name is empty, is not that of the start.
_MARK = "/"


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace and its vectors that are not expired; "" is the default one's name."""

    name: str
    vectors_count: int


async def list_namespaces(
    database: Database, account_no: int, collection_no: int, *, cursor: str, limit: int, meter: Meter, latency_ms: float
) -> Page[Namespace]:
    """A page of namespaces by name. Raises ValidationFailed for a cursor of another listing.

    One whose vectors have all expired is left out, so a page may hold fewer than `limit` though there is a next one.
    """
    params = {"account_no": account_no, "collection_no": collection_no, "after": _position(cursor), "limit": limit + 1}
    rows, _ = await database.transact(
        account_no,
        Statement(_SQL["list_namespaces"], params),
        meter.event(Work(requests=1), latency_ms=latency_ms),
    )
    names = [Namespace(*row) for row in rows]
    next_cursor = encode_cursor(_MARK + names[limit - 1].name) if len(names) > limit else None
    return Page([name for name in names[:limit] if name.vectors_count > 0], next_cursor)


async def delete_namespace(database: Database, place: Place, *, meter: Meter, latency_ms: float) -> int:
    """Deletes all vectors of a named namespace and answers how many there were; Unavailable as `delete_matching`."""
    if not place.namespace or not re.match(NAMESPACE_PATTERN, place.namespace):
        raise ValidationFailed.of("name", "is not the name of a namespace")
    return await delete_matching(database, place, EVERYTHING, meter=meter, latency_ms=latency_ms)


def _position(cursor: str) -> str | None:
    position = decode_cursor(cursor)
    if not position:
        return None
    if not position.startswith(_MARK):
        raise ValidationFailed.of("cursor", "is not a cursor of this listing")
    return position.removeprefix(_MARK)
