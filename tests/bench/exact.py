"""How exact search grows from 1,000 to 10,000 rows, what a row costs on disk, and that one partition is read."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from tests.bench import values
from tests.bench.client import Answer, Client
from tests.bench.result import Row, p50_p95, percentile
from tests.bench.split import split
from tests.bench.target import Target

SMALL, LARGE = 1_000, 10_000
A_REQUEST = 1_000
QUERIES = 100
DISK = """
    SELECT sum(pg_total_relation_size(inhrelid))::bigint FROM pg_inherits WHERE inhparent = 'vectors'::regclass
"""


def measure(target: Target) -> list[Row]:
    """Vector queries in turns among the few and the many."""
    vectors = values.vectors(A_REQUEST, seed=4)
    questions = values.vectors(QUERIES, seed=5)
    with target.client() as client:
        _fill(client, _name(SMALL), SMALL, vectors)
        before: int = target.ask(DISK)
        _fill(client, _name(LARGE), LARGE, vectors)
        row_bytes = (target.ask(DISK) - before) / LARGE
        with target.database() as database:
            database.execute("VACUUM ANALYZE vectors")
        answers: dict[int, list[Answer]] = {SMALL: [], LARGE: []}
        for question in questions:
            for size, found in answers.items():
                found.append(client.post("/v1/vectors/query", {"collection": _name(size), "vector": question}))
    took = {size: [answer.ms for answer in found[5:]] for size, found in answers.items()}
    in_database = {size: split(found[5:], target.gateway_log).database for size, found in answers.items()}
    p50 = {size: median(times) for size, times in took.items()}
    return [
        Row(
            f"Exact search by vector among {LARGE:,} rows of {values.DIMENSION:,} values: p50 / p95",
            p50_p95(took[LARGE]),
            peer=f"among {SMALL:,} rows: {p50_p95(took[SMALL])}",
            ratio=f"{p50[LARGE] / p50[SMALL]:.1f}",
            numbers={f"p50_ms_{size}": p50[size] for size in took}
            | {f"p95_ms_{size}": percentile(took[size], 0.95) for size in took}
            | {f"database_ms_{size}": in_database[size] for size in took},
        ),
        Row(
            "… of it in the database (medians)",
            f"{in_database[LARGE]:.1f} ms",
            peer=f"{in_database[SMALL]:.1f} ms",
            ratio=f"{in_database[LARGE] / in_database[SMALL]:.1f}",
        ),
        Row(
            f"Disk a row of {values.DIMENSION:,} values, indexes included",
            f"{row_bytes / 1024:.1f} KB",
            peer=f"float32 and float16 values alone {values.DIMENSION * 6 / 1024:.1f} KB",
            ratio=f"{row_bytes / (values.DIMENSION * 6):.2f}",
            numbers={"bytes_a_row": row_bytes},
        ),
    ]


def _fill(client: Client, name: str, size: int, vectors: Sequence[Sequence[float]]) -> None:
    client.create_collection(name)
    for start in range(0, size, len(vectors)):
        # Another order of the values is another vector; making them anew would take longer than storing them.
        shift = start // len(vectors)
        rows = [[*row[shift:], *row[:shift]] for row in vectors]
        ids = [f"{start + place:06}" for place in range(len(rows))]
        client.post("/v1/vectors/upsert", values.upsert_body(name, ids, rows))


def _name(size: int) -> str:
    return f"bench-exact-{size}"
