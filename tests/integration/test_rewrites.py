"""Deleted bytes leave the files of tables when the index worker writes them anew."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from infra.indexer import rewrite as rewriting
from infra.indexer import session
from infra.indexer.config import IndexerSettings
from infra.indexer.hours import Hours
from infra.indexer.look import look
from infra.indexer.rewrite import rewrite
from infra.indexer.space import Space, look_for_space
from infra.indexer.worker import IndexWorker
from tests.support.database import TestDatabase
from tests.support.whole_account import WholeAccount, fill

ALL_DAY = Hours(0, 0)


@pytest.fixture
def owner(database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def victim(database: TestDatabase, owner: psycopg.Connection) -> WholeAccount:
    """An account among others, whose rows fill a page and more in each table."""
    fill(database, 800_000_000_000, "wombatine")
    account = fill(database, 700_000_000_123, "quokkaroo")
    owner.execute("DELETE FROM erased_accounts")
    owner.execute(
        "INSERT INTO vectors"
        " (account_no, collection_no, namespace, id, embedding, raw_values, text, content_hash, metadata)"
        " SELECT account_no, collection_no, namespace, id || n, embedding,"
        " array_fill(n::real, ARRAY[1024])::vector, repeat(text || n, 300), content_hash, metadata"
        " FROM vectors, generate_series(1, 200) n WHERE account_no = %s",
        (account.account_no,),
    )
    # Behind them another's, in the same leaf: VACUUM cuts off what is empty at the end of a file.
    owner.execute(
        "INSERT INTO vectors (account_no, collection_no, namespace, id, content_hash)"
        " SELECT 800000000000, n, '', 'kept', '' FROM generate_series(1::bigint, 10000) n, generate_series(0, 31) r"
        " WHERE satisfies_hash_partition('vectors'::regclass, 32, r, n)"
        " AND satisfies_hash_partition('vectors'::regclass, 32, r, %s::bigint) LIMIT 1",
        (account.account_no,),
    )
    owner.execute("VACUUM (ANALYZE)")
    return account


def settings_of(database: TestDatabase, hours: Hours | None = ALL_DAY) -> IndexerSettings:
    return IndexerSettings(owner_url=database.owner_url, min_rows=1_000, quiet_s=0, rewrite_hours=hours)


async def steps(settings: IndexerSettings) -> None:
    """A worker's life until it has nothing to do any more."""
    worker = IndexWorker(settings)
    async with await session.connect(settings.owner_url) as connection:
        for _ in range(300):
            if not await worker.step(connection):
                return
    raise AssertionError("it finds something to do again and again")


def erase(owner: psycopg.Connection, account: WholeAccount) -> None:
    with owner.transaction():
        owner.execute("SELECT set_config('app.account', %s, true)", (str(account.account_no),))
        assert owner.execute("SELECT count(*) FROM erase_account(100000, '{}')").fetchone() == (7,)
        owner.execute("DELETE FROM farewell_emails")
        owner.execute("DELETE FROM attempts")
        owner.execute("DELETE FROM billing_closures")
    owner.execute("SELECT pg_stat_force_next_flush()")


def let_time_pass(owner: psycopg.Connection, days: int = 2) -> None:
    owner.execute("UPDATE table_rewrites SET dirty_since = dirty_since - %s", (timedelta(days=days),))
    owner.execute("UPDATE table_rewrites SET rewritten_at = rewritten_at - %s", (timedelta(days=days),))


def files_with(database: TestDatabase, words: list[str]) -> set[str]:
    """Relations of the database whose file holds one of the words."""
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("CHECKPOINT")
        [folder] = (
            admin.execute(
                "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database"
                " WHERE datname = current_database()"
            ).fetchone()
            or ()
        )
        names: dict[str, str] = dict(
            admin.execute("SELECT pg_relation_filenode(oid)::text, oid::regclass::text FROM pg_class").fetchall()
        )
    held = set()
    for path in Path(folder).iterdir():
        content = path.read_bytes()
        if any(word.encode() in content for word in words):
            held.add(names.get(path.name.partition(".")[0].partition("_")[0], f"no relation: {path.name}"))
    return held


async def test_deleted_bytes_stay_in_files_until_the_rewrite(
    database: TestDatabase, owner: psycopg.Connection, victim: WholeAccount
) -> None:
    words = [victim.word, victim.raw.decode()]
    await steps(settings_of(database))
    erase(owner, victim)
    owner.execute("VACUUM")
    held = files_with(database, words)
    assert {name.rstrip("0123456789") for name in held} >= {"accounts", "api_keys", "account_emails", "vectors_"}
    await steps(settings_of(database))
    assert files_with(database, words) >= {"accounts", "api_keys", "account_emails"}  # they wait for a day
    let_time_pass(owner)
    await steps(settings_of(database, Hours((datetime.now(UTC).hour + 2) % 24, (datetime.now(UTC).hour + 3) % 24)))
    assert files_with(database, words) >= {"accounts", "api_keys", "account_emails"}  # it is not the hour
    await steps(settings_of(database))
    assert files_with(database, words) == set()
    assert owner.execute("SELECT count(*) FROM vectors").fetchone() == (3,)


