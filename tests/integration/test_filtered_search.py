"""A filtered search among 100,000 indexed vectors answers as many rows as match, and the right ones.

However few or many match, for every top_k, also after the nearest were deleted: by the index, or by reading all
matches, whichever way the search takes.
"""

from __future__ import annotations

import json
import math
import operator
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
import pytest

from shared.filters.facets import facets_of
from tests.support.api import Api

ROWS, DIMENSION, CENTRES = 100_000, 24, 100
TOP_KS = (1, 10, 161, 1_000)  # 161 is one more than the index looks at by default at this size


@dataclass(frozen=True, slots=True)
class Corpus:
    """A collection whose record `i` has a random number `n`, each of 0 to ROWS - 1 once, and `half` = n mod 2."""

    api: Api
    queries: Sequence[list[float]]


def clustered(chance: random.Random, centre: Sequence[float]) -> list[float]:
    """A vector of length 1 near a centre."""
    values = [value + chance.gauss(0, 0.4) for value in centre]
    length = math.hypot(*values)
    return [value / length for value in values]


@pytest.fixture
async def corpus(api_without_embedder: Api) -> Corpus:
    api, chance = api_without_embedder, random.Random(3)
    await api.collection(dimension=DIMENSION)
    [(account_no, collection_no)] = api.sql("SELECT account_no, collection_no FROM collections")
    centres = [[chance.gauss(0, 1) for _ in range(DIMENSION)] for _ in range(CENTRES)]
    numbers = list(range(ROWS))
    chance.shuffle(numbers)
    columns = "account_no, collection_no, namespace, id, embedding, content_hash, metadata, facets"
    with psycopg.connect(api.database.owner_url, autocommit=True) as owner:
        with owner.cursor().copy(f"COPY vectors ({columns}) FROM STDIN".encode()) as copy:
            for number in numbers:
                values = ",".join(f"{value:.4f}" for value in clustered(chance, centres[number % CENTRES]))
                metadata = {"n": number, "half": number % 2}
                facets = " ".join(f"'{lexeme.decode()}'" for lexeme in facets_of(metadata, collection_no))
                key = (account_no, collection_no, "", f"r{number:05}")
                copy.write_row((*key, f"[{values}]", b"\0", json.dumps(metadata), facets))
        owner.execute("UPDATE collection_counts SET stored = %s WHERE slot = 0", [ROWS])
        [(leaf,)] = owner.execute("SELECT tableoid::regclass::text FROM vectors LIMIT 1").fetchall()
        owner.execute("SET maintenance_work_mem = '256MB'")
        owner.execute(
            f"CREATE INDEX vectors_{collection_no}_hnsw ON {leaf} USING hnsw ((embedding::halfvec({DIMENSION}))"
            f" halfvec_ip_ops) WHERE collection_no = {collection_no}".encode()
        )
        owner.execute(
            "INSERT INTO collection_indexes (account_no, collection_no, state, rows, removed, built_at)"
            " VALUES (%s, %s, 'ready', %s, 0, now())",
            [account_no, collection_no, ROWS],
        )
        owner.execute("ANALYZE vectors")
    return Corpus(api, [clustered(chance, centres[index]) for index in range(6)])


async def search(corpus: Corpus, query: list[float], top_k: int, filter_: dict[str, Any] | None) -> list[str]:
    body = {"collection": "things", "vector": query, "top_k": top_k, "filter": filter_, "include_metadata": False}
    answer = await corpus.api.post("/v1/vectors/query", body)
    assert answer.status_code == 200, answer.text
    return [result["id"] for result in answer.json()["results"]]


def exact(corpus: Corpus, query: list[float], top_k: int, condition: str) -> set[str]:
    """The nearest by reading every row, as the owner; the expression is not the index's."""
    rows = corpus.api.sql(
        f"SELECT id FROM vectors WHERE {condition} ORDER BY embedding <#> %s::halfvec, id LIMIT {top_k}",
        str(query),
    )
    return {row[0] for row in rows}


def recall(found: Sequence[str], wanted: set[str]) -> float:
    return len(wanted.intersection(found)) / len(wanted) if wanted else 1.0


async def test_as_many_rows_as_match_and_the_right_ones(corpus: Corpus) -> None:
    await every_case(corpus)
    for query in corpus.queries:
        nearest = sorted(exact(corpus, query, 500, "true"))
        answer = await corpus.api.post("/v1/vectors/delete", {"collection": "things", "ids": nearest})
        assert answer.json()["deleted_count"] == 500
    await every_case(corpus)


async def every_case(corpus: Corpus) -> None:
    for top_k in TOP_KS:
        recalls: list[float] = []
        for filter_, condition, holds in cases(top_k):
            for query in corpus.queries:
                found = await search(corpus, query, top_k, filter_)
                assert len(found) == len(set(found))
                assert all(holds(int(name[1:])) for name in found), (filter_, top_k)
                wanted = exact(corpus, query, top_k, condition)
                assert len(found) == len(wanted), f"{filter_}, top_k {top_k}"
                recalls.append(recall(found, wanted))
        assert sum(recalls) / len(recalls) >= 0.95, (top_k, sorted(recalls)[:5])


def cases(top_k: int) -> list[tuple[dict[str, Any] | None, str, Callable[[int], bool]]]:
    """Filters that 0, 1, k - 1, k, 1 %, 10 %, 50 % and all of the rows match, by a range and by other operators."""
    sizes = (0, 1, top_k - 1, top_k, ROWS // 100, ROWS // 10, ROWS // 2)
    ranges: list[tuple[dict[str, Any] | None, str, Callable[[int], bool]]] = [
        ({"n": {"$lt": size}}, f"(metadata->>'n')::int < {size}", partial(operator.gt, size)) for size in sizes
    ]
    return [
        *ranges,
        (None, "true", lambda number: True),
        ({"half": 1}, "metadata->>'half' = '1'", lambda number: number % 2 == 1),
        ({"half": {"$ne": 1}}, "metadata->>'half' = '0'", lambda number: number % 2 == 0),
        (
            {"n": {"$nin": [1, 2]}, "half": 0},
            "metadata->>'half' = '0' AND metadata->>'n' <> '2'",
            lambda number: number % 2 == 0 and number != 2,
        ),
        ({"nowhere": {"$exists": True}}, "false", lambda number: False),
        ({"half": {"$gt": 1}}, "false", lambda number: False),
    ]
