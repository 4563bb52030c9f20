"""What waits for one account waits not long, holds few connections, and is no other account's business."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from shared.admission import give_back
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import Unavailable
from shared.limits import Ask
from shared.web.turns import AT_ONCE
from tests.support.admissions import Caller
from tests.support.api import Api

COUNT = statements("usage_rollups")["count_storage"]
QUERY = {"collection": "things", "vector": [1.0, 0.0]}
OPEN = "SELECT count(*) FROM tickets WHERE kind NOT IN ('done', 'ended')"
WAITING = (
    "SELECT count(*) FROM pg_locks"
    " WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture
def api(api_without_embedder: Api) -> Api:
    """Nothing here embeds."""
    return api_without_embedder


async def held(api: Api, statement: str, *params: Any) -> psycopg.AsyncConnection[Any]:
    """A transaction that has run a statement as the owner and stays open."""
    connection = await psycopg.AsyncConnection.connect(api.database.owner_url)
    await connection.execute(statement.encode(), params)
    return connection


async def test_requests_of_an_account_that_is_erased_hold_few_connections_and_end_soon(api: Api) -> None:
    other = await api.new_tenant("other@example.com")
    for key in (None, other.key):
        assert (await api.post("/v1/collections", {"name": "things", "dimension": 2}, key=key)).status_code == 200
    erasing = await held(api, "SELECT pg_advisory_xact_lock(account_lock(%s))", api.tenant.account_no)
    began = time.monotonic()
    flood = [asyncio.ensure_future(api.post("/v1/vectors/query", QUERY)) for _ in range(30)]
    async with asyncio.timeout(5):
        while api.sql(WAITING) != [(AT_ONCE,)]:
            await asyncio.sleep(0.01)
    for _ in range(20):
        assert api.sql(WAITING)[0][0] <= AT_ONCE
        answer = await api.post("/v1/vectors/query", QUERY, key=other.key)
        assert answer.status_code == 200
    answers = await asyncio.gather(*flood)
    # Those that waited in the database, and those that had their turn when these gave up.
    assert time.monotonic() - began < 10
    assert {answer.status_code for answer in answers} == {503}
    assert {answer.headers["retry-after"] for answer in answers} == {"1"}
    await erasing.close()
    assert (await api.post("/v1/vectors/query", QUERY)).status_code == 200


async def test_whoever_writes_anew_what_is_there_waits_for_no_other_at_the_limit(api: Api) -> None:
    """Another such write has looked and is not over."""
    await api.collection(dimension=2)
    records = [{"id": "a", "values": [1.0, 0.0]}, {"id": "b", "values": [1.0, 0.0]}]
    await api.upsert(records)
    api.sql("UPDATE plans SET vectors_stored = 2 WHERE plan = 'scale'")
    async with await psycopg.AsyncConnection.connect(api.database.api_url) as slow:
        await slow.execute("SELECT set_config('app.account', %s, true)", [str(api.tenant.account_no)])
        await slow.execute("SELECT check_stored_limit()")
        async with asyncio.timeout(2):
            await api.upsert([{"id": "a", "values": [1.0, 1.0]}])
            more = {"collection": "things", "vectors": [*records, {"id": "c", "values": [1.0, 0.0]}]}
            assert (await api.post("/v1/vectors/upsert", more)).status_code == 403
    assert api.sql("SELECT count(*) FROM vectors") == [(2,)]


@pytest.fixture
async def functions(api: Api) -> AsyncIterator[Database]:
    database = Database(api.database.api_url, size=2)
    yield database
    await database.close()


async def test_what_works_for_more_than_a_minute_holds_what_it_has_reserved(api: Api, functions: Database) -> None:
    """Each of its events is another minute, one of no unit as well; a ticket of no unit has nothing to hold."""
    caller = Caller(functions, api.tenant.key)
    for vectors, ask in ((5, Ask("write", vectors=9)), (0, Ask("write", vectors=9)), (0, Ask("read"))):
        admission = await caller.ask(ask)
        assert admission.grant.ticket is not None
        number = admission.grant.ticket.number
        api.sql("UPDATE tickets SET ends_at = now() + interval '1 second' WHERE ticket_no = %s", number)
        api.sql(
            "INSERT INTO usage_events"
            " (account_no, endpoint, env, plan, status, latency_ms, requests, vectors, ticket_no)"
            " VALUES (%s, 'POST /x', 'live', 'scale', 200, 1, 1, %s, %s)",
            api.tenant.account_no,
            vectors,
            number,
        )
        [(left, is_held)] = api.sql(
            "SELECT vectors, ends_at > now() + interval '55 seconds' FROM tickets"
            " WHERE ticket_no = %s AND kind <> 'done'",
            number,
        )
        assert (left, is_held) == (ask.vectors - vectors, ask.vectors > 0)


@pytest.mark.parametrize(
    "work",
    [
        *("'live', NULL, 'job', 0, -1, 0, 0, true", "'live', NULL, 'read', 1, 0, -1, 0, true"),
        *("'live', NULL, 'read', 1, 0, 0, -1, true", "'live', NULL, 'read', -1, 0, 0, 0, true"),
        *("'live', NULL, 'read', 'NaN', 0, 0, 0, true", "'live', NULL, 'read', 1, NULL, 0, 0, true"),
        *("'other', NULL, 'read', 1, 0, 0, 0, true", "NULL, NULL, 'read', 1, 0, 0, 0, true"),
        "'live', NULL, 'other', 1, 0, 0, 0, true",
    ],
)
async def test_what_is_no_work_reserves_nothing(api: Api, work: str) -> None:
    async with await psycopg.AsyncConnection.connect(api.database.api_url) as functions:
        await functions.execute("SELECT set_config('app.account', %s, true)", [str(api.tenant.account_no)])
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            await functions.execute(f"SELECT * FROM reserve_work({work})".encode())
    assert api.sql("SELECT count(*) FROM tickets") == [(0,)]


async def test_an_hour_is_counted_without_keeping_accounts_waiting(api: Api) -> None:
    """A roll-up holds the hour of the last of three accounts; the next look goes on there."""
    keys = [api.tenant.key]
    keys += [(await api.new_tenant(f"{name}@example.com")).key for name in ("second", "third")]
    for key in keys:
        await api.post("/v1/collections", {"name": "things", "dimension": 2}, key=key)
        body = {"collection": "things", "vectors": [{"id": "a", "values": [1.0, 0.0]}]}
        assert (await api.post("/v1/vectors/upsert", body, key=key)).status_code == 200
    [(last,)] = api.sql("SELECT max(account_no) FROM accounts")
    api.sql(
        "INSERT INTO usage_hours (account_no, hour, env, plan, is_charged)"
        " VALUES (%s, date_trunc('hour', now(), 'UTC'), 'live', 'scale', true)",
        last,
    )
    rolling = await held(api, "SELECT FROM usage_hours WHERE account_no = %s FOR UPDATE", last)
    jobs = Database(api.database.jobs_url)
    async with asyncio.timeout(1):
        assert await jobs.execute(Statement(COUNT, {"limit": 50})) == [(2,)]
    hours = "SELECT count(*) FROM usage_hours WHERE vector_hours = 1"
    assert api.sql(hours) == [(2,)]
    assert api.sql("SELECT is_done FROM storage_looks") == [(False,)]
    await rolling.close()
    assert await jobs.execute(Statement(COUNT, {"limit": 50})) == [(1,)]
    assert api.sql(hours) == [(3,)]
    assert await jobs.execute(Statement(COUNT, {"limit": 50})) == [(0,)]
    await jobs.close()


async def test_a_ticket_that_finds_no_connection_is_given_back_at_the_second_try(
    api: Api, functions: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    admission = await Caller(functions, api.tenant.key).ask(Ask("read", searches=1))
    assert admission.grant.ticket is not None
    transact, tries = functions.transact, 0

    async def busy_once(account_no: int, *steps: Statement) -> list[list[tuple[Any, ...]]]:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise Unavailable("The service is busy.")
        return await transact(account_no, *steps)

    monkeypatch.setattr(functions, "transact", busy_once)
    await give_back(functions, api.tenant.account_no, "live", admission.grant.ticket)
    assert tries == 2
    assert api.sql(OPEN) == [(0,)]
