"""Writes a table anew. Nobody reads or writes it meanwhile, so all is done to keep that short."""

from __future__ import annotations

import asyncio

from psycopg import AsyncConnection, errors, sql

from infra.indexer import ddl, records
from infra.indexer.seen import Seen
from infra.indexer.session import LOCK_TIMEOUT
from infra.indexer.space import Space, note_rewritten

LOCK_PATIENCE = "2s"
"""Whoever comes after us waits behind us: half of the patience of functions and jobs, so that none of them is refused
because we wait."""

TRIES = 5
PAUSE_S = 3.0

KEPT_ROWS = 3_000
"""Up to so many vectors a leaf's HNSW indexes are built again within the rewrite, in about a second. Larger ones are
dropped before: the worker builds them anew while searches, exact meanwhile, go on."""

_GRAPHS = """
SELECT x.relname FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am a ON a.oid = x.relam
WHERE i.indrelid = to_regclass(%s) AND a.amname = 'hnsw'
"""

_CLEAR_SAMPLES = """
SELECT pg_clear_attribute_stats(p.schemaname, p.tablename, p.attname, p.inherited)
FROM pg_stats p
WHERE %s AND format('%%I.%%I', p.schemaname, p.tablename)::regclass = to_regclass(%s) AND NOT p.inherited
   OR p.inherited AND format('%%I.%%I', p.schemaname, p.tablename)::regclass = (
       SELECT h.inhparent FROM pg_inherits h WHERE h.inhrelid = to_regclass(%s)
   )
"""
FIRST_THAT_CLEARS_STATISTICS = 180_000


async def rewrite(connection: AsyncConnection, space: Space, seen: Seen, *, memory_mb: int) -> None:
    """Writes a table, its indexes and its statistics anew.

    Raises psycopg.Error, LockNotAvailable where others do not let go of it. Whatever interrupts it, the table is as it
    was, and due again.
    """
    table = sql.Identifier(*space.name.split(".", 1))
    if not space.is_of_the_catalogue:
        # First whether it can be had at all: graphs are not dropped for nothing.
        lock = sql.SQL("BEGIN; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE; COMMIT").format(table)
        await _with_short_patience(connection, lock)
        await _drop_large_graphs(connection, space, seen)
    await connection.execute("SELECT set_config('maintenance_work_mem', %s, false)", (f"{memory_mb}MB",))
    await _with_short_patience(connection, sql.SQL("VACUUM (FULL, ANALYZE) {}").format(table))
    await _clear_statistics(connection, space)
    await note_rewritten(connection, space)


async def _with_short_patience(connection: AsyncConnection, statement: sql.Composed) -> None:
    """Runs it, trying a few times for its lock."""
    await _set_lock_timeout(connection, LOCK_PATIENCE)
    for left in reversed(range(TRIES)):
        try:
            await connection.execute(statement)
            break
        except errors.LockNotAvailable:
            await connection.execute("ROLLBACK")
            if left == 0:
                await _set_lock_timeout(connection, LOCK_TIMEOUT)
                raise
        await asyncio.sleep(PAUSE_S)
    await _set_lock_timeout(connection, LOCK_TIMEOUT)


async def _set_lock_timeout(connection: AsyncConnection, value: str) -> None:
    await connection.execute("SELECT set_config('lock_timeout', %s, false)", (value,))


async def _drop_large_graphs(connection: AsyncConnection, space: Space, seen: Seen) -> None:
    names = {name for (name,) in await (await connection.execute(_GRAPHS, (space.name,))).fetchall()}
    numbers = {index.collection_no: index.name for index in seen.indexes if index.name in names}
    collections = [one for one in seen.collections if one.collection_no in numbers]
    if sum(one.rows for one in collections) <= KEPT_ROWS:
        return
    for one in collections:
        await records.forget(connection, one)
        await ddl.drop(connection, numbers[one.collection_no])


async def _clear_statistics(connection: AsyncConnection, space: Space) -> None:
    """Clears samples that ANALYZE leaves: a table's that has become empty, and its parent's, which nothing renews."""
    if space.is_of_the_catalogue or connection.info.server_version < FIRST_THAT_CLEARS_STATISTICS:
        return
    table = sql.Identifier(*space.name.split(".", 1))
    is_empty = (await connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(table))).rowcount == 0
    await connection.execute(_CLEAR_SAMPLES, (is_empty, space.name, space.name))
