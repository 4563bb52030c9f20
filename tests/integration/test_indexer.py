"""The index worker on a real server: what it builds, and what it makes of interruptions."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from infra.indexer import ddl, patience, session, worker
from infra.indexer.config import IndexerSettings
from infra.indexer.failure import IndexerFailure
from infra.indexer.look import look
from infra.indexer.worker import IndexWorker
from tests.support.database import REPOSITORY, TestDatabase

MIN_ROWS = 1_000
DIMENSION = 16


class Store:
    """Collections and vectors by plain SQL, as the owner."""

    def __init__(self, database: TestDatabase) -> None:
        self.database = database
        self.owner = psycopg.connect(database.owner_url, autocommit=True)
        self.account_no = self.account()

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        cursor = self.owner.execute(statement.encode(), parameters)
        return cursor.fetchall() if cursor.description else []

    def account(self) -> int:
        statement = "INSERT INTO accounts (account_id) VALUES (%s) RETURNING account_no"
        return int(self.sql(statement, str(time.monotonic_ns()))[0][0])

    def collection(
        self,
        rows: int = 0,
        *,
        dimension: int = DIMENSION,
        metric: str = "cosine",
        number: int | None = None,
        account_no: int | None = None,
    ) -> int:
        """Makes a collection of that many vectors and answers its number."""
        owner = account_no or self.account_no
        number = number or self.sql("SELECT nextval('collection_numbers')")[0][0]
        self.sql(
            "INSERT INTO collections (account_no, collection_no, env, name, dimension, metric)"
            " VALUES (%s, %s, 'live', 'c' || %s::text, %s, %s)",
            *(owner, number, number, dimension, metric),
        )
        self.sql(
            "INSERT INTO collection_counts (account_no, collection_no, slot)"
            " SELECT %s, %s, s FROM generate_series(0, 7) s",
            *(owner, number),
        )
        self.add(number, rows)
        return int(number)

    def add(self, number: int, rows: int) -> None:
        """Adds random vectors, and counts them as the service does."""
        self.sql(
            "WITH added AS ("
            " INSERT INTO vectors (account_no, collection_no, namespace, id, embedding, content_hash)"
            " SELECT c.account_no, c.collection_no, '', gen_random_uuid()::text, l2_normalize("
            "  (SELECT array_agg(random() - 0.5) FROM generate_series(1, c.dimension + 0 * n))::vector"
            " )::halfvec, ''::bytea"
            " FROM collections c, generate_series(1, %s) n WHERE c.collection_no = %s RETURNING 1)"
            " UPDATE collection_counts SET stored = stored + (SELECT count(*) FROM added)"
            " WHERE collection_no = %s AND slot = 3",
            *(rows, number, number),
        )

    def remove(self, number: int, rows: int) -> None:
        """Deletes vectors, and counts them as the service does."""
        self.sql(
            "WITH gone AS (DELETE FROM vectors v WHERE v.collection_no = %s"
            " AND v.id IN (SELECT w.id FROM vectors w WHERE w.collection_no = %s LIMIT %s) RETURNING 1)"
            " UPDATE collection_counts SET stored = stored - (SELECT count(*) FROM gone),"
            " removed = removed + (SELECT count(*) FROM gone) WHERE collection_no = %s AND slot = 5",
            *(number, number, rows, number),
        )

    def drop_collection(self, number: int) -> None:
        for table in ("collection_counts", "collections"):
            self.sql(f"DELETE FROM {table} WHERE collection_no = %s", number)

    def leaf(self, number: int) -> str:
        return str(
            self.sql("SELECT tableoid::regclass::text FROM vectors WHERE collection_no = %s LIMIT 1", number)[0][0]
        )

    def indexes(self) -> dict[str, bool]:
        """All HNSW indexes, and whether they are valid."""
        return dict(
            self.sql(
                "SELECT x.relname, i.indisvalid FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid"
                " JOIN pg_am a ON a.oid = x.relam WHERE a.amname = 'hnsw' ORDER BY 1"
            )
        )

    def record(self, number: int) -> tuple[str, int, int, bool] | None:
        rows = self.sql(
            "SELECT state, rows, removed, built_at IS NOT NULL FROM collection_indexes WHERE collection_no = %s", number
        )
        return rows[0] if rows else None

    def plan(self, number: int, *, metric: str = "cosine", account_no: int | None = None) -> str:
        """How the API's role searches a collection, under row-level security, where it is to use an index."""
        operator = "<->" if metric == "euclidean" else "<#>"
        dimension = self.sql("SELECT dimension FROM collections WHERE collection_no = %s", number)[0][0]
        cast = f"embedding::halfvec({dimension})"
        with psycopg.connect(self.database.api_url) as api:
            api.execute("SELECT set_config('app.account', %s, true)", (str(account_no or self.account_no),))
            api.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
            )
            rows = api.execute(
                f"EXPLAIN SELECT id FROM vectors WHERE account_no = %s AND collection_no = %s AND namespace = ''"
                f" ORDER BY {cast} {operator} %s::{cast.partition('::')[2]} LIMIT 10".encode(),
                (account_no or self.account_no, number, "[" + ",".join(["1"] * dimension) + "]"),
            ).fetchall()
        return "\n".join(row[0] for row in rows)

    @contextmanager
    def open_transaction(self, number: int) -> Iterator[None]:
        """Somebody who has written to the collection's partition and does not commit: builds wait for that."""
        with psycopg.connect(self.database.owner_url) as other:
            other.execute("UPDATE vectors SET metadata = '{}' WHERE collection_no = %s", (number,))
            yield
            other.rollback()


