"""What is physically removed later than it vanished."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.db.connection import Database
from shared.purge import ensure_usage_partitions, purge
from tests.support.api import Api


@pytest.fixture
async def jobs(api_without_embedder: Api) -> AsyncIterator[Database]:
    database = Database(api_without_embedder.database.jobs_url, size=2)
    yield database
    await database.close()


async def test_expired_vectors_go_and_the_counts_with_them(api_without_embedder: Api, jobs: Database) -> None:
    api = api_without_embedder
    await api.collection()
    past = {"expires_at": "2020-01-01T00:00:00Z"}
    await api.upsert([{"id": "a", "text": "x", **past}, {"id": "b", "values": [1.0] * 1024, **past}])
    await api.upsert([{"id": "c", "text": "x"}, {"id": "d", "text": "x", "ttl_seconds": 3600}])
    assert await purge(jobs) == 2
    assert api.sql("SELECT id FROM vectors ORDER BY id") == [("c",), ("d",)]
    assert api.sql("SELECT id FROM pending_embeddings ORDER BY id") == [("c",), ("d",)]
    body = (await api.get("/v1/collections/things")).json()
    assert (body["vectors_count"], body["pending_count"]) == (2, 2)
    assert await purge(jobs) == 0


async def test_what_an_interrupted_deletion_left_goes(api_without_embedder: Api, jobs: Database) -> None:
    api = api_without_embedder
    await api.collection()
    await api.collection("kept")
    for name in ("things", "kept"):
        await api.upsert([{"id": "a", "text": "x"}, {"id": "b", "text": "y"}], collection=name)
    api.sql(
        "WITH gone AS (DELETE FROM collections WHERE name = 'things' RETURNING account_no, collection_no),"
        " counts AS (DELETE FROM collection_counts n USING gone g WHERE n.collection_no = g.collection_no)"
        " INSERT INTO deleted_collections SELECT account_no, collection_no FROM gone"
    )
    assert await purge(jobs) == 2
    for table, left in (("vectors", 2), ("pending_embeddings", 2), ("deleted_collections", 0)):
        assert api.sql(f"SELECT count(*) FROM {table}") == [(left,)], table


async def test_usage_partitions_are_made_ahead_once(api_without_embedder: Api, jobs: Database) -> None:
    api = api_without_embedder
    api.sql("SELECT ensure_usage_partitions(2)")
    made = await ensure_usage_partitions(jobs, days_ahead=4)
    assert made == 2
    assert await ensure_usage_partitions(jobs, days_ahead=4) == 0
    await api.collection(dimension=2)
    await api.post("/v1/vectors/query", {"collection": "things", "vector": [1.0, 0.0]})
    assert api.sql("SELECT tableoid::regclass::text ~ '^usage_events_[0-9]{8}$' FROM usage_events") == [(True,)]


async def test_a_day_whose_events_went_to_the_default_partition_stays_there(
    api_without_embedder: Api, jobs: Database
) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    api.sql(
        "INSERT INTO usage_events (account_no, endpoint, env, plan, status, latency_ms, requests, occurred_at)"
        " VALUES (1, 'x', 'live', 'free', 200, 1, 1, now() + interval '40 days')"
    )
    before = api.sql("SELECT count(*) FROM usage_events_default")
    await ensure_usage_partitions(jobs, days_ahead=45)
    assert api.sql("SELECT count(*) FROM usage_events_default") == before
