"""A restored backup loses again what was erased since."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from infra.erasure import __main__ as command
from shared.db.connection import Database
from shared.erasure import erase_account
from tests.support.api import Api, Tenant
from tests.support.database import TestDatabase
from tests.support.whole_account import TENANT_TABLES

TABLES = b"""
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""


def back_up(database: TestDatabase) -> datetime:
    """Copies all rows aside; answers when."""
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("CREATE SCHEMA backup")
        for (table,) in admin.execute(TABLES).fetchall():
            admin.execute(f"CREATE TABLE backup.{table} AS TABLE public.{table}".encode())
        [moment] = admin.execute("SELECT clock_timestamp()").fetchone() or ()
    assert isinstance(moment, datetime)
    return moment


def restore(database: TestDatabase) -> None:
    """Makes all tables what they were."""
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        for (table,) in admin.execute(TABLES).fetchall():
            admin.execute(f"DELETE FROM public.{table}".encode())
            insert = f"INSERT INTO public.{table} OVERRIDING SYSTEM VALUE SELECT * FROM backup.{table}"
            admin.execute(insert.encode())


class Shop:
    """What a test stores and looks at."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def upsert(self, key: str, collection: str, ids: str, namespace: str = "") -> None:
        vectors = [{"id": each, "values": [1.0, 2.0, 3.0], "metadata": {"a": 1}} for each in ids.split()]
        body = {"collection": collection, "vectors": vectors, "namespace": namespace}
        assert (await self.api.post("/v1/vectors/upsert", body, key=key)).status_code == 200

    def stored(self, tenant: Tenant) -> set[tuple[str, str]]:
        """Namespaces and ids of an account's vectors."""
        rows = self.api.sql("SELECT namespace, id FROM vectors WHERE account_no = %s", tenant.account_no)
        return {(namespace, vector_id) for namespace, vector_id in rows}


