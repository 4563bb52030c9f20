"""The border to PostgreSQL: connections that are kept, transactions of one account, errors that become ours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.db import arrays, connection
from shared.db.connection import Database, Statement, UniqueConflict
from shared.db.sql_files import statements
from shared.errors import InternalError, Unavailable
from tests.support.database import TestDatabase


@pytest.fixture
async def db(database: TestDatabase) -> AsyncIterator[Database]:
    made = Database(database.api_url, size=2)
    yield made
    await made.close()


async def backend(db: Database) -> int:
    [(pid,)] = await db.execute(Statement(b"SELECT pg_backend_pid()"))
    return int(pid)


async def test_a_connection_is_kept_between_requests(db: Database) -> None:
    assert await backend(db) == await backend(db)


async def test_a_connection_that_the_server_closed_is_not_used_again(db: Database, database: TestDatabase) -> None:
    first = await backend(db)
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 1000)", [first])
    assert await backend(db) != first


async def test_a_transaction_sees_its_account_and_leaves_nothing_behind(db: Database) -> None:
    ask = Statement(b"SELECT current_account_no()")
    assert await db.transact(7, ask, ask) == [[(7,)], [(7,)]]
    assert await db.execute(ask) == [(None,)]
    assert await db.transact(8, ask) == [[(8,)]]


async def test_of_a_failed_transaction_nothing_stays(db: Database, database: TestDatabase) -> None:
    write = b"INSERT INTO deleted_collections (account_no, collection_no) VALUES (7, 1)"
    with pytest.raises(InternalError):
        await db.transact(7, Statement(write), Statement(b"SELECT 1 / 0"))
    with pytest.raises(UniqueConflict):
        await db.transact(7, Statement(write), Statement(write))
    with psycopg.connect(database.owner_url) as owner:
        assert owner.execute("SELECT count(*) FROM deleted_collections").fetchone() == (0,)
    assert await db.transact(7, Statement(b"SELECT 1")) == [[(1,)]]


async def test_a_cancelled_request_gives_its_place_back(db: Database) -> None:
    for _ in range(4):
        task = asyncio.create_task(db.execute(Statement(b"SELECT pg_sleep(30)")))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await db.execute(Statement(b"SELECT 1")) == [(1,)]


async def test_when_all_connections_are_busy_it_is_503(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ACQUIRE_TIMEOUT_S", 0.1)
    sleeps = [asyncio.create_task(db.execute(Statement(b"SELECT pg_sleep(0.6)"))) for _ in range(2)]
    await asyncio.sleep(0.05)
    with pytest.raises(Unavailable):
        await db.execute(Statement(b"SELECT 1"))
    await asyncio.gather(*sleeps)


async def test_nobody_there_is_503() -> None:
    with pytest.raises(Unavailable):
        await Database("postgresql://nobody:hunter2@127.0.0.1:9/none").execute(Statement(b"SELECT 1"))


async def test_a_deadlock_is_tried_again(db: Database, database: TestDatabase) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("INSERT INTO deleted_collections (account_no, collection_no) VALUES (7, 1), (7, 2)")

    def touch(number: int) -> Statement:
        return Statement(
            b"UPDATE deleted_collections SET deleted_at = now() WHERE collection_no = %(n)s", {"n": number}
        )

    pause = Statement(b"SELECT pg_sleep(0.2)")
    await asyncio.gather(db.transact(7, touch(1), pause, touch(2)), db.transact(7, touch(2), pause, touch(1)))


def test_no_password_is_in_a_repr() -> None:
    assert "hunter2" not in repr(Database("postgresql://nobody:hunter2@127.0.0.1:9/none"))
    assert "canary" not in repr(Statement(b"SELECT 1", {"text": "canary"}))


texts = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
moments = st.none() | st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))
documents = st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5), st.integers())


@given(rows=st.lists(st.tuples(texts, moments, documents, st.none() | st.binary(max_size=9)), max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_arrive_as_they_were_sent(
    database: TestDatabase, rows: list[tuple[str | None, datetime | None, dict[str, int], bytes | None]]
) -> None:
    query = (
        b"SELECT * FROM unnest(%(a)b::text[], %(b)b::timestamptz[], %(c)b::jsonb[], %(d)b::bytea[])"
        b" WITH ORDINALITY AS sent (a, b, c, d, n) ORDER BY n"
    )
    params = {
        "a": arrays.texts(row[0] for row in rows),
        "b": arrays.timestamps(row[1] for row in rows),
        "c": arrays.jsonbs(json.dumps(row[2]).encode() for row in rows),
        "d": arrays.blobs(row[3] for row in rows),
    }

    async def sent() -> list[tuple[object, ...]]:
        db = Database(database.api_url)
        try:
            await db.execute(Statement(b"SET TimeZone = 'UTC'"))
            return await db.execute(Statement(query, params))
        finally:
            await db.close()

    assert [row[:4] for row in asyncio.run(sent())] == rows


def test_a_look_up_reads_one_partition_and_by_its_key(database: TestDatabase) -> None:
    """As the functions' role, under row-level security, with a plan made for the very parameters."""
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("INSERT INTO accounts (account_id) VALUES ('a')")
        owner.execute(
            "INSERT INTO collections (account_no, env, name, dimension, metric)"
            " SELECT 1, 'live', 'c' || n, 8, 'cosine' FROM generate_series(1, 64) n"
        )
        owner.execute(
            "INSERT INTO vectors (account_no, collection_no, namespace, id, embedding, content_hash)"
            " SELECT 1, c, '', 'v' || n, '[1,2,3,4,5,6,7,8]', ''"
            " FROM generate_series(1, 64) c, generate_series(1, 200) n"
        )
        owner.execute("ANALYZE")
    with psycopg.connect(database.api_url, autocommit=True) as api:
        arrays.register(api.adapters)
        api.execute("SELECT set_config('app.account', '1', false)")
        params: dict[str, object] = {
            "account_no": 1,
            "collection_no": 5,
            "namespace": "",
            "id": "v1",
            "ids": arrays.texts(["v1", "v2"]),
        }
        for file, name in (("search", "get_query_vector"), ("vectors", "fetch_vectors")):
            [(explained,)] = api.execute(b"EXPLAIN (FORMAT JSON) " + statements(file)[name], params).fetchall()
            nodes = list(_nodes(explained[0]["Plan"]))
            leaves = {node["Relation Name"] for node in nodes if node.get("Relation Name", "").startswith("vectors")}
            assert len(leaves) == 1, name
            for node in nodes:
                if node.get("Relation Name") in leaves:
                    assert node["Node Type"] in ("Index Scan", "Bitmap Heap Scan"), (name, node)
                    condition = node.get("Index Cond") or node["Recheck Cond"]
                    assert "account_no" in condition
                    assert "collection_no" in condition


def _nodes(plan: dict[str, object]) -> list[dict[str, str]]:
    below = plan.get("Plans", [])
    assert isinstance(below, list)
    return [plan] + [node for child in below for node in _nodes(child)]  # type: ignore[return-value]  # JSON
