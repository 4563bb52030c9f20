"""Vectors without a search: a page of them in the order of their ids, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from shared.conditions import Condition
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import ValidationFailed
from shared.pages import Page, encode_cursor
from shared.places import Place
from shared.records import id_fault
from shared.usage import Meter, Work

MAX_PAGE_BYTES = 2_500_000
"""What a page takes, about; it ends early where its rows are large. A Lambda answers 6 MB, quotes escaped twice."""

_SQL = statements("listing")


@dataclass(frozen=True, slots=True)
class ListedVector:
    """A vector of a listing. `metadata` is JSON, `values` a `vector` in binary form; None what was not asked for."""

    id: str
    text: str | None = field(repr=False)
    metadata: str = field(repr=False)
    values: bytes | None = field(repr=False)
    is_pending: bool
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime


async def count_vectors(
    database: Database, place: Place, condition: Condition, *, meter: Meter, latency_ms: float
) -> int:
    """How many vectors of a namespace match, exactly."""
    [[(count,)], _] = await database.transact(
        place.account_no,
        Statement(_SQL["count_matching"], place.params | condition.params),
        meter.event(Work(requests=1), latency_ms=latency_ms),
    )
    return int(count)


async def list_vectors(
    database: Database,
    place: Place,
    condition: Condition,
    *,
    prefix: str,
    after: str,
    limit: int,
    include_text: bool,
    include_values: bool,
    meter: Meter,
    latency_ms: float,
) -> Page[ListedVector]:
    """A page of a namespace's vectors that match, whose ids begin with `prefix` and lie behind `after` ("": the start).

    In the order of the ids' code points. Whatever is stored or deleted between two pages, a vector that is there all
    the time comes exactly once. Raises ValidationFailed for a prefix that no id has.
    """
    if prefix and (fault := id_fault(prefix)):
        raise ValidationFailed.of("prefix", fault)
    params = {
        "prefix": prefix,
        "after": after,
        "limit": limit + 1,
        "max_bytes": MAX_PAGE_BYTES,
        "include_text": include_text,
        "include_values": include_values,
    }
    rows, _ = await database.transact(
        place.account_no,
        Statement(_SQL["list_vectors"], place.params | condition.params | params),
        meter.event(Work(requests=1), latency_ms=latency_ms),
    )
    page = [ListedVector(*row[1:]) for row in rows[:limit]]
    has_more = bool(rows) and rows[0][0] > len(page)
    return Page(page, encode_cursor(page[-1].id) if has_more else None)
