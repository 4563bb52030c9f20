"""What a request reserves: taken once, free again when it ends, and in nobody's way meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest

from shared import keys
from shared.admission import admit
from shared.credentials import Credential
from shared.db.connection import Database
from shared.errors import Unauthenticated
from shared.limits import WRITE, Ask
from shared.usage import Work
from tests.support.admissions import Caller
from tests.support.api import Api

RECORD = {"id": "a", "values": [1.0, 0.0]}
OPEN = "SELECT count(*) FROM tickets WHERE kind NOT IN ('done', 'ended')"
METERS = "SELECT read_at, write_at, control_at, tokens_at FROM account_meters"


@pytest.fixture
async def api(api_without_embedder: Api) -> Api:
    """The API with a collection that holds a record."""
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.upsert([RECORD])
    return api


async def test_work_that_takes_long_holds_nobody_up_even_when_its_ticket_has_run_out(api: Api) -> None:
    """Its transaction has recorded and is not over: it holds the row of its ticket."""
    functions = Database(api.database.api_url, size=2)
    caller = Caller(functions, api.tenant.key)
    ticket = (await caller.ask(Ask("write", vectors=1))).grant.ticket
    assert ticket is not None
    api.sql("UPDATE tickets SET ends_at = now() - interval '1 second' WHERE ticket_no = %s", ticket.number)
    async with await psycopg.AsyncConnection.connect(api.database.api_url) as slow:
        await slow.execute("SELECT set_config('app.account', %s, true)", [str(api.tenant.account_no)])
        await slow.execute(
            "INSERT INTO usage_events"
            " (account_no, endpoint, env, plan, status, latency_ms, requests, vectors, ticket_no)"
            " VALUES (%s, 'POST /x', 'live', 'scale', 200, 1, 1, 1, %s)",
            [api.tenant.account_no, ticket.number],
        )
        async with asyncio.timeout(5):
            assert (await caller.ask(WRITE)).grant.refusal is None
        await slow.commit()
    assert (await caller.ask(WRITE)).grant.refusal is None
    [(vectors,)] = api.sql("SELECT vectors FROM account_meters")
    assert vectors == 2, "the record of the fixture and that of the slow one"
    await functions.close()


async def test_no_ticket_that_is_open_lies_where_nobody_looks(api: Api) -> None:
    """Whoever admits looks no further back than first_ticket: behind what was begun before, however long that takes."""
    functions = Database(api.database.api_url, size=8)
    caller = Caller(functions, api.tenant.key)

    async def client(number: int) -> None:
        for _ in range(20):
            admission = await caller.ask(Ask("read", searches=1))
            await asyncio.sleep(0.002 * number)
            await caller.end(admission)

    oldest = await caller.ask(Ask("read", searches=1))
    async with await psycopg.AsyncConnection.connect(api.database.api_url) as other:
        await other.execute("SELECT pg_current_xact_id()")
        await asyncio.gather(*map(client, range(8)))
        [(hidden,)] = api.sql(
            "SELECT count(*) FROM tickets t JOIN account_meters m USING (account_no, env)"
            " WHERE t.ticket_no < m.first_ticket"
        )
        assert hidden == 0
    assert oldest.grant.ticket is not None
    assert api.sql("SELECT min(first_ticket) <= %s FROM account_meters", oldest.grant.ticket.number) == [(True,)]
    await caller.end(oldest)
    # As soon as no transaction of this server is as old, those of other tests included.
    async with asyncio.timeout(60):
        while api.sql("SELECT first_ticket > %s FROM account_meters", oldest.grant.ticket.number) != [(True,)]:
            await caller.end(await caller.ask(Ask("read")))
    await functions.close()


async def test_a_replay_costs_its_rate_and_no_unit(api: Api) -> None:
    headers = api.tenant.headers | {"Idempotency-Key": "once"}
    body = {"collection": "things", "vectors": [{"id": "b", "values": [1.0, 1.0]}]}
    answers = [await api.client.post("/v1/vectors/upsert", json=body, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, "true", "true"]
    assert api.sql("SELECT sum(vectors) FROM usage_events") == [(2,)]
    assert api.sql(OPEN) == [(0,)]
    assert "ratelimit" in answers[2].headers


async def test_what_is_no_call_takes_nothing(api: Api) -> None:
    """A preflight, a path that is none, a method that is not allowed."""
    before = api.sql(METERS)
    asked: list[tuple[str, str, dict[str, str]]] = [
        ("OPTIONS", "/v1/search", {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}),
        ("POST", "/v1/nothing", {}),
        ("PUT", "/v1/search", {}),
        ("GET", "/v1/search", {}),
    ]
    statuses = []
    for method, path, headers in asked:
        answer = await api.client.request(method, path, headers=api.tenant.headers | headers)
        statuses.append(answer.status_code)
        assert "ratelimit" not in answer.headers
    assert statuses[1:] == [404, 405, 405]
    assert api.sql(METERS) == before


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/vectors/query", {"collection": "none", "vector": [1.0, 0.0]}, 404),
        ("/v1/vectors/query", {"collection": "things", "vector": [1.0]}, 422),
        ("/v1/vectors/query", {"collection": "things", "nonsense": 1}, 422),
        ("/v1/vectors/upsert", {"collection": "things", "vectors": [{"id": "a", "values": [1.0]}]}, 422),
        ("/v1/vectors/fetch", {"collection": "things", "ids": ["a"]}, 200),
        ("/v1/vectors/upsert", {"collection": "things", "vectors": [RECORD]}, 200),
        ("/v1/vectors/delete", {"collection": "things", "ids": ["a"]}, 200),
    ],
)
async def test_whatever_is_answered_nothing_stays_reserved(
    api: Api, path: str, body: dict[str, Any], status: int
) -> None:
    assert (await api.post(path, body)).status_code == status
    assert api.sql(OPEN) == [(0,)]


async def test_a_database_that_was_filled_from_another_counts_on(api: Api) -> None:
    """Numbers of tickets are those of transactions, which another database counts from the start."""
    functions = Database(api.database.api_url)
    caller = Caller(functions, api.tenant.key)
    await caller.record(await caller.ask(Ask("read", searches=1)), Work(searches=1))
    await caller.ask(Ask("read"))
    api.sql("UPDATE account_meters SET first_ticket = 9000000000000000")
    for _ in range(2):
        await caller.record(await caller.ask(Ask("read", searches=1)), Work(searches=1))
    await caller.ask(Ask("read"))
    assert api.sql("SELECT searches, first_ticket < 9000000000000000 FROM account_meters") == [(3, True)]
    await functions.close()


async def test_a_key_that_is_none_reserves_nothing(api: Api) -> None:
    functions = Database(api.database.api_url)
    before = api.sql("SELECT count(*) FROM tickets")
    with pytest.raises(Unauthenticated):
        await admit(functions, Credential(key_hash=keys.key_hash("fv_live_nothing")), WRITE)
    assert api.sql("SELECT count(*) FROM tickets") == before
    await functions.close()