async def test_what_was_erased_since_the_backup_is_erased_again(
    api_without_embedder: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, shop = api_without_embedder, Shop(api_without_embedder)
    owner, leaver = api.tenant, await api.new_tenant("leaver@example.com")
    for tenant in (owner, leaver):
        for name in ("things", "old"):
            await api.post("/v1/collections", {"name": name, "dimension": 3}, key=tenant.key)
            await shop.upsert(tenant.key, name, "a b")
    await shop.upsert(owner.key, "things", "a b", namespace="drafts")
    await shop.upsert(owner.key, "things", "a", namespace="kept")
    api.sql("UPDATE accounts SET stripe_customer_id = 'cus_1' WHERE account_no = %s", leaver.account_no)
    # The first erasure hands on what was used; the second one must not.
    api.sql("UPDATE usage_tail SET is_charged = true")
    used_hours = (
        "INSERT INTO usage_hours (account_no, hour, env, plan, is_charged, searches)"
        " VALUES (%s, date_trunc('hour', now() - interval '1 hour'), 'live', 'scale', true, 5)"
    )
    api.sql(used_hours, leaver.account_no)
    restored_to = back_up(api.database)

    role = Database(api.database.api_url)
    await erase_account(role, leaver)
    await role.close()
    assert api.sql("SELECT units ->> 'fluxvector_searches' FROM billing_closures") == [("5",)]
    assert (await api.delete("/v1/collections/old")).status_code == 200
    assert (await api.delete("/v1/namespaces/drafts?collection=things")).status_code == 200
    await api.collection("new", dimension=3)
    assert (await api.delete("/v1/collections/new")).status_code == 200
    [(last,)] = api.sql("SELECT last_value FROM collection_numbers")
    monkeypatch.setenv("FLUXVECTOR_OWNER_DATABASE_URL", api.database.owner_url)
    ledger = tmp_path / "ledger.ndjson"
    capsys.readouterr()
    assert await run("export") == 0
    ledger.write_text(capsys.readouterr().out)
    assert len(ledger.read_text().splitlines()) == 4

    restore(api.database)
    assert shop.stored(leaver)
    assert await run("replay", str(ledger), "--since", restored_to.isoformat()) == 0
    told = "4 erasures since then: 1 accounts, 1 collections and 1 namespaces were there, and are erased again\n"
    assert capsys.readouterr().out == told
    assert shop.stored(owner) == {("", "a"), ("", "b"), ("kept", "a")}
    for (table,) in api.sql(TENANT_TABLES):
        assert api.sql(f"SELECT 1 FROM {table} WHERE account_no = %s", leaver.account_no) == [], table
    assert api.sql("SELECT name FROM collections WHERE account_no = %s", owner.account_no) == [("things",)]
    assert api.sql("SELECT sum(stored) FROM collection_counts") == [(3,)]
    # Nobody is told twice; Stripe is, since nobody knows whether it was.
    assert api.sql("SELECT count(*) FROM farewell_emails") == [(0,)]
    left = api.sql("SELECT stripe_customer_id, units, reports FROM billing_closures")
    assert left == [("cus_1", {}, [])]
    # Numbers that the ledger names are not given again.
    await api.collection("newer", dimension=3)
    assert api.sql("SELECT collection_no > %s FROM collections WHERE name = 'newer'", last) == [(True,)]

    # What is stored afterwards stays, and a second time there is nothing to do.
    await shop.upsert(owner.key, "things", "c", namespace="drafts")
    capsys.readouterr()
    assert await run("replay", str(ledger), "--since", restored_to.isoformat()) == 0
    assert " 0 accounts, 0 collections and 0 namespaces were there" in capsys.readouterr().out
    assert shop.stored(owner) == {("", "a"), ("", "b"), ("kept", "a"), ("drafts", "c")}
    salts = {line.split('"salt": "')[1][:32] for line in ledger.read_text().splitlines()}
    assert salts <= {salt for (salt,) in api.sql("SELECT encode(salt, 'hex') FROM erasure_ledger")}


async def test_what_was_erased_before_the_backup_is_not_looked_for(
    api_without_embedder: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, shop = api_without_embedder, Shop(api_without_embedder)
    await api.collection("things", dimension=3)
    await shop.upsert(api.tenant.key, "things", "a", namespace="drafts")
    await api.delete("/v1/namespaces/drafts?collection=things")
    monkeypatch.setenv("FLUXVECTOR_OWNER_DATABASE_URL", api.database.owner_url)
    capsys.readouterr()
    assert await run("export") == 0
    (tmp_path / "ledger.ndjson").write_text(capsys.readouterr().out)
    # Old times, as an import brings them.
    await shop.upsert(api.tenant.key, "things", "a", namespace="drafts")
    api.sql("UPDATE vectors SET created_at = '2020-01-01'")
    api.sql("UPDATE erasure_ledger SET erased_at = erased_at - interval '1 hour'")
    capsys.readouterr()
    later = "2999-01-01T00:00:00+00:00"
    assert await run("replay", str(tmp_path / "ledger.ndjson"), "--since", later) == 0
    assert capsys.readouterr().out.startswith("0 erasures since then")
    assert shop.stored(api.tenant) == {("drafts", "a")}


@pytest.mark.parametrize(
    "line",
    [
        "no",
        "{}",
        "[]",
        '{"erased_at": "2026-01-01", "kind": "account", "salt": "00", "subject_hash": "' + 64 * "0" + '"}',
        '{"erased_at": "2026-01-01T00:00:00Z", "kind": "key", "salt": "00", "subject_hash": "' + 64 * "0" + '"}',
        '{"erased_at": "2026-01-01T00:00:00Z", "kind": "account", "salt": "00", "subject_hash": "00"}',
    ],
)
def test_what_is_no_ledger_is_refused(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLUXVECTOR_OWNER_DATABASE_URL", "postgresql://nobody@/nowhere?host=/nowhere")
    (tmp_path / "ledger").write_text(line)
    arguments = ["replay", str(tmp_path / "ledger"), "--since", "2026-01-01T00:00:00Z"]
    assert command.main(arguments) == 1
    assert capsys.readouterr().err == "Line 1 is not a line of an erasure ledger.\n"


def test_a_missing_ledger_and_a_moment_without_a_zone_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLUXVECTOR_OWNER_DATABASE_URL", "postgresql://nobody@/nowhere?host=/nowhere")
    assert command.main(["replay", str(tmp_path / "none"), "--since", "2026-01-01T00:00:00Z"]) == 1
    assert "cannot be read" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        command.main(["replay", "ledger", "--since", "2026-01-01T00:00:00"])
    assert "has no time zone" in capsys.readouterr().err


async def run(*arguments: str) -> int:
    """The command, in a thread: it has an event loop of its own."""
    return await asyncio.to_thread(command.main, list(arguments))
