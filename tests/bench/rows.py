"""Upsert of 1,000 rows of 1,024 values a request, beside a binary COPY of the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median

import msgspec

from functions.vectors.upsert import UpsertRequest
from shared.admission import CollectionRef
from shared.records import prepare
from tests.bench import values
from tests.bench.client import Answer
from tests.bench.result import Row
from tests.bench.split import split
from tests.bench.target import Target

COLLECTION = "bench-rows"
A_REQUEST = 1_000
ROUNDS = 5

# The columns of `vectors` that carry the weight, in a table that no crash survives: the least that an upsert writes.
FLOOR_TABLE = """
    CREATE TEMPORARY TABLE floor (
        row_no bigint, id text STORAGE MAIN COLLATE "C" PRIMARY KEY, embedding halfvec STORAGE PLAIN,
        raw_values vector STORAGE EXTERNAL
    )
"""


def measure(target: Target) -> list[Row]:
    """Requests and copies in turns; then the two steps of a request that are Python's, in this process."""
    vectors = values.vectors(A_REQUEST, seed=3)
    api: list[Answer] = []
    copied: list[float] = []
    body = b""
    with target.client() as client, target.database() as database:
        client.create_collection(COLLECTION)
        database.execute(FLOOR_TABLE)
        for number in range(ROUNDS + 1):
            ids = [f"row-{number}-{place}" for place in range(A_REQUEST)]
            body = values.upsert_body(COLLECTION, ids, vectors)
            answer = client.post("/v1/vectors/upsert", body)
            assert answer.json()["upserted"] == A_REQUEST
            content = values.copy_body(ids, vectors)
            started = time.perf_counter()
            with database.cursor().copy("COPY floor FROM STDIN (FORMAT binary)") as copy:
                copy.write(content)
            if number > 0:  # the first one warms up
                api.append(answer)
                copied.append(time.perf_counter() - started)
        assert database.execute("SELECT count(*) FROM floor").fetchone() == ((ROUNDS + 1) * A_REQUEST,)
    rate = A_REQUEST / (median(answer.ms for answer in api) / 1000)
    peer = A_REQUEST / median(copied)
    return [
        Row(
            f"Upsert of {A_REQUEST:,} rows of {values.DIMENSION:,} values a request ({len(body) / 1e6:.0f} MB of JSON)",
            f"{rate:,.0f} rows/s",
            peer=f"binary COPY of them into a temporary table: {peer:,.0f} rows/s",
            ratio=f"{rate / peer:.2f}",
            numbers={"rows_per_second": rate, "copy_rows_per_second": peer},
        ),
        _where(target, api, body),
    ]


def _where(target: Target, api: Sequence[Answer], body: bytes) -> Row:
    parts = split(api, target.gateway_log)
    collection = CollectionRef(1, COLLECTION, values.DIMENSION, "cosine", model=None, model_revision=None)
    records = msgspec.json.decode(body, type=UpsertRequest).vectors
    decode = _median_ms(lambda: msgspec.json.decode(body, type=UpsertRequest))
    check = _median_ms(lambda: prepare(records, collection))
    rest = max(parts.rest - decode - check, 0.0)
    return Row(
        "… where its time goes (medians)",
        f"decoding JSON {decode:.0f}, checking and packing {check:.0f}, SQL {parts.database:.0f}, "
        f"receiving the body, framing and the rest {rest + parts.outside:.0f} ms",
        numbers={"decode_ms": decode, "prepare_ms": check, "sql_ms": parts.database, "rest_ms": rest + parts.outside},
    )


def _median_ms(work: Callable[[], object]) -> float:
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        took.append((time.perf_counter() - started) * 1000)
    return median(took)
