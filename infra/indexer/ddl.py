"""The statements that build and drop indexes, each CONCURRENTLY: nobody who reads or writes waits for them."""

from __future__ import annotations

from psycopg import AsyncConnection, sql

from infra.indexer.names import index_name
from infra.indexer.seen import Collection

M = 16
EF_CONSTRUCTION = 100
"""Measured in infra/decisions/0015-index-worker.md: pgvector's own 64 builds faster by a third, and wants searches that
look twice as far."""

OPERATOR_CLASSES = {"cosine": "halfvec_ip_ops", "dotproduct": "halfvec_ip_ops", "euclidean": "halfvec_l2_ops"}
"""Embeddings of a cosine collection are stored normalized, so that their inner product is their cosine."""

LEAST_MEMORY_KB = 64 << 10

_LEAF = """
SELECT l.relname
FROM (SELECT v.tableoid FROM public.vectors v WHERE v.account_no = %s AND v.collection_no = %s LIMIT 1) v
JOIN pg_class l ON l.oid = v.tableoid
"""


def graph_memory_kb(rows: int, dimension: int) -> int:
    """Memory for a graph of so many halfvecs while it is built, with room for a tenth more that arrive meanwhile.

    Measured with m = 16: 2 bytes a value and 720 bytes.
    """
    return int(rows * (2 * dimension + 720) * 1.1) >> 10


async def leaf_of(connection: AsyncConnection, collection: Collection) -> str | None:
    """The partition that holds a collection's rows, which an index is built on; None where it has no rows."""
    cursor = await connection.execute(_LEAF, (collection.account_no, collection.collection_no))
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


async def give_memory(
    connection: AsyncConnection, collection: Collection, *, memory_mb: int, parallel_workers: int
) -> None:
    """Sets what the next build on this connection may take."""
    wanted = max(LEAST_MEMORY_KB, graph_memory_kb(collection.rows, collection.dimension))
    await connection.execute(
        "SELECT set_config('maintenance_work_mem', %s, false),"
        " set_config('max_parallel_maintenance_workers', %s, false)",
        (f"{min(wanted, memory_mb << 10)}kB", str(parallel_workers)),
    )


async def create(connection: AsyncConnection, leaf: str, collection: Collection) -> None:
    """Builds the index; one that fails stays behind, invalid."""
    # The number has its column's own type, so that a planner proves the predicate from the same operator.
    await connection.execute(
        sql.SQL(
            "CREATE INDEX CONCURRENTLY {name} ON public.{leaf}"
            " USING hnsw ((embedding::halfvec({dimension})) {operators})"
            " WITH (m = {m}, ef_construction = {ef_construction}) WHERE collection_no = {collection_no}::bigint"
        ).format(
            name=sql.Identifier(index_name(collection.collection_no)),
            leaf=sql.Identifier(leaf),
            dimension=sql.Literal(collection.dimension),
            operators=sql.SQL(OPERATOR_CLASSES[collection.metric]),
            m=sql.Literal(M),
            ef_construction=sql.Literal(EF_CONSTRUCTION),
            collection_no=sql.Literal(collection.collection_no),
        )
    )


async def rebuild(connection: AsyncConnection, collection: Collection) -> None:
    """Builds the index anew beside the old one, which serves until it is replaced."""
    name = sql.Identifier("public", index_name(collection.collection_no))
    await connection.execute(sql.SQL("REINDEX INDEX CONCURRENTLY {}").format(name))


async def drop(connection: AsyncConnection, name: str) -> None:
    """Drops an index when nobody uses it any more; none of that name is nothing."""
    await connection.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier("public", name)))
