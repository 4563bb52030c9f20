"""Which indexes a request really uses, as PostgreSQL counted it: the functions' role, row-level security and all.

The counters are of scans that ran, so what a function of the owner does inside is seen too, and nothing is explained
that is not run. Two tenants' collections share a leaf; no other leaf may be touched.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from shared.web.context import database as functions_database
from tests.support.api import Api

DIMENSION = 16
ROWS = 4_000
WORDS = [f"word{number}" for number in range(400)]


@dataclass(frozen=True, slots=True)
class Seeded:
    """An indexed collection `things` of the tenant and another tenant's rows in the same leaf."""

    api: Api
    leaf: str
    collection_no: int


@pytest.fixture
async def seeded(api_without_embedder: Api) -> Seeded:
    return await seed(api_without_embedder, analyzed=True)


async def seed(api: Api, *, analyzed: bool) -> Seeded:
    other = await api.new_tenant("other@example.com")
    await api.collection(dimension=DIMENSION)
    await store(api, "things", ROWS)
    [(collection_no, leaf)] = api.sql("SELECT DISTINCT collection_no, tableoid::regclass::text FROM vectors")
    await neighbour(api, other.key, leaf)
    api.sql(
        f"CREATE INDEX vectors_{collection_no}_hnsw ON {leaf} USING hnsw ((embedding::halfvec({DIMENSION}))"
        f" halfvec_ip_ops) WHERE collection_no = {collection_no}"
    )
    api.sql(
        "INSERT INTO collection_indexes (account_no, collection_no, state, rows, removed, built_at)"
        " SELECT account_no, collection_no, 'ready', %s, 0, now() FROM collections WHERE collection_no = %s",
        ROWS,
        collection_no,
    )
    if analyzed:
        api.sql("VACUUM ANALYZE")
    return Seeded(api, leaf, collection_no)


async def store(api: Api, name: str, rows: int, key: str | None = None) -> None:
    chance = random.Random(1)
    records = [
        {
            "id": f"r{number:05}",
            "values": [chance.gauss(0, 1) for _ in range(DIMENSION)],
            "text": " ".join(chance.choices(WORDS, weights=[1 / (rank + 1) for rank in range(400)], k=12)),
            "metadata": {"n": number, "rare": number % 500, "half": number % 2},
        }
        for number in range(rows)
    ]
    for start in range(0, rows, 1_000):
        body = {"collection": name, "vectors": records[start : start + 1_000]}
        answer = await api.post("/v1/vectors/upsert", body, key=key)
        assert answer.status_code == 200, answer.text


async def neighbour(api: Api, key: str, leaf: str) -> None:
    """Another tenant's collection with rows in that leaf: which leaf a new collection gets is found by trying."""
    for attempt in range(400):
        name = f"c{attempt}"
        await api.post("/v1/collections", {"name": name, "dimension": DIMENSION}, key=key)
        [(number,)] = api.sql("SELECT max(collection_no) FROM collections")
        [(fits,)] = api.sql(
            "SELECT satisfies_hash_partition('vectors'::regclass, 32, %s, %s::bigint)", int(leaf[-2:]), number
        )
        if fits:
            await store(api, name, 500, key)
            return
    raise AssertionError("no collection came into the leaf")


async def used(seeded: Seeded, path: str, body: Mapping[str, Any] | None, method: str = "POST") -> dict[str, int]:
    """How often each index and each table (`seq:`) was scanned by one request."""
    api = seeded.api
    await functions_database().close()
    before = counters(api)
    answer = await api.client.request(method, path, json=body, headers=api.tenant.headers)
    assert answer.status_code == 200, answer.text
    await functions_database().close()  # a connection tells its counters when it ends
    after = counters(api)
    return {name: count - before.get(name, 0) for name, count in after.items() if count != before.get(name, 0)}


def counters(api: Api) -> dict[str, int]:
    found = dict(api.sql("SELECT indexrelname, idx_scan FROM pg_stat_user_indexes"))
    found |= dict(api.sql("SELECT 'seq:' || relname, seq_scan FROM pg_stat_user_tables"))
    return {str(name): int(count or 0) for name, count in found.items()}


QUERY = {"collection": "things", "vector": [1.0] + [0.0] * (DIMENSION - 1)}
HNSW, FACETS, KEY = "vectors_{no}_hnsw", "{leaf}_facets_idx", "{leaf}_pkey"
TERMS, WORDS_KEY = "keywords_{n}_terms_idx", "keywords_{n}_pkey"


