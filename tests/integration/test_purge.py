"""What is physically removed later than it vanished."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from shared.db.connection import Database
from shared.purge import USAGE_DAYS_AHEAD, USAGE_DAYS_KEPT, ensure_usage_partitions, purge
from shared.usage_rollups import aggregate_usage
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


async def test_events_that_come_while_their_day_is_made_harm_nothing(api_without_embedder: Api, jobs: Database) -> None:
    """The day stays in the default partition, and the next ones are made."""
    api = api_without_embedder
    event = (
        "INSERT INTO usage_events (account_no, endpoint, env, plan, status, latency_ms, requests, occurred_at)"
        " VALUES (1, 'x', 'live', 'free', 200, 1, 1, now() + interval '20 days')"
    )
    with psycopg.connect(api.database.owner_url) as writer:
        writer.execute(event.encode())
        making = asyncio.create_task(ensure_usage_partitions(jobs, days_ahead=21))
        await waiting_for_lock(api)
        writer.commit()
    before = api.sql("SELECT count(*) FROM usage_events_default")
    assert await making == 21  # of today and 21 days ahead, all but one
    assert await ensure_usage_partitions(jobs, days_ahead=21) == 0
    assert api.sql("SELECT count(*) FROM usage_events_default") == before == [(1,)]


async def test_old_events_go_by_the_day_and_what_they_add_up_to_stays(
    api_without_embedder: Api, jobs: Database
) -> None:
    api = api_without_embedder
    for ago in (USAGE_DAYS_KEPT + 1, USAGE_DAYS_KEPT):
        api.sql(
            f"DO $$ DECLARE day date := (now() AT TIME ZONE 'UTC')::date - {ago}; BEGIN EXECUTE format("
            "'CREATE TABLE %%I PARTITION OF usage_events FOR VALUES FROM (%%L) TO (%%L)', 'usage_events_'"
            " || to_char(day, 'YYYYMMDD'), day || ' 00:00Z', day + 1 || ' 00:00Z'); END $$"
        )
    for ago in (0, USAGE_DAYS_KEPT, USAGE_DAYS_KEPT + 1, USAGE_DAYS_KEPT + 2):
        for _ in range(2):
            api.sql(
                "INSERT INTO usage_events (account_no, endpoint, env, plan, status, latency_ms, requests, occurred_at)"
                f" VALUES (1, 'x', 'live', 'free', 200, 1, 1, date_trunc('day', now(), 'UTC') - {ago} * interval '24h')"
            )
    assert await purge(jobs) == 1 + 2  # a day, and two events that had none of their own
    assert api.sql("SELECT count(*) FROM usage_events") == [(4,)]
    days = api.sql("SELECT count(*) FROM pg_inherits WHERE inhparent = 'usage_events'::regclass")
    assert days == [(1 + 1 + USAGE_DAYS_AHEAD,)]  # the kept one, the default one, and those ahead
    # What was in the tail still counts.
    assert await aggregate_usage(jobs) == 8
    assert api.sql("SELECT sum(requests) FROM usage_days") == [(8,)]
    assert await purge(jobs) == 0


async def test_a_day_that_somebody_reads_goes_later(api_without_embedder: Api, jobs: Database) -> None:
    """Whoever waits for the table holds up everybody who meters, so the job does not."""
    api = api_without_embedder
    api.sql(
        "CREATE TABLE usage_events_20200101 PARTITION OF usage_events"
        " FOR VALUES FROM ('2020-01-01Z') TO ('2020-01-02Z')"
    )
    with psycopg.connect(api.database.owner_url) as reader:
        reader.execute("SELECT count(*) FROM usage_events")
        assert await ensure_usage_partitions(jobs, days_ahead=3) == 0
        assert await purge(jobs) == 0
    assert await purge(jobs) == 1
    assert await ensure_usage_partitions(jobs, days_ahead=USAGE_DAYS_AHEAD + 2) == 2


async def waiting_for_lock(api: Api) -> None:
    """Until somebody waits for a lock."""
    async with asyncio.timeout(10):
        while api.sql("SELECT count(*) FROM pg_locks WHERE NOT granted") == [(0,)]:
            await asyncio.sleep(0.01)


async def test_buckets_that_are_full_for_an_hour_go(api_without_embedder: Api, jobs: Database) -> None:
    """Of keys and of addresses; those that somebody may still wait for stay, and so does what was used."""
    api = api_without_embedder
    now_s = "extract(epoch FROM now() - timestamptz '2026-01-01Z')"
    for number, age_s in ((1, 3_700), (2, 3_500), (3, -30)):
        api.sql(f"INSERT INTO key_meters (account_no, key_no, read_at) VALUES (7, {number}, {now_s} - {age_s})")
        api.sql(f"INSERT INTO stranger_meters (bucket, at) VALUES (sha256('{number}'), {now_s} - {age_s})")
    meters = api.sql("SELECT * FROM account_meters")
    await purge(jobs)
    assert api.sql("SELECT key_no FROM key_meters WHERE account_no = 7 ORDER BY 1") == [(2,), (3,)]
    left = api.sql("SELECT bucket IN (sha256('2'), sha256('3')) FROM stranger_meters")
    assert left == [(True,), (True,)]
    assert api.sql("SELECT * FROM account_meters") == meters
