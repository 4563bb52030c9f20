"""What tables hold of deleted bytes: VACUUM frees a row's place, and leaves its bytes there until others are written.

How many of those bytes have been written over, nobody can tell without reading the file. So what is counted is what
could have left some: rows deleted and rows updated since the table was last written anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from psycopg import AsyncConnection

# pg_statistic: the planner's statistics are samples of what is stored.
_LOOK = """
SELECT t.name, pg_table_size(t.oid), t.live, t.deleted, t.updated, coalesce(r.deleted, 0), coalesce(r.updated, 0),
       now() - r.dirty_since, now() - r.rewritten_at
FROM (
    SELECT c.oid, n.nspname || '.' || c.relname AS name,
           s.n_live_tup AS live, s.n_tup_del AS deleted, s.n_tup_upd AS updated
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_stat_all_tables s ON s.relid = c.oid
    WHERE c.relkind = 'r' AND (n.nspname = 'public' AND c.relname NOT IN ('table_rewrites', 'schema_migrations')
                               OR n.nspname = 'pg_catalog' AND c.relname = 'pg_statistic')
) t
LEFT JOIN public.table_rewrites r ON r.name = t.name
"""

_NOTE_DIRTY = """
INSERT INTO public.table_rewrites AS r (name, dirty_since) VALUES (%(name)s, now())
ON CONFLICT (name) DO UPDATE SET
    dirty_since = coalesce(r.dirty_since, excluded.dirty_since), deleted = %(deleted)s, updated = %(updated)s
"""

_NOTE_REWRITTEN = """
INSERT INTO public.table_rewrites AS r (name, deleted, updated, rewritten_at)
VALUES (%(name)s, %(deleted)s, %(updated)s, now())
ON CONFLICT (name) DO UPDATE SET
    deleted = excluded.deleted, updated = excluded.updated, dirty_since = NULL, rewritten_at = excluded.rewritten_at
"""

_FORGET_DROPPED = "DELETE FROM public.table_rewrites r WHERE to_regclass(r.name) IS NULL"

SMALL = 16 << 20
"""Bytes. What is not larger is written anew in well below a second, so that it need not be worth it."""


@dataclass(frozen=True, slots=True)
class Space:
    """A table (a leaf, where it is partitioned) that lost or changed rows since it was last written anew."""

    # With its schema.
    name: str
    # Of rows, and of what of them is stored out of line, in bytes; indexes are not in it.
    size: int
    live: int
    # As pg_stat_all_tables counts them.
    total_deleted: int
    total_updated: int
    # Of these, since the last rewrite.
    deleted: int
    updated: int
    dirty_for: timedelta
    # None where it never was.
    rewritten_ago: timedelta | None

    @property
    def key(self) -> str:
        return f"rewrite {self.name}"

    @property
    def is_of_the_catalogue(self) -> bool:
        return self.name.startswith("pg_catalog.")

    @property
    def is_small(self) -> bool:
        return self.size <= SMALL

    @property
    def dead_share(self) -> float:
        """The share of its rows' places that may hold something dead, 0 to 1."""
        dead = self.deleted + self.updated
        return dead / max(1, dead + self.live)


async def look_for_space(connection: AsyncConnection) -> list[Space]:
    """All tables that have something dead, noting the ones that are new among them. Raises psycopg.Error."""
    await connection.execute(_FORGET_DROPPED)
    return [
        space
        for row in await (await connection.execute(_LOOK)).fetchall()
        if (space := await _noted(connection, row)) is not None
    ]


async def note_rewritten(connection: AsyncConnection, space: Space) -> None:
    """Notes that a table was written anew after it was looked at. Raises psycopg.Error."""
    params = {"name": space.name, "deleted": space.total_deleted, "updated": space.total_updated}
    await connection.execute(_NOTE_REWRITTEN, params)


async def _noted(connection: AsyncConnection, row: Sequence[Any]) -> Space | None:
    name, size, live, total_deleted, total_updated, had_deleted, had_updated, dirty_for, rewritten_ago = row
    # Counters that went back began anew, after a crash: what they lost may have left something.
    began_anew = total_deleted < had_deleted or total_updated < had_updated
    if began_anew:
        had_deleted = had_updated = 0
    is_dirty = began_anew or (total_deleted, total_updated) != (had_deleted, had_updated) or dirty_for is not None
    if not is_dirty:
        return None
    if began_anew or dirty_for is None:
        await connection.execute(_NOTE_DIRTY, {"name": name, "deleted": had_deleted, "updated": had_updated})
    return Space(
        name,
        size,
        live,
        total_deleted,
        total_updated,
        deleted=total_deleted - had_deleted,
        updated=total_updated - had_updated,
        dirty_for=dirty_for or timedelta(0),
        rewritten_ago=rewritten_ago,
    )