@pytest.fixture
def store(database: TestDatabase) -> Iterator[Store]:
    made = Store(database)
    yield made
    made.owner.close()


@pytest.fixture
def settings(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> IndexerSettings:
    """Settings of a worker that waits for nothing."""
    monkeypatch.setattr(patience, "FIRST_BACKOFF_S", 0.2)
    monkeypatch.setattr(worker, "FIRST_RECONNECT_S", 0.05)
    return IndexerSettings(
        owner_url=database.owner_url, min_rows=MIN_ROWS, interval_s=0.05, quiet_s=0, parallel_workers=1
    )


async def _steps(settings: IndexerSettings, *, at_most: int = 20) -> None:
    """A worker's life until it has nothing to do any more."""
    one = IndexWorker(settings)
    async with await session.connect(settings.owner_url) as connection:
        assert await session.take_turn(connection)
        for _ in range(at_most):
            if not await one.step(connection):
                return
    raise AssertionError("it finds something to do again and again")


@asynccontextmanager
async def _running(settings: IndexerSettings) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(IndexWorker(settings).run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _until(holds: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


# --- what is built


@pytest.mark.parametrize("metric", ["cosine", "dotproduct", "euclidean"])
async def test_a_large_collection_gets_an_index_that_searches_use(
    store: Store, settings: IndexerSettings, metric: str
) -> None:
    large, small = store.collection(MIN_ROWS, metric=metric), store.collection(MIN_ROWS - 1, metric=metric)
    await _steps(settings)
    assert store.indexes() == {f"vectors_{large}_hnsw": True}
    assert store.record(large) == ("ready", MIN_ROWS, 0, True)
    assert store.record(small) is None
    assert f"Index Scan using vectors_{large}_hnsw on {store.leaf(large)}" in store.plan(large, metric=metric)
    assert "hnsw" not in store.plan(small, metric=metric)


async def test_collections_of_one_partition_never_share_an_index(store: Store, settings: IndexerSettings) -> None:
    mine = store.collection(MIN_ROWS, dimension=16)
    stranger = store.account()
    theirs = store.collection(MIN_ROWS, dimension=24, number=_sibling(store, mine), account_no=stranger)
    assert store.leaf(mine) == store.leaf(theirs)
    await _steps(settings)
    assert f" vectors_{mine}_hnsw " in store.plan(mine)
    assert f" vectors_{theirs}_hnsw " in store.plan(theirs, account_no=stranger)
    store.add(mine, 100)
    sizes = dict(store.sql("SELECT relname, relpages FROM pg_class WHERE relname LIKE 'vectors%%hnsw'"))
    assert len(sizes) == 2


def _sibling(store: Store, number: int) -> int:
    """A collection number whose rows come to lie in the same partition."""
    remainder = store.leaf(number).rpartition("_")[2]
    return int(
        store.sql(
            "SELECT n FROM generate_series(10000, 20000) n"
            " WHERE satisfies_hash_partition('vectors'::regclass, 32, %s, n::bigint) LIMIT 1",
            int(remainder),
        )[0][0]
    )


async def test_pending_vectors_do_not_count(store: Store, settings: IndexerSettings) -> None:
    one = store.collection(MIN_ROWS)
    store.sql("UPDATE collection_counts SET pending = 1 WHERE collection_no = %s AND slot = 2", one)
    await _steps(settings)
    assert store.indexes() == {}
    store.sql("UPDATE collection_counts SET pending = 0 WHERE collection_no = %s", one)
    await _steps(settings)
    assert store.indexes() == {f"vectors_{one}_hnsw": True}


async def test_writes_and_searches_go_on_while_an_index_is_built(store: Store, settings: IndexerSettings) -> None:
    dimension = 64
    one = store.collection(6_000, dimension=dimension)
    with _Traffic(store.database, one, dimension) as writer:
        async with _running(settings):
            await _until(lambda: store.record(one) == ("ready", 6_000, 0, True))
    assert writer.slowest_s < 2
    assert writer.written > 10
    assert store.indexes() == {f"vectors_{one}_hnsw": True}
    # Whatever was written while it was built is in it: each vector is the nearest to itself.
    with psycopg.connect(store.database.owner_url) as owner:
        owner.execute("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off")
        statement = (
            f"SELECT id FROM vectors WHERE account_no = %s AND collection_no = %s AND namespace = ''"
            f" ORDER BY embedding::halfvec({dimension}) <#> %s::halfvec({dimension}) LIMIT 1"
        ).encode()
        written = owner.execute("SELECT id, embedding::text FROM vectors WHERE starts_with(id, 'w')").fetchall()
        found = [owner.execute(statement, (store.account_no, one, vector)).fetchone() for _, vector in written]
    assert len(written) == writer.written - writer.deleted
    lost = [name for (name, _), hit in zip(written, found, strict=True) if hit != (name,)]
    assert len(lost) <= len(written) // 50  # a search by a graph is not exact


class _Traffic(threading.Thread):
    """Writes and searches as the API's role, one after the other, and remembers the slowest of all."""

    def __init__(self, database: TestDatabase, number: int, dimension: int) -> None:
        super().__init__()
        self.written = 0
        self.deleted = 0
        self.slowest_s = 0.0
        self._database, self._number, self._dimension = database, number, dimension
        self._is_over = threading.Event()
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            with psycopg.connect(self._database.api_url) as api:
                while not self._is_over.is_set():
                    started = time.monotonic()
                    self._once(api)
                    self.slowest_s = max(self.slowest_s, time.monotonic() - started)
        except Exception as error:
            self._error = error

    def _once(self, api: psycopg.Connection) -> None:
        dimension = self._dimension
        with api.transaction():
            api.execute("SELECT set_config('app.account', '1', true)")
            api.execute(
                "INSERT INTO vectors (account_no, collection_no, namespace, id, embedding, content_hash)"
                " VALUES (1, %s, '', 'w' || %s::text, l2_normalize((SELECT array_agg(random() - 0.5)"
                " FROM generate_series(1, %s))::vector)::halfvec, ''::bytea)",
                (self._number, self.written, dimension),
            )
            gone = api.execute(
                "DELETE FROM vectors WHERE account_no = 1 AND id = 'w' || %s::text AND random() < 0.3",
                (self.written - 1,),
            )
            self.deleted += gone.rowcount
        self.written += 1
        with api.transaction():
            api.execute("SELECT set_config('app.account', '1', true)")
            query = "[" + ",".join(["1"] * dimension) + "]"
            rows = api.execute(
                f"SELECT id FROM vectors WHERE account_no = 1 AND collection_no = %s"
                f" ORDER BY embedding::halfvec({dimension}) <#> %s::halfvec({dimension}) LIMIT 5".encode(),
                (self._number, query),
            ).fetchall()
            assert len(rows) == 5

    def __enter__(self) -> _Traffic:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self.join()
        if self._error is not None:
            raise self._error


async def test_it_is_searched_by_index_seconds_after_the_load(store: Store, database: TestDatabase) -> None:
    """With the defaults of a deployment."""
    defaults = IndexerSettings.from_env({"FLUXVECTOR_OWNER_DATABASE_URL": database.owner_url})
    async with _running(defaults):
        one = store.collection(1_500)
        store.add(one, 1_500)
        await _until(lambda: store.record(one) == ("ready", 3_000, 0, True), seconds=15)


# --- what was interrupted


async def test_a_build_whose_connection_was_cut_is_done_again(
    store: Store, settings: IndexerSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    one = store.collection(MIN_ROWS)
    async with _running(settings):
        with store.open_transaction(one):
            await _until(lambda: store.indexes() == {f"vectors_{one}_hnsw": False})
            assert store.record(one) == ("building", MIN_ROWS, 0, False)
            store.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'fluxvector-indexer' AND datname = current_database()"
            )
            await _until(lambda: store.indexes() == {} or '"index_worker_failed"' in capsys.readouterr().out)
        await _until(lambda: store.record(one) == ("ready", MIN_ROWS, 0, True))
    assert store.indexes() == {f"vectors_{one}_hnsw": True}


async def test_a_build_that_was_cancelled_after_a_while_is_tried_again_soon(
    store: Store, settings: IndexerSettings
) -> None:
    one = store.collection(MIN_ROWS)
    async with _running(settings):
        with store.open_transaction(one):
            await _until(lambda: store.indexes() == {f"vectors_{one}_hnsw": False})
            await asyncio.sleep(0.6)
            store.sql(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'fluxvector-indexer' AND datname = current_database()"
            )
        await _until(lambda: store.record(one) == ("ready", MIN_ROWS, 0, True))


async def test_a_worker_that_is_stopped_in_a_build_leaves_it_to_the_next(
    store: Store, settings: IndexerSettings
) -> None:
    one = store.collection(MIN_ROWS)
    with store.open_transaction(one):
        async with _running(settings):
            await _until(lambda: store.indexes() == {f"vectors_{one}_hnsw": False})
        await _until(lambda: _sessions(store) == 0)  # the server notices a closed connection in its own time
        assert store.indexes() == {f"vectors_{one}_hnsw": False}
    await _steps(settings)
    assert store.indexes() == {f"vectors_{one}_hnsw": True}
    assert store.record(one) == ("ready", MIN_ROWS, 0, True)


def _sessions(store: Store) -> int:
    return int(
        store.sql(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = 'fluxvector-indexer' AND datname = current_database()"
        )[0][0]
    )


async def test_an_index_that_is_invalid_is_not_used_and_built_anew(store: Store, settings: IndexerSettings) -> None:
    one = store.collection(MIN_ROWS)
    await _steps(settings)
    before = _oid(store, one)
    _as_administrator(store, f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = {before}")
    await _steps(settings)
    assert store.indexes() == {f"vectors_{one}_hnsw": True}
    assert _oid(store, one) != before
    assert store.record(one) == ("ready", MIN_ROWS, 0, True)


def _oid(store: Store, number: int) -> int:
    return int(store.sql(f"SELECT 'vectors_{number}_hnsw'::regclass::oid::bigint")[0][0])


def _as_administrator(store: Store, statement: str) -> None:
    with psycopg.connect(store.database.admin_url, autocommit=True) as admin:
        admin.execute(statement.encode())


async def test_a_build_that_ended_after_its_worker_is_adopted(store: Store, settings: IndexerSettings) -> None:
    one = store.collection(MIN_ROWS)
    await _steps(settings)
    before = _oid(store, one)
    store.sql("UPDATE collection_indexes SET state = 'building', rows = 990, removed = 3, built_at = NULL")
    await _steps(settings)
    assert store.record(one) == ("ready", 990, 3, True)
    store.sql("DELETE FROM collection_indexes")
    await _steps(settings)
    assert store.record(one) == ("ready", MIN_ROWS, 0, True)
    assert _oid(store, one) == before


async def test_an_index_that_somebody_dropped_is_built_again(store: Store, settings: IndexerSettings) -> None:
    one = store.collection(MIN_ROWS)
    await _steps(settings)
    store.sql(f"DROP INDEX vectors_{one}_hnsw")
    await _steps(settings)
    assert store.indexes() == {f"vectors_{one}_hnsw": True}
    assert store.record(one) == ("ready", MIN_ROWS, 0, True)


async def test_what_an_interrupted_rebuild_left_is_dropped(store: Store, settings: IndexerSettings) -> None:
    one = store.collection(MIN_ROWS)
    await _steps(settings)
    before = _oid(store, one)
    with store.open_transaction(one), psycopg.connect(store.database.owner_url, autocommit=True) as other:
        other.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute(f"REINDEX INDEX CONCURRENTLY vectors_{one}_hnsw".encode())
    assert store.indexes() == {f"vectors_{one}_hnsw": True, f"vectors_{one}_hnsw_ccnew": False}
    await _steps(settings)
    assert store.indexes() == {f"vectors_{one}_hnsw": True}
    assert _oid(store, one) == before


# --- what changes


async def test_after_heavy_deletion_it_is_rebuilt_while_searches_use_the_old_one(
    store: Store, settings: IndexerSettings
) -> None:
    one = store.collection(2_000)
    await _steps(settings)
    before = _oid(store, one)
    store.remove(one, 500)
    await _steps(settings)
    assert _oid(store, one) == before
    store.remove(one, 200)
    async with _running(settings):
        with store.open_transaction(one):
            await _until(lambda: f"vectors_{one}_hnsw_ccnew" in store.indexes())
            assert store.record(one) == ("ready", 2_000, 0, True)
            assert f" vectors_{one}_hnsw " in store.plan(one)
        await _until(lambda: store.record(one) == ("ready", 1_300, 700, True))
    assert store.indexes() == {f"vectors_{one}_hnsw": True}
    assert _oid(store, one) != before
    await _steps(settings, at_most=1)


async def test_a_collection_that_shrank_is_searched_exactly_before_its_index_goes(
    store: Store, settings: IndexerSettings
) -> None:
    one = store.collection(MIN_ROWS)
    await _steps(settings)
    store.remove(one, MIN_ROWS // 2)
    await _steps(replace(settings, min_rows=MIN_ROWS))
    assert store.record(one) is not None
    store.remove(one, 1)
    async with _running(settings):
        with store.open_transaction(one):
            await _until(lambda: store.record(one) is None)
            assert f"vectors_{one}_hnsw" in store.indexes()
        await _until(lambda: store.indexes() == {})


async def test_a_dropped_collection_drops_its_index(store: Store, settings: IndexerSettings) -> None:
    gone, kept = store.collection(MIN_ROWS), store.collection(MIN_ROWS)
    leaf = store.leaf(kept)
    store.sql(
        f"CREATE INDEX by_hand ON {leaf} USING hnsw ((embedding::halfvec(16)) halfvec_l2_ops) WHERE collection_no = 0"
    )
    await _steps(settings)
    store.drop_collection(gone)
    await _steps(settings)
    assert store.indexes() == {f"vectors_{kept}_hnsw": True, "by_hand": True}
    assert store.sql("SELECT collection_no FROM collection_indexes") == [(kept,)]


async def test_a_collection_dropped_while_its_index_is_built_leaves_nothing(
    store: Store, settings: IndexerSettings
) -> None:
    one = store.collection(MIN_ROWS)
    async with _running(settings):
        with store.open_transaction(one):
            await _until(lambda: store.indexes() == {f"vectors_{one}_hnsw": False})
            store.drop_collection(one)
        await _until(lambda: store.indexes() == {} and store.record(one) is None)


async def test_a_build_that_fails_is_told_without_its_words_and_holds_up_no_other(
    store: Store, settings: IndexerSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, good = store.collection(MIN_ROWS), store.collection(MIN_ROWS + 1)
    store.sql(
        "UPDATE vectors SET embedding = '[0.25,0.5]' WHERE collection_no = %s AND id ="
        " (SELECT min(id) FROM vectors WHERE collection_no = %s)",
        *(broken, broken),
    )
    async with _running(settings):
        await _until(lambda: store.record(good) == ("ready", MIN_ROWS + 1, 0, True))
        await _until(lambda: store.indexes() == {f"vectors_{good}_hnsw": True} and store.record(broken) is None)
    said = capsys.readouterr().out
    events = [json.loads(line) for line in said.splitlines()]
    failed = next(event for event in events if event["event"] == "index_work_failed")
    assert (failed["work"], failed["sqlstate"], failed["type"]) == (f"build {broken}", "22000", "DataException")
    assert "dimensions" not in said
    store.sql("DELETE FROM vectors WHERE collection_no = %s AND vector_dims(embedding::vector) = 2", broken)
    async with _running(settings):
        await _until(lambda: store.record(broken) == ("ready", MIN_ROWS, 0, True))


async def test_without_room_for_parallel_workers_it_is_built_without_them(
    store: Store, settings: IndexerSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    one = store.collection(MIN_ROWS)
    store.sql(f"ALTER TABLE {store.leaf(one)} SET (parallel_workers = 1)")
    # So many need more shared memory than any machine has.
    store.sql("UPDATE collection_counts SET stored = 1000000000 WHERE collection_no = %s AND slot = 1", one)
    async with _running(replace(settings, memory_mb=1_000_000)):
        await _until(lambda: store.indexes() == {f"vectors_{one}_hnsw": True})
    failures = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"index_work_failed"' in line]
    assert [failure["sqlstate"][:2] for failure in failures] == ["53"]


# --- who works


async def test_a_second_worker_waits_in_nobody_s_way_and_takes_over(
    store: Store, settings: IndexerSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with _running(settings):
        await _until(lambda: _sessions(store) == 1)
        async with _running(settings) as second:
            await _until(lambda: _sessions(store) == 2)
            one = store.collection(MIN_ROWS)
            await _until(lambda: store.record(one) == ("ready", MIN_ROWS, 0, True))
            events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
            assert (events.count("index_worker_waiting"), events.count("index_built")) == (1, 1)
            store.sql(
                "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid"
                " WHERE l.locktype = 'advisory' AND a.datname = current_database()"
            )
            other = store.collection(MIN_ROWS)
            await _until(lambda: store.record(other) == ("ready", MIN_ROWS, 0, True))
            assert not second.done()


async def test_the_version_of_pgvector_is_checked(
    store: Store, settings: IndexerSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with await session.connect(settings.owner_url) as connection:
        await session.check_pgvector(connection)
        assert capsys.readouterr().out == ""
        _as_administrator(store, "UPDATE pg_extension SET extversion = '0.8.4' WHERE extname = 'vector'")
        await session.check_pgvector(connection)
        assert json.loads(capsys.readouterr().out)["event"] == "pgvector_outdated"
        _as_administrator(store, "UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'")
        with pytest.raises(IndexerFailure, match=r"^pgvector 0\.8\.0 or newer is needed, the database has 0\.7\.4\.$"):
            await session.check_pgvector(connection)
        with pytest.raises(IndexerFailure):
            await IndexWorker(settings).run()


async def test_a_build_is_given_memory_by_its_size_within_the_bound(store: Store, settings: IndexerSettings) -> None:
    one = store.collection(MIN_ROWS)
    async with await session.connect(settings.owner_url) as connection:
        seen = await look(connection, MIN_ROWS)
        for rows, given in ((MIN_ROWS, "64MB"), (1_000_000, "256MB")):
            collection = replace(seen.collections[0], rows=rows)
            await ddl.give_memory(connection, collection, memory_mb=256, parallel_workers=2)
            cursor = await connection.execute("SHOW maintenance_work_mem")
            assert await cursor.fetchone() == (given,)
    assert seen.collections[0].collection_no == one


def test_the_process_works_until_it_is_told_to_stop(store: Store, database: TestDatabase) -> None:
    one = store.collection(MIN_ROWS)
    environment = {
        "PATH": os.defpath,
        "FLUXVECTOR_OWNER_DATABASE_URL": database.owner_url,
        "FLUXVECTOR_INDEX_MIN_ROWS": str(MIN_ROWS),
        "FLUXVECTOR_INDEX_QUIET_S": "0",
        "FLUXVECTOR_INDEX_INTERVAL_S": "0.1",
    }
    command = [sys.executable, "-m", "infra.indexer"]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        events = []
        while "index_built" not in events:
            events.append(json.loads(process.stdout.readline())["event"])
        other = store.collection(MIN_ROWS)
        with store.open_transaction(other):
            deadline = time.monotonic() + 20
            while f"vectors_{other}_hnsw" not in store.indexes():
                assert time.monotonic() < deadline
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0
        assert "Traceback" not in process.stdout.read()
    assert events == ["index_worker_working", "index_built"]
    assert store.record(one) == ("ready", MIN_ROWS, 0, True)


def test_a_wrong_setting_is_one_sentence(database: TestDatabase) -> None:
    environment = {"PATH": os.defpath, "FLUXVECTOR_OWNER_DATABASE_URL": database.owner_url}
    command = [sys.executable, "-m", "infra.indexer"]
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**environment, "FLUXVECTOR_INDEX_MIN_ROWS": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (
        "The indexer cannot start: FLUXVECTOR_INDEX_MIN_ROWS is not a number from 100 to 10000000.\n"
    )
