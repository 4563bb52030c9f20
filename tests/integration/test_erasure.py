"""Deleting an account, a collection or a namespace is for good."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from shared import erasure
from shared.db.connection import Database, Row, Statement
from shared.db.sql_files import statements
from shared.embedding import embedder
from shared.erasure import erase_account
from shared.errors import NotFound
from shared.maintenance import maintain
from shared.pending import embed_pending
from shared.purge import purge
from shared.usage_rollups import aggregate_usage
from tests.support.api import Api, Tenant
from tests.support.database import TestDatabase
from tests.support.whole_account import ROWS, TABLES, TENANT_TABLES, WholeAccount, fill, found

# Tables that are no account's; what an erasure leaves in them is named below.
OF_NOBODY = {
    "attempts",
    "billing_closures",
    "breaches",
    "erasure_ledger",
    "farewell_emails",
    "plans",
    "policy_announcements",
    "schema_migrations",
    "storage_looks",
    "stranger_meters",
    "stripe_event_reads",
    "stripe_events",
    "table_rewrites",
}
ROUNDS = 6


@dataclass(frozen=True)
class Whose:
    account_no: int


@pytest.fixture
async def api_role(database: TestDatabase) -> AsyncIterator[Database]:
    made = Database(database.api_url, size=4)
    yield made
    await made.close()


@pytest.fixture
async def jobs(database: TestDatabase) -> AsyncIterator[Database]:
    made = Database(database.jobs_url, size=4)
    yield made
    await made.close()


def sql(database: TestDatabase, statement: str, *params: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        cursor = owner.execute(statement.encode(), params)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def victim(database: TestDatabase) -> WholeAccount:
    sql(database, "SELECT ensure_usage_partitions(2)")
    account = fill(database, 700_000_000_123, "quokkaroo")
    sql(database, "DELETE FROM erased_accounts")
    return account


@pytest.fixture
def neighbour(database: TestDatabase, victim: WholeAccount) -> WholeAccount:
    return fill(database, 800_000_000_456, "wombatine")


# --- nothing is left


def test_the_whole_account_has_a_row_in_every_table(database: TestDatabase, victim: WholeAccount) -> None:
    tenants = {table for (table,) in sql(database, TENANT_TABLES)}
    assert tenants == ROWS.keys(), "a table with account_no: fill it in tests/support/whole_account.py"
    assert {table for (table,) in sql(database, TABLES)} - tenants <= OF_NOBODY, "whose are its rows?"
    for table in tenants - {"erased_accounts"}:
        assert sql(database, f"SELECT 1 FROM {table} WHERE account_no = %s", victim.account_no), table
    assert found(database, victim.traces).keys() == tenants - {"erased_accounts"}


async def test_no_row_of_any_table_holds_the_account_afterwards(
    database: TestDatabase, victim: WholeAccount, neighbour: WholeAccount, api_role: Database
) -> None:
    others = found(database, neighbour.traces)
    done = await erase_account(api_role, Whose(victim.account_no), buckets=victim.buckets)
    assert done.is_complete
    assert done.erased == {
        "vectors": 2,
        "collections": 1,
        "usage_events": 42,
        "api_keys": 1,
        "sessions": 1,
        "activity": 1,
        "users": 1,
    }
    # What must still leave has the last mail's address and what Stripe calls the customer, and nothing else of it.
    left = found(database, [*victim.traces, victim.buckets[0].hex()])
    assert left.keys() == {"farewell_emails", "billing_closures"}
    assert sql(database, "SELECT to_email FROM farewell_emails") == [(victim.email,)]
    assert sql(database, "SELECT stripe_customer_id, units FROM billing_closures") == [(victim.stripe_customer_id, {})]
    assert sql(
        database,
        "SELECT kind, subject_hash = sha256(salt || %s::bytea) FROM erasure_ledger",
        f"account acc_{victim.word}".encode(),
    ) == [("account", True)]
    sql(database, "DELETE FROM farewell_emails")
    sql(database, "DELETE FROM billing_closures")
    assert found(database, victim.traces) == {}
    assert found(database, neighbour.traces) == others


async def test_an_account_is_deleted_once(victim: WholeAccount, api_role: Database) -> None:
    await erase_account(api_role, Whose(victim.account_no))
    with pytest.raises(NotFound):
        await erase_account(api_role, Whose(victim.account_no))


@pytest.mark.parametrize("most", [0, 1, 2, 10, 42])
async def test_a_large_account_is_unreachable_at_once_and_gone_by_the_job(
    database: TestDatabase,
    victim: WholeAccount,
    neighbour: WholeAccount,
    api_role: Database,
    jobs: Database,
    most: int,
) -> None:
    sql(database, "DELETE FROM erased_accounts")
    sql(database, "DELETE FROM deleted_collections WHERE account_no = %s", neighbour.account_no)
    sql(database, "DELETE FROM vectors WHERE account_no = %s AND collection_no <> account_no", neighbour.account_no)
    others = found(database, neighbour.traces)
    done = await erase_account(api_role, Whose(victim.account_no), most=most, buckets=victim.buckets)
    assert done.is_complete == (most >= 42)
    sql(database, "DELETE FROM farewell_emails")
    sql(database, "DELETE FROM billing_closures")
    bulk = {"vectors", "keywords", "keyword_terms", "pending_embeddings", "deleted_collections", "usage_events"}
    left = {
        table
        for (table,) in sql(database, TENANT_TABLES)
        if sql(database, f"SELECT 1 FROM {table} WHERE account_no = %s LIMIT 1", victim.account_no)
    }
    assert left <= bulk | {"erased_accounts"}
    assert ("vectors" in left) == (most < 2)
    await purge(jobs)
    # Its number stays until nobody can write who began before.
    expected = [] if done.is_complete else [(victim.account_no,)]
    assert sql(database, "SELECT account_no FROM erased_accounts") == expected
    sql(database, "UPDATE erased_accounts SET erased_at = now() - interval '1 hour'")
    await purge(jobs)
    assert found(database, victim.traces) == {}
    assert found(database, neighbour.traces) == others


class Interrupted(Exception):
    pass


class FailingDatabase(Database):
    """Ends whoever uses it at its n-th statement: before that was run, or when its answer was on the way."""

    def __init__(self, conninfo: str, *, at: int, before: bool) -> None:
        super().__init__(conninfo, size=1)
        self._left, self._before = at, before

    async def _retrying(self, statements: Sequence[Statement], *, pipelined: bool) -> list[list[Row]]:
        self._left -= 1
        if self._left == 0 and self._before:
            raise Interrupted
        results = await super()._retrying(statements, pipelined=pipelined)
        if self._left == 0:
            raise Interrupted
        return results


@pytest.mark.parametrize("before", [True, False])
async def test_the_job_goes_on_wherever_it_was_interrupted(
    database: TestDatabase, api_role: Database, jobs: Database, before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "SETTLED", timedelta(0))
    sql(database, "SELECT ensure_usage_partitions(2)")
    for at in itertools.count(1):
        account = fill(database, 700_000_000_000 + 10 * at, f"quokkaroo{at}")
        sql(database, "DELETE FROM erased_accounts")
        await erase_account(api_role, Whose(account.account_no), most=0, buckets=account.buckets)
        failing = FailingDatabase(database.jobs_url, at=at, before=before)
        try:
            await purge(failing)
            break
        except Interrupted:
            await purge(jobs)
        finally:
            await failing.close()
        left = {table for table in found(database, account.traces)}
        assert left == {"farewell_emails", "billing_closures"}, at
    assert at > 15


async def test_what_has_had_its_time_goes(database: TestDatabase, victim: WholeAccount, jobs: Database) -> None:
    def counts() -> dict[str, int]:
        tables = ("sessions", "session_ids", "refresh_hashes", "one_time_links", "attempts", "erasure_ledger")
        return {table: sql(database, f"SELECT count(*) FROM {table}")[0][0] for table in tables}

    sql(database, "DELETE FROM deleted_collections")
    sql(database, "SELECT note_erasure('collection', 'x')")
    await purge(jobs)
    assert set(counts().values()) == {1}
    sql(database, "UPDATE sessions SET expires_at = now()")
    sql(database, "UPDATE one_time_links SET expires_at = now()")
    sql(database, "UPDATE attempts SET made_at = now() - interval '25 hours'")
    sql(database, "UPDATE erasure_ledger SET erased_at = now() - interval '91 days'")
    await purge(jobs)
    assert set(counts().values()) == {0}


# --- collections and namespaces


def ledger_of(database: TestDatabase, subject: str) -> int:
    query = "SELECT count(*) FROM erasure_ledger WHERE subject_hash = sha256(salt || convert_to(%s, 'UTF8'))"
    return int(sql(database, query, subject)[0][0])


async def test_deleting_a_collection_or_a_namespace_is_noted(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection("things", dimension=3)
    [(number,)] = api.sql("SELECT collection_no FROM collections")
    vectors = [{"id": f"v{i}", "values": [1.0, i, 1.0]} for i in range(5)]
    for namespace in ("", "drafts"):
        await api.upsert(vectors, namespace=namespace)
    deletion = {"collection": "things", "namespace": "drafts"}
    await api.post("/v1/vectors/delete", deletion | {"ids": ["v1"]})
    await api.post("/v1/vectors/delete", deletion | {"filter": {"n": 1}})
    assert api.sql("SELECT count(*) FROM erasure_ledger") == [(0,)]
    assert (await api.delete("/v1/namespaces/drafts?collection=things")).status_code == 200
    assert ledger_of(api.database, f"namespace {number} drafts") == 1
    await api.post("/v1/vectors/delete", {"collection": "things", "delete_all": True})
    assert ledger_of(api.database, f"namespace {number} ") == 1
    assert (await api.delete("/v1/collections/things")).status_code == 200
    assert ledger_of(api.database, f"collection {number}") == 1
    assert api.sql("SELECT count(*) FROM erasure_ledger") == [(3,)]
    assert (await api.delete("/v1/collections/things")).status_code == 404
    assert api.sql("SELECT count(*) FROM erasure_ledger") == [(3,)]


# --- nobody writes it back


# As the jobs do that roll usage up and queue it for Stripe.
ROLL_UP = statements("usage_rollups")["roll_up"].decode().replace("%(limit)s", "100")
QUEUE = (
    "UPDATE usage_hours SET is_charged = true, searches = 7, hour = now() - interval '3 hours'"
    " WHERE account_no = %(n)s; SELECT queue_meter_reports(10, '0', '1 day')"
)

# Each is somebody who has written and not committed yet; the erasure waits for it, and then takes its row as well.
UNDER_WAY = {
    table: f"INSERT INTO {table} {row}"
    for table, row in ROWS.items()
    if table in ("sessions", "one_time_links", "account_activity", "outbox_emails", "api_keys", "collections")
} | {
    "idempotency_keys": f"INSERT INTO idempotency_keys {ROWS['idempotency_keys']}",
    "usage_events": "SELECT set_config('app.account', %(n)s::text, true), record_usage(%(n)s, 'r', NULL, '/', 'live',"
    " 'free', 200::smallint, 1::real, %(ip)s::inet, 1, 0, 0, 0, 0)",
    "vectors": "DELETE FROM vectors WHERE account_no = %(n)s",
    "pending_embeddings": "UPDATE pending_embeddings SET ready_at = now() WHERE account_no = %(n)s",
    "usage_tail": ROLL_UP,
    "usage_hours": QUEUE,
    "meter_reports": "UPDATE meter_reports SET state = 'acknowledged' WHERE account_no = %(n)s",
    "tickets": "SELECT set_config('app.account', %(n)s::text, true),"
    " reserve_work('live', NULL, 'read', 1, 1, 0, 0, true)",
}


@pytest.mark.parametrize("table", UNDER_WAY)
async def test_the_erasure_waits_for_what_is_under_way_and_takes_it_too(
    database: TestDatabase, victim: WholeAccount, api_role: Database, table: str
) -> None:
    bulk = ("sessions", "one_time_links", "api_keys", "idempotency_keys")
    if table in bulk:
        sql(database, f"DELETE FROM {table}")
    if table == "collections":
        for each in ("collection_tasks", "collection_indexes", "collections"):
            sql(database, f"DELETE FROM {each}")
    with psycopg.connect(database.owner_url, cursor_factory=psycopg.ClientCursor) as other:
        other.execute(UNDER_WAY[table].encode(), victim.values)
        erasing = asyncio.create_task(erase_account(api_role, Whose(victim.account_no), buckets=victim.buckets))
        await asyncio.sleep(0.3)
        assert not erasing.done()
        other.commit()
        assert (await erasing).is_complete
    assert found(database, victim.traces).keys() == {"farewell_emails", "billing_closures"}


@pytest.mark.parametrize("table", ["sessions", "one_time_links", "outbox_emails", "api_keys", "collections"])
async def test_who_comes_later_waits_and_finds_no_account(
    database: TestDatabase, victim: WholeAccount, table: str
) -> None:
    sql(database, "DELETE FROM erased_accounts")
    insert = f"INSERT INTO {table} {ROWS[table]}".replace("%(n)s, %(n)s, ", "%(n)s, %(n)s + 5, ")
    role = Database(database.owner_url)
    with psycopg.connect(database.owner_url) as eraser:
        written = psycopg.ClientCursor(eraser).mogrify(insert, victim.values).encode()
        eraser.execute("SELECT set_config('app.account', %s, true)", (str(victim.account_no),))
        eraser.execute("SELECT FROM erase_account(100000, '{}')")
        writing = asyncio.create_task(role.transact(victim.account_no, Statement(written)))
        await asyncio.sleep(0.2)
        assert not writing.done()
        eraser.commit()
    with pytest.raises(NotFound):
        await writing
    await role.close()
    assert found(database, victim.traces).keys() == {"farewell_emails", "billing_closures"}


async def test_whoever_works_for_the_account_meanwhile_writes_nothing_back(api: Api, jobs: Database) -> None:
    # As on a running service: a day gets its partition long before its first event.
    api.sql("SELECT ensure_usage_partitions(8)")
    role = Database(api.database.api_url, size=1)
    for number in range(ROUNDS):
        tenant = await api.new_tenant(f"busy{number}@example.com")
        hammer = Hammer(api, tenant, jobs)
        await hammer.prepare()
        workers = [asyncio.create_task(work()) for work in hammer.works]
        await asyncio.sleep(0.15 + 0.1 * (number % 4))
        most = 0 if number % 3 == 2 else 100_000
        done = await erase_account(role, Whose(tenant.account_no), most=most)
        hammer.is_over = True
        await asyncio.gather(*workers)
        assert done.is_complete == (most > 0)
        if most == 0:
            await purge(jobs)
            api.sql("UPDATE erased_accounts SET erased_at = now() - interval '1 hour'")
            await purge(jobs)
        assert hammer.statuses.keys() <= {200, 401, 404, 409, 503}, hammer.statuses
        assert {200, 401} <= hammer.statuses.keys(), hammer.statuses
        for (table,) in api.sql(TENANT_TABLES):
            assert api.sql(f"SELECT count(*) FROM {table} WHERE account_no = %s", tenant.account_no) == [(0,)], table
    await role.close()


class Hammer:
    """All that works for one account at once; each goes on a little after the account is gone."""

    def __init__(self, api: Api, tenant: Tenant, jobs: Database) -> None:
        self.api, self.tenant, self.jobs = api, tenant, jobs
        self.statuses: Counter[int] = Counter()
        self.is_over = False
        self.works = [
            self.upserts,
            self.upserts,
            self.texts,
            self.deletes,
            self.searches,
            self.searches,
            self.keys,
            self.collections,
            self.settings,
            self.embedding,
            self.rolling_up,
            self.maintaining,
            self.purging,
        ]

    async def prepare(self) -> None:
        for name in ("things", "texts"):
            dimension = 3 if name == "things" else 1024
            assert await self.post("/v1/collections", {"name": name, "dimension": dimension}) == 200

    async def post(self, path: str, body: Any, *, method: str = "POST", idempotent: bool = False) -> int:
        headers = (
            self.tenant.headers
            | {"Content-Type": "application/json"}
            | ({"Idempotency-Key": str(uuid4())} if idempotent else {})
        )
        content = None if body is None else json.dumps(body).encode()
        answer = await self.api.client.request(method, path, content=content, headers=headers)
        self.statuses[answer.status_code] += 1
        assert answer.status_code not in (422, 500), (path, answer.text)
        return answer.status_code

    async def until_over(self, work: Callable[[int], Awaitable[object]]) -> None:
        for number in itertools.count():
            await work(number)
            if self.is_over:
                break
        await work(number + 1)

    async def upserts(self) -> None:
        def body(number: int) -> dict[str, Any]:
            ids = random.sample(range(500), 100)
            vectors = [{"id": f"v{i}", "values": [1.0, i, number], "metadata": {"n": i}} for i in ids]
            return {"collection": "things", "vectors": vectors, "namespace": ["", "a", "b"][number % 3]}

        await self.until_over(lambda number: self.post("/v1/vectors/upsert", body(number), idempotent=number % 2 == 0))

    async def texts(self) -> None:
        def body(number: int) -> dict[str, Any]:
            vectors = [{"id": f"t{i}", "text": f"some words {i} of round {number}"} for i in range(20)]
            return {"collection": "texts", "vectors": vectors}

        await self.until_over(lambda number: self.post("/v1/vectors/upsert", body(number), idempotent=True))

    async def deletes(self) -> None:
        async def work(number: int) -> None:
            ids = [f"v{i}" for i in random.sample(range(500), 100)]
            await self.post("/v1/vectors/delete", {"collection": "things", "ids": ids})
            await self.post(
                "/v1/vectors/delete", {"collection": "things", "filter": {"n": {"$lt": 20 * (number % 10)}}}
            )
            await self.post("/v1/namespaces/a?collection=things", None, method="DELETE")

        await self.until_over(work)

    async def searches(self) -> None:
        body = {"collection": "things", "vector": [1.0, 0.0, 0.0], "top_k": 5}
        await self.until_over(lambda number: self.post("/v1/vectors/query", body))

    async def keys(self) -> None:
        await self.until_over(lambda number: self.post("/v1/api-keys", {"name": f"k{number}"}, idempotent=True))

    async def collections(self) -> None:
        async def work(number: int) -> None:
            await self.post("/v1/collections", {"name": f"c{number}", "dimension": 3}, idempotent=True)
            vectors = [{"id": f"v{i}", "values": [1.0, i, number]} for i in range(50)]
            await self.post("/v1/vectors/upsert", {"collection": f"c{number}", "vectors": vectors})
            if number % 2:
                await self.post(f"/v1/collections/c{number}", None, method="DELETE")

        await self.until_over(work)

    async def settings(self) -> None:
        body = [{"bm25": {"k1": 1.1}}, {"bm25": {"k1": 1.2}, "language": "english"}, {"language": "german"}]
        await self.until_over(lambda number: self.post("/v1/collections/texts", body[number % 3], method="PATCH"))

    async def embedding(self) -> None:
        await self.until_over(lambda number: embed_pending(self.jobs, embedder(), budget_s=5))

    async def rolling_up(self) -> None:
        async def work(number: int) -> None:
            await aggregate_usage(self.jobs, budget_s=5)
            await asyncio.sleep(0.02)

        await self.until_over(work)

    async def maintaining(self) -> None:
        async def work(number: int) -> None:
            await maintain(self.jobs, budget_s=5)
            await asyncio.sleep(0.02)

        await self.until_over(work)

    async def purging(self) -> None:
        async def work(number: int) -> None:
            await purge(self.jobs)
            await asyncio.sleep(0.02)

        await self.until_over(work)
