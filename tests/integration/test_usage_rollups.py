"""Roll-ups count each event once, however often they run, overlap, are killed or come late."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.db.connection import Database
from shared.db.sql_files import statements
from shared.usage_rollups import aggregate_usage
from tests.support.database import TEMPLATE, Clones, TestDatabase
from tests.support.metering import assert_books_agree, record, sums

ROLL_UP = statements("usage_rollups")["roll_up"]
ACCOUNTS = (1, 2, 3)
# Around an hour's, a day's and a month's end, late and early ones.
MOMENTS = (
    "now()",
    "date_trunc('hour', now(), 'UTC')",
    "date_trunc('day', now(), 'UTC') - interval '1 microsecond'",
    "date_trunc('month', now(), 'UTC') - interval '1 microsecond'",
    "now() - interval '40 days'",
    "now() + interval '2 hours'",
)


@pytest.fixture
def owner(database: TestDatabase) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        yield connection


def connect(database: TestDatabase) -> psycopg.Connection[Any]:
    return psycopg.connect(database.jobs_url, autocommit=True)


def roll_up(connection: psycopg.Connection[Any], limit: int = 1_000) -> int:
    row = connection.execute(ROLL_UP, {"limit": limit}).fetchone()
    assert row is not None
    return int(row[0])


def fill(owner: psycopg.Connection[Any], events: int, seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(events):
        record(
            owner,
            draw.choice(ACCOUNTS),
            at=draw.choice(MOMENTS),
            env=draw.choice(("live", "test")),
            plan=draw.choice(("free", "pro")),
            endpoint=draw.choice(("POST /v1/search", "POST /v1/embed")),
            key_no=draw.choice((None, 5, 6)),
            counts=[draw.randint(0, 9) for _ in range(5)],
        )


async def run(database: TestDatabase) -> int:
    jobs = Database(database.jobs_url)
    try:
        return await aggregate_usage(jobs)
    finally:
        await jobs.close()


async def test_a_run_moves_all_of_the_tail_and_a_second_one_nothing(
    database: TestDatabase, owner: psycopg.Connection[Any]
) -> None:
    fill(owner, 200, seed=1)
    assert await run(database) == 200
    assert_books_agree(database)
    books = sums(owner, "usage_hours")
    assert await run(database) == 0
    assert sums(owner, "usage_hours") == books != {}


def test_an_event_counts_in_its_hour_and_day_in_utc_wherever_the_server_is(
    database: TestDatabase, owner: psycopg.Connection[Any]
) -> None:
    record(owner, 1, at="'2026-03-28 23:30:00Z'")
    record(owner, 1, at="'2026-03-29 00:59:59.999999Z'")
    record(owner, 1, at="'2026-03-29 01:00:00Z'")
    with connect(database) as jobs:
        jobs.execute("SET TimeZone = 'Asia/Kathmandu'")  # 5:45 ahead
        assert roll_up(jobs) == 3
    hours = owner.execute("SELECT (hour AT TIME ZONE 'UTC')::text, requests FROM usage_hours ORDER BY 1").fetchall()
    assert hours == [("2026-03-28 23:00:00", 1), ("2026-03-29 00:00:00", 1), ("2026-03-29 01:00:00", 1)]
    days = owner.execute("SELECT day::text, requests FROM usage_days ORDER BY 1").fetchall()
    assert days == [("2026-03-28", 1), ("2026-03-29", 2)]


def test_what_is_added_late_is_to_be_reported_and_checked_again(
    database: TestDatabase, owner: psycopg.Connection[Any]
) -> None:
    record(owner, 1, at="now() - interval '3 hours'")
    with connect(database) as jobs:
        roll_up(jobs)
        owner.execute("UPDATE usage_hours SET is_reported = true, is_checked = true")
        roll_up(jobs)
        assert owner.execute("SELECT is_reported, is_checked FROM usage_hours").fetchall() == [(True, True)]
        record(owner, 1, at="now() - interval '3 hours'")
        roll_up(jobs)
    rows = owner.execute("SELECT requests, is_reported, is_checked FROM usage_hours").fetchall()
    assert rows == [(2, False, False)]


def test_a_commit_that_comes_late_is_found(database: TestDatabase, owner: psycopg.Connection[Any]) -> None:
    """Its number and its time are older than what was rolled up before it was there."""
    with psycopg.connect(database.owner_url) as late, connect(database) as jobs:
        record(late, 1)
        record(owner, 1)
        assert roll_up(jobs) == 1
        assert_books_agree(database)
        late.commit()
        assert_books_agree(database)
        assert roll_up(jobs) == 1
    assert_books_agree(database)


def test_what_another_run_holds_is_its_own(database: TestDatabase, owner: psycopg.Connection[Any]) -> None:
    for _ in range(30):
        record(owner, 1, at="'2026-01-01 12:00:00Z'")
    with psycopg.connect(database.jobs_url) as one, connect(database) as other:
        assert roll_up(one, limit=10) == 10
        # The rows of the tail are skipped; that of the roll-up, which both add to, is waited for.
        other.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            roll_up(other)
        assert_books_agree(database)
        one.commit()
        assert roll_up(other) == 20
    assert_books_agree(database)


@pytest.mark.parametrize("ends", ["rollback", "killed"])
def test_a_run_that_dies_leaves_the_tail_as_it_was(
    database: TestDatabase, owner: psycopg.Connection[Any], ends: str
) -> None:
    fill(owner, 30, seed=3)
    dying = psycopg.connect(database.jobs_url)
    assert roll_up(dying, limit=10) == 10
    if ends == "killed":
        with psycopg.connect(database.admin_url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", (dying.info.backend_pid,))
    dying.close()
    assert_books_agree(database)
    with connect(database) as jobs:
        assert roll_up(jobs) == 30
    assert_books_agree(database)


# What may happen, in any order: events with a commit of their own or a late one, a part of the tail rolled up and
# committed, or by a backend that is killed before it commits, runs at once, and whole runs of the job.
STEPS = st.lists(
    st.sampled_from(["event", "event", "late", "commit", "some", "killed", "overlap", "run"]), min_size=1, max_size=25
)


@pytest.fixture(scope="module")
def shared_database(database_clones: Clones) -> Iterator[TestDatabase]:
    """One for all examples: what an example leaves, the next one finds."""
    with database_clones.of(TEMPLATE) as made:
        yield made


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, seed=st.integers(0, 1_000))
def test_the_books_agree_after_whatever_happens(shared_database: TestDatabase, steps: list[str], seed: int) -> None:
    database = shared_database
    late: list[psycopg.Connection[Any]] = []
    with (
        psycopg.connect(database.owner_url, autocommit=True) as owner,
        psycopg.connect(database.admin_url, autocommit=True) as admin,
        connect(database) as jobs,
    ):
        for number, step in enumerate(steps):
            if step == "event":
                fill(owner, 3, seed=seed + number)
            elif step == "late":
                late.append(psycopg.connect(database.owner_url))
                fill(late[-1], 2, seed=seed + number)
            elif step == "commit" and late:
                late[0].commit()
                late.pop(0).close()
            elif step == "some":
                roll_up(jobs, limit=2)
            elif step == "killed":
                dying = psycopg.connect(database.jobs_url)
                roll_up(dying, limit=4)
                admin.execute("SELECT pg_terminate_backend(%s, 5000)", (dying.info.backend_pid,))
                dying.close()
            elif step == "overlap":
                at_once(database, runs=2, limit=3)
            elif step == "run":
                asyncio.run(run(database))
            assert_books_agree(database)
        for connection in late:
            connection.commit()
            connection.close()
    asyncio.run(run(database))
    assert_books_agree(database)
    with psycopg.connect(database.owner_url) as owner:
        assert owner.execute("SELECT count(*) FROM usage_tail").fetchone() == (0,)


def at_once(database: TestDatabase, *, runs: int, limit: int) -> None:
    """Rolls up in so many threads at once, each as often as there is something."""
    failed: list[Exception] = []

    def work() -> None:
        try:
            with connect(database) as jobs:
                while roll_up(jobs, limit):
                    pass
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_runs_at_once_with_writers_neither_lose_nor_double_nor_deadlock(
    database: TestDatabase, owner: psycopg.Connection[Any]
) -> None:
    """Whoever looks meanwhile never sees fewer or more than there are, and backends that are killed change nothing."""
    stop = threading.Event()
    seen: list[Exception] = []

    def write(seed: int) -> None:
        with psycopg.connect(database.owner_url, autocommit=True) as writer:
            fill(writer, 150, seed)

    def look() -> None:
        try:
            while not stop.is_set():
                assert_books_agree(database)
        except Exception as error:
            seen.append(error)

    def kill() -> None:
        draw = random.Random(5)
        with psycopg.connect(database.admin_url, autocommit=True) as admin:
            while not stop.wait(0.005):
                rows = admin.execute(
                    "SELECT pid FROM pg_stat_activity WHERE application_name = 'victim' AND state = 'active'"
                    " AND datname = current_database()"
                ).fetchall()
                for (pid,) in rows if draw.random() < 0.5 else []:
                    admin.execute("SELECT pg_terminate_backend(%s)", (pid,))

    def aggregate() -> None:
        while not stop.is_set():
            try:
                with psycopg.connect(database.jobs_url, application_name="victim", autocommit=True) as jobs:
                    while not stop.is_set():
                        roll_up(jobs, limit=7)
            except psycopg.OperationalError as error:
                if isinstance(error, psycopg.errors.DeadlockDetected):
                    seen.append(error)

    others = [threading.Thread(target=work) for work in (look, kill, aggregate, aggregate, aggregate)]
    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(3)]
    for thread in others + writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in others:
        thread.join()
    assert seen == []
    asyncio.run(run(database))
    assert_books_agree(database)
    assert owner.execute("SELECT count(*) FROM usage_events").fetchone() == (450,)
    assert owner.execute("SELECT count(*) FROM usage_tail").fetchone() == (0,)
