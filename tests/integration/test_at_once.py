"""What ends a credential, a plan or an account counts from the next request on, whatever is under way meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import httpx
import psycopg
import pytest

from tests.support.api import MODEL, PASSWORD, Api, serve_in_process
from tests.support.credentials import sign_in
from tests.support.database import TestDatabase
from tests.support.fake_embedder import FakeEmbedder, fake_embedder
from tests.support.mail import token_of
from tests.support.whole_account import TENANT_TABLES

NEW_PASSWORD = "an altogether new one"
RECORD = {"id": "a", "values": [1.0] + [0.0] * 1023}


@pytest.fixture
async def embedder() -> AsyncIterator[FakeEmbedder]:
    """An embedder behind a gate."""
    async with fake_embedder() as fake:
        fake.model, fake.revision = MODEL.split("@")
        yield fake


@pytest.fixture
async def api(database: TestDatabase, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The API with a collection that holds a record."""
    async with serve_in_process(database, embedder.url, "", monkeypatch) as served:
        await served.collection()
        await served.upsert([RECORD])
        yield served


Call = Callable[[], Awaitable[httpx.Response]]


def calls(api: Api, token: str, *, is_session: bool) -> list[Call]:
    """Reads and writes of all kinds, each by another function."""
    query = {"collection": "things", "vector": RECORD["values"]}
    made: list[Call] = [
        lambda: api.get("/v1/collections", key=token),
        lambda: api.post("/v1/vectors/query", query, key=token),
        lambda: api.post("/v1/vectors/upsert", {"collection": "things", "vectors": [RECORD]}, key=token),
        lambda: api.post("/v1/search", {"collection": "things", "text": "a"}, key=token),
        lambda: api.get("/v1/vectors/export", collection="things", key=token),
        lambda: api.get("/v1/api-keys", key=token),
    ]
    if is_session:
        made.append(lambda: api.get("/v1/auth/account", key=token))
        made.append(lambda: api.get("/v1/auth/account/export", key=token, limit=1))
    return made


@dataclass
class Traffic:
    """Callers that send one request after another; `seen` has when each was sent, its status and its id."""

    calls: list[Call]
    seen: list[tuple[float, int, str]] = field(default_factory=list)
    rounds: int = 0

    async def around(self, change: Callable[[], Awaitable[object]]) -> float:
        """Runs the change amid the traffic; answers the moment when it was done."""
        callers = [asyncio.create_task(self._call(each)) for each in self.calls]
        try:
            await self._further(3)
            await change()
            done = time.perf_counter()
            await self._further(3)
        finally:
            self.rounds = -1
            await asyncio.gather(*callers)
        return done

    async def _further(self, rounds: int) -> None:
        wanted = len(self.seen) + rounds * len(self.calls)
        async with asyncio.timeout(20):
            while len(self.seen) < wanted:
                await asyncio.sleep(0.001)

    async def _call(self, call: Call) -> None:
        while self.rounds >= 0:
            sent = time.perf_counter()
            answer = await call()
            self.seen.append((sent, answer.status_code, answer.headers["x-request-id"]))


@dataclass(frozen=True)
class Ending:
    """How a credential ends: by a call that somebody makes, told of the credential and its id."""

    name: str
    ends: Callable[[Api, str, str], Awaitable[object]]
    is_session: bool
    ends_account: bool = False


async def _revoke(api: Api, token: str, key_id: str) -> None:
    assert (await api.delete(f"/v1/api-keys/{key_id}")).status_code == 200


async def _rotate(api: Api, token: str, key_id: str) -> None:
    assert (await api.post(f"/v1/api-keys/{key_id}/rotate", {"overlap_seconds": 0})).status_code == 200


async def _expire(api: Api, token: str, key_id: str) -> None:
    await asyncio.to_thread(api.sql, "UPDATE api_keys SET expires_at = now() WHERE key_id = %s", key_id)


