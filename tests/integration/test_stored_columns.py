"""What is stored is what the policy names, and what infra/privacy.md declares besides (policy, section 2)."""

from __future__ import annotations

import re

import psycopg
import pytest

from infra.migrations.roles import API, JOBS
from shared.keys import PREFIX_LENGTH, new_key
from tests.support.api import Api
from tests.support.database import TestDatabase
from tests.support.privacy_map import Row, table

COLUMN, MEANING = range(2)
# Of every relation that holds rows, partitions under the name of their table.
COLUMNS = """
SELECT DISTINCT coalesce(pg_partition_root(c.oid), c.oid)::regclass::text || '.' || a.attname
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
"""
OTHER_KINDS = """
SELECT c.oid::regclass::text, c.relkind, c.relpersistence FROM pg_class c
WHERE c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
"""
# By what a meaning begins: a section of the policy, or one of ours.
SECTION = re.compile(r"(?:derived from )?(\d+(?:\.\d)?)\b")
OURS = re.compile(r"(identifier|state|derived from|what the mail names)\b")


def meanings() -> dict[str, str]:
    return {name: row.cells[MEANING] for row in table("Stored columns") for name in row.quoted(COLUMN)}


def stored(database: TestDatabase) -> set[str]:
    with psycopg.connect(database.owner_url) as owner:
        return {name for (name,) in owner.execute(COLUMNS.encode()).fetchall()}


def test_policy_2_every_stored_column_is_in_the_map(database: TestDatabase) -> None:
    found, declared = stored(database), set(meanings())
    assert found - declared == set(), "columns that infra/privacy.md does not know"
    assert declared - found == set(), "columns of infra/privacy.md that are not there"
    assert len(found) > 200


@pytest.mark.parametrize("row", table("Stored columns"), ids=lambda row: row.cells[COLUMN].strip("`"))
def test_policy_2_every_column_is_something_that_may_be_stored(row: Row) -> None:
    assert len(row.quoted(COLUMN)) == 1
    assert SECTION.match(row.cells[MEANING]) or OURS.match(row.cells[MEANING]), row.cells[MEANING]


def test_a_column_that_the_map_does_not_know_is_noticed(database: TestDatabase) -> None:
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("ALTER TABLE users ADD COLUMN nickname text")
        owner.execute("CREATE TABLE shadows (text text)")
        owner.execute("CREATE MATERIALIZED VIEW copies AS SELECT email AS address FROM account_emails")
        owner.execute("ALTER TABLE vectors ADD COLUMN author text")
    assert stored(database) - set(meanings()) == {"users.nickname", "shadows.text", "copies.address", "vectors.author"}


def test_policy_2_4_usage_rows_hold_what_the_policy_names(database: TestDatabase) -> None:
    """Endpoint, time, latency, counts, address, plan; besides: whose, by which key and request, and the status."""
    named = {name: meaning for name, meaning in meanings().items() if name.startswith("usage_events.")}
    by_policy = {name.split(".")[1] for name, meaning in named.items() if meaning.startswith("2.4, ")}
    assert by_policy == {"endpoint", "occurred_at", "latency_ms", "vectors", "embeddings", "ip_address", "plan"}
    counts = {name.split(".")[1] for name, meaning in named.items() if meaning.startswith("derived from 2.4")}
    assert counts == {"requests", "searches", "tokens"}
    with psycopg.connect(database.owner_url) as owner:
        columns = {
            name: kind
            for name, kind in owner.execute(
                "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
                " WHERE attrelid = 'usage_events'::regclass AND attnum > 0 AND NOT attisdropped"
            ).fetchall()
        }
    besides = {"account_no", "event_no", "request_id", "key_no", "env", "status", "ticket_no"}
    assert set(columns) == by_policy | counts | besides
    # There is no place for anything of a body: texts are ours, all else are numbers, times and the address.
    assert {name for name, kind in columns.items() if kind == "text"} == {"endpoint", "env", "plan", "request_id"}
    assert {columns[name] for name in columns} <= {
        *("text", "bigint", "integer", "smallint", "real", "inet", "timestamp with time zone"),
    }


def test_policy_2_5_of_billing_there_is_an_id_and_a_status(database: TestDatabase) -> None:
    about_money = {name for name, meaning in meanings().items() if meaning.startswith("2.5")}
    assert about_money == {
        "accounts.stripe_customer_id",
        "accounts.subscription_status",
        "billing_closures.stripe_customer_id",
    }
    words = re.compile(r"card|cvv|cvc|iban|bank|payment|invoice|tax|address_line|phone|birth")
    # Since when the subscription's status has been that it is past due.
    assert [name for name in stored(database) if words.search(name)] == ["accounts.payment_overdue_since"]


async def test_policy_2_2_of_a_key_its_prefix_and_its_hash_are_stored(api_without_embedder: Api) -> None:
    api = api_without_embedder
    key = (await api.post("/v1/api-keys", {"name": "k"})).json()
    [(prefix,)] = api.sql("SELECT prefix FROM api_keys WHERE key_id = %s", key["id"])
    assert prefix == key["key"][len("fv_live_") :][:8]
    assert len(prefix) == PREFIX_LENGTH == len(new_key("test").prefix)
    [(hashes,)] = api.sql("SELECT count(*) FROM key_hashes WHERE key_hash = sha256(%s::text::bytea)", key["key"])
    rest = key["key"].removeprefix("fv_live_" + prefix)
    leaves = api.sql(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    found = [
        name
        for (name,) in leaves
        for part in (rest[:8], rest[:8].encode().hex())
        if api.sql(f"SELECT FROM {name} t WHERE strpos(t::text, %s) > 0", part)
    ]
    assert found == [], "the rest of the key is stored"
    assert hashes == 1


def test_all_tables_are_logged_and_there_is_nothing_else_that_stores(database: TestDatabase) -> None:
    """What remains after deletion is said of tables: no other UNLOGGED one, no large object, no other schema."""
    with psycopg.connect(database.owner_url) as owner:
        relations = owner.execute(OTHER_KINDS.encode()).fetchall()
        unlogged = {name for name, kind, persistence in relations if persistence != "p" and kind == "r"}
        assert unlogged == {"account_meters", "key_meters", "tickets", "stranger_meters"}
        assert {persistence for *_, persistence in relations} == {"p", "u"}
        assert {kind for _, kind, _ in relations} <= {"r", "p", "i", "I", "S"}
        assert owner.execute("SELECT count(*) FROM pg_largeobject_metadata").fetchone() == (0,)
        schemas = owner.execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'").fetchall()
        assert {name for (name,) in schemas} == {"public", "information_schema"}
        for role in (API, JOBS):
            made = owner.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", (role,)).fetchone()
            assert made == (False,), f"{role} can make tables of its own"