@pytest.mark.parametrize(
    ("path", "body", "wanted", "unwanted"),
    [
        ("/v1/vectors/query", QUERY, [HNSW, KEY], [FACETS]),
        ("/v1/vectors/query", QUERY | {"filter": {"rare": 7}}, [HNSW, FACETS], []),
        ("/v1/vectors/query", QUERY | {"filter": {"n": {"$lt": 30}}}, [HNSW, FACETS], []),
        ("/v1/vectors/query", QUERY | {"filter": {"half": 1}}, [HNSW], [FACETS]),
        ("/v1/vectors/query", QUERY | {"filter": {"rare": {"$ne": 7}}}, [HNSW], [FACETS]),
        ("/v1/vectors/query", QUERY | {"text": "word7 word399", "mode": "hybrid"}, [HNSW, TERMS, WORDS_KEY], [FACETS]),
        ("/v1/search", {"collection": "things", "text": "word350 word1", "mode": "keyword"}, [TERMS], [HNSW]),
        (
            "/v1/search",
            {"collection": "things", "text": "word3", "mode": "keyword", "filter": {"rare": 7}},
            [FACETS, WORDS_KEY],
            [HNSW, TERMS],
        ),
        ("/v1/vectors/count", {"collection": "things", "filter": {"rare": 7}}, [FACETS], [HNSW]),
        ("/v1/vectors/fetch", {"collection": "things", "ids": ["r00001", "r00002"]}, [KEY], [HNSW, FACETS]),
        ("/v1/vectors/delete", {"collection": "things", "ids": ["r00001"]}, [KEY, WORDS_KEY], [HNSW, FACETS, TERMS]),
        ("/v1/vectors/delete", {"collection": "things", "filter": {"rare": 7}}, [FACETS, KEY], [HNSW]),
        (
            "/v1/vectors/upsert",
            {"collection": "things", "vectors": [{"id": "new", "values": [1.0] * DIMENSION, "text": "word1"}]},
            [KEY, WORDS_KEY],
            [FACETS],
        ),
    ],
)
async def test_a_request_uses_its_indexes_and_reads_no_other_leaf(
    seeded: Seeded, path: str, body: Mapping[str, Any], wanted: list[str], unwanted: list[str]
) -> None:
    names = {"no": seeded.collection_no, "leaf": seeded.leaf, "n": seeded.leaf[-2:]}
    found = await used(seeded, path, body)
    for name in wanted:
        assert name.format(**names) in found, found
    for name in unwanted:
        assert name.format(**names) not in found, found
    leaves = {name for name in found if "vectors_" in name or "keywords_" in name}
    other_leaves = {name for name in leaves if f"_{names['n']}" not in name and str(names["no"]) not in name}
    assert not other_leaves
    scanned = {name for name in found if name.startswith(("seq:vectors", "seq:keyword"))}
    assert not scanned


@pytest.mark.parametrize(
    ("path", "body", "wanted"),
    [
        ("/v1/vectors/query", QUERY | {"filter": {"rare": 7}}, FACETS),
        ("/v1/vectors/query", QUERY | {"filter": {"n": {"$gte": 3_980}}}, FACETS),
        ("/v1/vectors/count", {"collection": "things", "filter": {"rare": 7}}, FACETS),
        ("/v1/vectors/delete", {"collection": "things", "filter": {"n": -1}}, FACETS),
        ("/v1/search", {"collection": "things", "text": "word350", "mode": "keyword"}, TERMS),
    ],
)
async def test_right_after_a_load_there_are_no_statistics_and_the_same_indexes(
    api_without_embedder: Api, path: str, body: Mapping[str, Any], wanted: str
) -> None:
    seeded = await seed(api_without_embedder, analyzed=False)
    found = await used(seeded, path, body)
    assert wanted.format(leaf=seeded.leaf, n=seeded.leaf[-2:]) in found, found
    assert f"{seeded.leaf}_pkey" not in found or found[f"{seeded.leaf}_pkey"] <= 20


async def test_a_collection_whose_index_is_not_ready_is_searched_exactly(seeded: Seeded) -> None:
    seeded.api.sql("DELETE FROM collection_indexes")
    found = await used(seeded, "/v1/vectors/query", QUERY)
    assert f"vectors_{seeded.collection_no}_hnsw" not in found


async def test_every_function_says_how_it_is_planned(api_without_embedder: Api) -> None:
    """The role forces custom plans, for a generic one cannot use a partial index; what is planned once says so."""
    unset = api_without_embedder.sql(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        " AND proname NOT LIKE 'ensure_%%' AND NOT EXISTS ("
        "   SELECT FROM unnest(proconfig) setting WHERE setting LIKE 'plan_cache_mode=%%')"
    )
    assert unset == []