async def _suspend(api: Api, token: str, which: str) -> None:
    await asyncio.to_thread(api.sql, "UPDATE accounts SET status = 'suspended'")


async def _erase(api: Api, token: str, which: str) -> None:
    answer = await api.delete("/v1/auth/account", key=await api.session())
    assert answer.status_code == 200, answer.text


async def _end(api: Api, token: str, session_id: str) -> None:
    answer = await api.delete(f"/v1/auth/sessions/{session_id}", key=await api.session())
    assert answer.status_code == 200, answer.text


async def _end_all(api: Api, token: str, session_id: str) -> None:
    assert (await api.delete("/v1/auth/sessions", key=await api.session())).status_code == 200


async def _sign_out(api: Api, token: str, session_id: str) -> None:
    assert (await api.post("/v1/auth/logout", {}, key=token)).status_code == 200


async def _change_password(api: Api, token: str, session_id: str) -> None:
    body = {"password": NEW_PASSWORD, "current_password": PASSWORD}
    assert (await api.patch("/v1/auth/account", body, key=await api.session())).status_code == 200


async def _reset_password(api: Api, token: str, session_id: str) -> None:
    await api.post("/v1/auth/password/forgot", {"email": api.tenant.email}, key="")
    body = {"token": await token_of(api.database, "reset"), "password": NEW_PASSWORD}
    assert (await api.post("/v1/auth/password/reset", body, key="")).status_code == 200


async def _reuse_refresh_token(api: Api, token: str, session_id: str) -> None:
    tokens = REFRESH[session_id]
    assert (await api.post("/v1/auth/refresh", {"refresh_token": tokens}, key="")).status_code == 200
    assert (await api.post("/v1/auth/refresh", {"refresh_token": tokens}, key="")).status_code == 401


REFRESH: dict[str, str] = {}
ENDINGS = [
    Ending("a key is revoked", _revoke, is_session=False),
    Ending("a key is rotated without overlap", _rotate, is_session=False),
    Ending("a key expires", _expire, is_session=False),
    Ending("the account of a key is suspended", _suspend, is_session=False, ends_account=True),
    Ending("the account of a key is erased", _erase, is_session=False, ends_account=True),
    Ending("a session is ended by another", _end, is_session=True),
    Ending("all sessions are ended", _end_all, is_session=True),
    Ending("a session signs out", _sign_out, is_session=True),
    Ending("the password is changed", _change_password, is_session=True),
    Ending("the password is reset by mail", _reset_password, is_session=True),
    Ending("a refresh token is used twice", _reuse_refresh_token, is_session=True),
    Ending("the account of a session is suspended", _suspend, is_session=True, ends_account=True),
    Ending("the account of a session is erased", _erase, is_session=True, ends_account=True),
]


async def credential(api: Api, ending: Ending) -> tuple[str, str]:
    """A credential that is to end so, and the id of its key or session."""
    if not ending.is_session:
        made = (await api.post("/v1/api-keys", {"name": "k"})).json()
        return made["key"], made["id"]
    tokens = await sign_in(api)
    REFRESH[tokens["session_id"]] = tokens["refresh_token"]
    return tokens["access_token"], tokens["session_id"]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)
