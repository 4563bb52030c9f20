"""Writes collection_indexes, by which searches know whether a collection has an index."""

from __future__ import annotations

from psycopg import AsyncConnection

from infra.indexer.seen import Collection

# Of a collection that is there, and stays until this is committed: a deleted one gets no record.
_BEGIN = """
INSERT INTO public.collection_indexes AS i (account_no, collection_no, state, rows, removed, built_at)
SELECT c.account_no, c.collection_no, 'building', %(rows)s, %(removed)s, NULL
FROM public.collections c
WHERE c.account_no = %(account_no)s AND c.collection_no = %(collection_no)s
FOR KEY SHARE
ON CONFLICT (account_no, collection_no) DO UPDATE
    SET state = excluded.state, rows = excluded.rows, removed = excluded.removed, built_at = NULL
"""

_FINISH = """
INSERT INTO public.collection_indexes AS i (account_no, collection_no, state, rows, removed, built_at)
SELECT c.account_no, c.collection_no, 'ready', %(rows)s, %(removed)s, now()
FROM public.collections c
WHERE c.account_no = %(account_no)s AND c.collection_no = %(collection_no)s
FOR KEY SHARE
ON CONFLICT (account_no, collection_no) DO UPDATE
    SET state = excluded.state, rows = excluded.rows, removed = excluded.removed, built_at = excluded.built_at
"""

_FORGET = """
DELETE FROM public.collection_indexes i
WHERE i.account_no = %(account_no)s AND i.collection_no = %(collection_no)s
"""

_FORGET_DELETED = """
DELETE FROM public.collection_indexes i
WHERE NOT EXISTS (
    SELECT FROM public.collections c WHERE c.account_no = i.account_no AND c.collection_no = i.collection_no
)
"""


async def begin(connection: AsyncConnection, collection: Collection) -> bool:
    """Records that a first index is being built; False where the collection is gone. Raises psycopg.Error."""
    cursor = await connection.execute(_BEGIN, _parameters(collection, collection.rows, collection.removed))
    return cursor.rowcount == 1


async def finish(connection: AsyncConnection, collection: Collection, *, rows: int, removed: int) -> None:
    """Lets searches use the index, whose build began at those counts. Raises psycopg.Error."""
    await connection.execute(_FINISH, _parameters(collection, rows, removed))


async def forget(connection: AsyncConnection, collection: Collection) -> None:
    """Makes searches exact: what is admitted from now on does not use the index. Raises psycopg.Error."""
    await connection.execute(_FORGET, _parameters(collection, collection.rows, collection.removed))


async def forget_deleted(connection: AsyncConnection) -> None:
    """Removes the records of collections that are no more. Raises psycopg.Error."""
    await connection.execute(_FORGET_DELETED)


def _parameters(collection: Collection, rows: int, removed: int) -> dict[str, int]:
    return {
        "account_no": collection.account_no,
        "collection_no": collection.collection_no,
        "rows": rows,
        "removed": removed,
    }
