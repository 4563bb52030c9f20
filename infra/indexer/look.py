"""Reads what is there."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from infra.indexer.names import parse
from infra.indexer.seen import Collection, Index, Record, Seen

# Ours are the HNSW indexes on partitions of vectors that are named as ours are.
_INDEXES = """
SELECT x.relname, i.indisvalid
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am a ON a.oid = x.relam
JOIN pg_inherits h ON h.inhrelid = i.indrelid
WHERE h.inhparent = 'public.vectors'::regclass AND a.amname = 'hnsw'
"""

_COLLECTIONS = """
SELECT n.account_no, n.collection_no, c.dimension, c.metric, n.rows, n.removed,
       i.state, i.rows, i.removed, i.built_at IS NOT NULL
FROM (
    SELECT account_no, collection_no, sum(stored - pending)::bigint AS rows, sum(removed)::bigint AS removed
    FROM public.collection_counts
    GROUP BY account_no, collection_no
) n
JOIN public.collections c ON c.account_no = n.account_no AND c.collection_no = n.collection_no
LEFT JOIN public.collection_indexes i ON i.account_no = n.account_no AND i.collection_no = n.collection_no
WHERE n.rows >= %(min_rows)s OR i.collection_no IS NOT NULL OR n.collection_no = ANY(%(indexed)s::bigint[])
ORDER BY n.collection_no
"""


async def look(connection: AsyncConnection, min_rows: int) -> Seen:
    """Collections of at least `min_rows` vectors, those with an index or a record, and all indexes of ours.

    Indexes are read first: whoever is gone from the second answer was there when its index was made. Raises
    psycopg.Error.
    """
    indexes = []
    for name, is_valid in await (await connection.execute(_INDEXES)).fetchall():
        ours = parse(name)
        if ours is not None:
            indexes.append(Index(name, ours.collection_no, is_valid, ours.is_leftover))
    cursor = await connection.execute(
        _COLLECTIONS, {"min_rows": min_rows, "indexed": [index.collection_no for index in indexes]}
    )
    return Seen(tuple(_collection(row) for row in await cursor.fetchall()), tuple(indexes))


def _collection(row: tuple[Any, ...]) -> Collection:
    account_no, collection_no, dimension, metric, rows, removed, state, built_rows, built_removed, is_built = row
    record = None if state is None else Record(state, built_rows, built_removed, is_built)
    return Collection(account_no, collection_no, dimension, metric, rows, removed, record)