async def test_it_ends_at_the_next_request_amid_traffic(api: Api, ending: Ending) -> None:
    token, which = await credential(api, ending)
    traffic = Traffic(calls(api, token, is_session=ending.is_session))
    done = await traffic.around(lambda: ending.ends(api, token, which))
    statuses = {status for sent, status, _ in traffic.seen if sent > done}
    assert statuses == {401}
    earlier = {status for sent, status, _ in traffic.seen if sent <= done}
    # What came in while its account or its data went may find nothing there.
    assert {200} <= earlier <= {200, 401, 404}
    if not ending.ends_account:  # nobody else is concerned
        assert (await api.get("/v1/collections")).status_code == 200


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)
async def test_it_ends_while_a_request_is_under_way(api: Api, embedder: FakeEmbedder, ending: Ending) -> None:
    token, which = await credential(api, ending)
    embedder.gate.clear()
    text = "a text that nobody asked for yet"
    body = {"collection": "things", "text": text, "mode": "vector"}
    search = asyncio.create_task(api.post("/v1/search", body, key=token))
    await waiting(embedder, 1)
    upsert = {"collection": "things", "vectors": [{"id": "late", "text": "another " + text}]}
    write = asyncio.create_task(api.post("/v1/vectors/upsert", upsert, key=token))
    await waiting(embedder, 2)
    await ending.ends(api, token, which)
    for call in calls(api, token, is_session=ending.is_session):
        assert (await call()).status_code == 401
    assert not search.done()
    embedder.gate.set()
    # They were admitted and may end as they began, or find that what they are about is gone.
    allowed = {200, 404} if ending.ends_account else {200}
    assert {(await search).status_code, (await write).status_code} <= allowed
    for call in calls(api, token, is_session=ending.is_session):
        assert (await call()).status_code == 401
    if ending.ends is _erase:
        assert rows_left(api) == {}


async def waiting(embedder: FakeEmbedder, requests: int) -> None:
    """Waits until so many requests stand before the gate."""
    async with asyncio.timeout(10):
        while len(embedder.embed_requests) < requests:
            await asyncio.sleep(0.005)


def rows_left(api: Api) -> dict[str, int]:
    """The tables that still have rows of the tenant's account, and how many."""
    with psycopg.connect(api.database.owner_url, autocommit=True) as owner:
        tables = [name for (name,) in owner.execute(TENANT_TABLES.encode()).fetchall()]
        counted = {
            table: owner.execute(
                f"SELECT count(*) FROM {table} WHERE account_no = {api.tenant.account_no}".encode()
            ).fetchone()
            for table in tables
        }
    return {table: row[0] for table, row in counted.items() if row is not None and row[0]}


async def test_a_request_that_waits_for_a_lock_is_the_last_one(api: Api) -> None:
    made = (await api.post("/v1/api-keys", {"name": "k"})).json()
    async with await psycopg.AsyncConnection.connect(api.database.owner_url) as holder:
        await holder.execute("SELECT FROM collections FOR UPDATE")
        changed = {**RECORD, "metadata": {"by": "the last"}}
        body = {"collection": "things", "vectors": [changed]}
        write = asyncio.create_task(api.post("/v1/vectors/upsert", body, key=made["key"]))
        await locked(api)
        await _revoke(api, made["key"], made["id"])
        for call in calls(api, made["key"], is_session=False):
            assert (await call()).status_code == 401
        assert not write.done()
        await holder.rollback()
    assert (await write).status_code == 200
    assert (await api.post("/v1/vectors/upsert", body, key=made["key"])).status_code == 401


async def test_an_account_is_erased_after_a_writer_that_waits_for_a_lock(api: Api) -> None:
    session = await api.session()
    async with await psycopg.AsyncConnection.connect(api.database.owner_url) as holder:
        await holder.execute("SELECT FROM vectors FOR UPDATE")
        body = {"collection": "things", "vectors": [{**RECORD, "metadata": {"by": "the last"}}]}
        write = asyncio.create_task(api.post("/v1/vectors/upsert", body))
        await locked(api)
        erasure = asyncio.create_task(api.delete("/v1/auth/account", key=session))
        await locked(api, 2)
        await holder.rollback()
    assert (await write).status_code in {200, 404}
    assert (await erasure).status_code == 200
    assert (await api.get("/v1/collections")).status_code == 401
    assert rows_left(api) == {}