async def test_samples_of_deleted_rows_leave_the_statistics(
    database: TestDatabase, owner: psycopg.Connection, victim: WholeAccount
) -> None:
    def sampled() -> list[tuple[Any, ...]]:
        query = "SELECT schemaname, tablename, attname FROM pg_stats s WHERE strpos(s::text, %s) > 0"
        return owner.execute(query, (victim.word,)).fetchall()

    await steps(settings_of(database))
    assert sampled()
    assert ("public", "account_emails", "email") not in sampled()
    erase(owner, victim)
    await steps(settings_of(database))
    let_time_pass(owner)
    await steps(settings_of(database))
    assert sampled() == []


async def test_a_leaf_in_use_is_left_for_later_and_nobody_is_kept_waiting(
    database: TestDatabase, owner: psycopg.Connection, victim: WholeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewriting, "PAUSE_S", 0.05)
    monkeypatch.setattr(rewriting, "TRIES", 2)
    monkeypatch.setattr(rewriting, "LOCK_PATIENCE", "100ms")
    [(leaf,)] = owner.execute(
        "SELECT DISTINCT tableoid::regclass::text FROM vectors WHERE collection_no = %s", (victim.account_no,)
    ).fetchall()
    space = Space(f"public.{leaf}", 0, 0, 0, 0, 0, 0, timedelta(0), None)
    async with await session.connect(database.owner_url) as connection:
        seen = await look(connection, 1_000)
        with psycopg.connect(database.owner_url) as other:
            other.execute("UPDATE vectors SET updated_at = now() WHERE collection_no = %s", (victim.account_no,))
            rewrite_it = asyncio.create_task(rewrite(connection, space, seen, memory_mb=64))
            reads = 0
            async with await psycopg.AsyncConnection.connect(database.api_url, autocommit=True) as reader:
                await reader.execute("SET lock_timeout = '4s'")
                while not rewrite_it.done():
                    await reader.execute("SELECT FROM vectors LIMIT 1")
                    reads += 1
            assert reads > 0
            with pytest.raises(errors.LockNotAvailable):
                await rewrite_it
            other.rollback()
        [lock_timeout] = await (await connection.execute("SHOW lock_timeout")).fetchone() or ()
        assert lock_timeout == session.LOCK_TIMEOUT
        await rewrite(connection, space, seen, memory_mb=64)


@pytest.mark.parametrize(("kept_rows", "is_kept"), [(5_000, True), (500, False)])
async def test_large_graphs_are_dropped_before_and_built_again(
    database: TestDatabase, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, kept_rows: int, is_kept: bool
) -> None:
    monkeypatch.setattr(rewriting, "KEPT_ROWS", kept_rows)
    account = fill(database, 700_000_000_123, "quokkaroo")
    owner.execute(
        "INSERT INTO vectors (account_no, collection_no, namespace, id, embedding, content_hash)"
        " SELECT %(n)s, %(n)s, '', n::text, array_fill(n::real, ARRAY[3])::vector::halfvec, ''"
        " FROM generate_series(1, 1500) n",
        account.values,
    )
    owner.execute("UPDATE collection_counts SET stored = 1500")
    settings = settings_of(database)
    await steps(settings)

    def index() -> list[tuple[Any, ...]]:
        query = "SELECT oid, pg_relation_filenode(oid) FROM pg_class WHERE relname = %s"
        return owner.execute(query, (f"vectors_{account.account_no}_hnsw",)).fetchall()

    before = index()
    assert len(before) == 1
    owner.execute("DELETE FROM vectors WHERE id LIKE '1%%'")
    owner.execute("SELECT pg_stat_force_next_flush()")
    owner.execute("UPDATE collection_counts SET stored = 800")
    await steps(replace(settings, min_rows=600))
    let_time_pass(owner)
    await steps(replace(settings, min_rows=600))
    after = index()
    assert len(after) == 1
    assert after != before
    assert (after[0][0] == before[0][0]) == is_kept
    assert owner.execute("SELECT state, built_at IS NOT NULL FROM collection_indexes").fetchall() == [("ready", True)]


async def test_what_was_counted_before_a_crash_may_have_left_something(
    database: TestDatabase, owner: psycopg.Connection, victim: WholeAccount
) -> None:
    await steps(settings_of(database))
    owner.execute("UPDATE table_rewrites SET dirty_since = NULL")
    async with await session.connect(database.owner_url) as connection:
        await look_for_space(connection)
        owner.execute("DELETE FROM table_rewrites WHERE name = 'public.accounts'")
        owner.execute("INSERT INTO table_rewrites (name, deleted) VALUES ('public.accounts', 1000000)")
        found = {space.name: space for space in await look_for_space(connection)}
        assert found["public.accounts"].deleted == 0
        assert "public.accounts" in {space.name for space in await look_for_space(connection)}
        owner.execute("INSERT INTO table_rewrites (name) VALUES ('public.usage_events_20200101')")
        await look_for_space(connection)
        assert owner.execute("SELECT FROM table_rewrites WHERE name = 'public.usage_events_20200101'").rowcount == 0
