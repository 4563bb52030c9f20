"""The floor of a vector search without an index: the very statement that scans 10,000 rows, in the database alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.bench.client import Client
from tests.bench.peer.clustered import DIMENSION, Clustered
from tests.bench.peer.loads import batches
from tests.bench.peer.ours import FluxVector
from tests.bench.peer.server import send
from tests.bench.target import Target

COLLECTION = "bench-scan"
ROWS, QUERIES = 10_000, 400

# Without ORDER BY on the operator itself no index can be used: the sum with zero is what keeps it away.
SCAN = """
    SELECT v.id, (v.embedding <#> %(query)s::halfvec) + 0 AS distance FROM vectors v
    WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = ''
      AND v.embedding IS NOT NULL AND (v.expires_at IS NULL OR v.expires_at > now())
    ORDER BY distance, v.id
    LIMIT 10
"""


@contextmanager
def prepared(target: Target, client: Client) -> Iterator[Callable[[], float]]:
    """Stores 10,000 rows of 1,024 values; yields what scans them once and answers its milliseconds."""
    server = FluxVector(target.product)
    data = Clustered.of(ROWS, QUERIES, seed=21)
    server.create(client, COLLECTION, DIMENSION)
    for request in batches(server, COLLECTION, data, range(ROWS)):
        send(client, request)
    with target.database() as database:
        database.execute("VACUUM ANALYZE vectors")
        database.execute("SET plan_cache_mode = force_custom_plan")
        place = database.execute(
            "SELECT account_no, collection_no FROM collections WHERE name = %s", [COLLECTION]
        ).fetchone()
        assert place is not None
        queries = iter(data.queries.tolist() * 10)

        def scan() -> float:
            params = {"account_no": place[0], "collection_no": place[1], "query": str(next(queries))}
            started = time.perf_counter()
            rows = database.execute(SCAN, params).fetchall()
            took = (time.perf_counter() - started) * 1000
            assert len(rows) == 10
            return took

        yield scan