async def locked(api: Api, count: int = 1) -> None:
    """Waits until so many statements wait for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with (
        asyncio.timeout(10),
        await psycopg.AsyncConnection.connect(api.database.admin_url, autocommit=True) as admin,
    ):
        while (await (await admin.execute(query)).fetchone() or (0,))[0] < count:
            await asyncio.sleep(0.01)


async def test_nothing_comes_back_after_an_erasure_amid_all_kinds_of_writes(api: Api) -> None:
    session = await api.session()
    tokens = await sign_in(api)
    key = (await api.post("/v1/api-keys", {"name": "k"})).json()["id"]
    address = {"email": api.tenant.email}
    writes: list[Call] = [
        lambda: api.post("/v1/vectors/upsert", {"collection": "things", "vectors": [{"id": "t", "text": "text"}]}),
        lambda: api.post("/v1/collections", {"name": f"c{time.perf_counter_ns()}", "dimension": 2}),
        lambda: api.delete("/v1/collections/things"),
        lambda: api.patch("/v1/collections/things", {"language": "german"}),
        lambda: api.post("/v1/api-keys", {"name": "another"}),
        lambda: api.patch(f"/v1/api-keys/{key}", {"name": "renamed"}),
        lambda: api.post("/v1/auth/login", {**address, "password": PASSWORD}, key=""),
        lambda: api.post("/v1/auth/login", {**address, "password": "not the right password"}, key=""),
        lambda: api.post("/v1/auth/password/forgot", address, key=""),
        lambda: api.patch(
            "/v1/auth/account",
            {"email": "new@example.com", "current_password": PASSWORD},
            key=tokens["access_token"],
        ),
        lambda: api.client.post(
            "/v1/vectors/delete",
            json={"collection": "things", "ids": ["t"]},
            headers=api.tenant.headers | {"Idempotency-Key": f"k{time.perf_counter_ns()}"},
        ),
    ]
    traffic = Traffic(writes)
    done = await traffic.around(lambda: erased(api, session))
    assert {status for _, status, _ in traffic.seen} <= {200, 401, 403, 404, 409}
    # Signing in and having a mail sent answer the same for an address that is nobody's.
    assert {status for sent, status, _ in traffic.seen if sent > done} <= {200, 401}
    assert rows_left(api) == {}


async def erased(api: Api, session: str) -> None:
    answer = await api.delete("/v1/auth/account", key=session)
    assert answer.status_code == 200, answer.text


async def test_a_lower_plan_counts_from_the_next_request_on(api: Api, embedder: FakeEmbedder) -> None:
    account_no = api.tenant.account_no
    api.sql("UPDATE accounts SET plan = 'scale' WHERE account_no = %s", account_no)
    session = await api.session()
    embedder.gate.clear()
    body = {"collection": "things", "text": "a text that waits", "mode": "vector"}
    waits = asyncio.create_task(api.post("/v1/search", body))
    await waiting(embedder, 1)
    query = {"collection": "things", "vector": RECORD["values"]}
    metered: list[Call] = [
        lambda: api.post("/v1/vectors/query", query),
        lambda: api.post("/v1/vectors/query", query, key=session),
        lambda: api.post("/v1/vectors/count", {"collection": "things"}),
        lambda: api.post("/v1/vectors/upsert", {"collection": "things", "vectors": [RECORD]}),
    ]
    traffic = Traffic(metered * 2)
    lower = "UPDATE accounts SET plan = 'free' WHERE account_no = %s"
    done = await traffic.around(lambda: asyncio.to_thread(api.sql, lower, account_no))
    embedder.gate.set()
    begun_before = (await waits).headers["x-request-id"]
    plans = dict(api.sql("SELECT request_id, plan FROM usage_events WHERE account_no = %s", account_no))
    assert {status for _, status, _ in traffic.seen} == {200}
    assert {plans[request_id] for sent, _, request_id in traffic.seen if sent > done} == {"free"}
    assert "scale" in {plans[request_id] for sent, _, request_id in traffic.seen if sent <= done}
    assert plans[begun_before] == "scale"  # it was admitted before
