"""An export holds everything of an account, live and test, and nothing of another; whoever writes meanwhile."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import zipfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from functions.auth import account_export as endpoint
from infra import template
from infra.client.export import export
from infra.client.failure import ClientFailure
from infra.client.service import Service
from infra.client.session import Session
from shared import clock
from shared.account_export import page as pages
from shared.account_export.lines import Line
from shared.account_export.page import SECTIONS, AccountPage, export_account
from shared.db.connection import Database
from shared.errors import ValidationFailed
from shared.export import MAX_PAGE_BYTES
from tests.support import migrated
from tests.support.api import PASSWORD, Api
from tests.support.database import TestDatabase

MAX_BODY = 32 << 20

# Tables of accounts whose rows are in the export, by the type of the line.
EXPORTED = {
    "accounts": "account",
    "users": "user",
    "account_emails": "user",
    "sessions": "session",
    "api_keys": "api_key",
    "account_activity": "activity",
    "collections": "collection",
    "vectors": "vector",
    "usage_events": "usage_event",
    "usage_hours": "usage_hour",
    "usage_days": "usage_day",
    "quota_notices": "quota_notice",
    "idempotency_keys": "idempotency_key",
    "outbox_emails": "pending_email",
    "one_time_links": "one_time_link",
    "account_notices": "notice",
}
TABLES_LEFT_OUT = {
    "key_hashes": "nothing but the hash of a key",
    "session_ids": "a session's id again, which its line has",
    "refresh_hashes": "hashes of a session's tokens",
    "collection_counts": "summed in the line of the collection",
    "account_counts": "the sum of its collections' counts",
    "account_meters": "sums of its usage, and when its rates are full again",
    "key_meters": "when the rates of its keys are full again",
    "tickets": "what its requests under way may still use, for a minute",
    "usage_tail": "events again, for the minute until they are counted in its hours and days",
    "meter_reports": "its usage again, as Stripe was told of it",
    "pending_embeddings": "which vectors wait is `pending` of their lines",
    "deleted_collections": "numbers of collections that are being removed, which nobody reads any more",
    "keywords": "worked out of the texts",
    "keyword_terms": "worked out of the texts",
    "collection_tasks": "work on what is worked out of texts and metadata",
    "collection_indexes": "how vectors are indexed",
    "erased_accounts": "the number of an account that is gone, which nobody can ask about",
}
INNER = "a number inside, which the outside never sees; the id is exported"
COLUMNS_LEFT_OUT = {
    "accounts": {"billing_version": "how often its plan was written"},
    "users": {"user_no": INNER, "password_hash": "a hash", "pepper_id": "belongs to the hash"},
    "account_emails": {"user_no": INNER, "email_key": "the address again, as it is compared"},
    "sessions": {"session_no": INNER, "user_no": INNER},
    "api_keys": {"key_no": INNER},
    "account_activity": {"activity_no": INNER, "user_no": INNER},
    "collections": {
        "collection_no": INNER,
        "average_length": "worked out of the texts",
        "only_namespace": "worked out of the vectors",
        "has_many_namespaces": "worked out of the vectors",
        "is_catalogued": "worked out of the vectors",
    },
    "vectors": {
        "collection_no": INNER,
        "row_no": INNER,
        "content_hash": "a hash of the text or the values",
        "facets": "worked out of the metadata",
    },
    "usage_events": {"event_no": INNER, "key_no": INNER, "ticket_no": INNER},
    "usage_hours": {"is_reported": "whether Stripe has been told", "is_checked": "whether a mail was due"},
    "usage_days": {"key_no": INNER},
    "idempotency_keys": {"key_hash": "a hash", "request_hash": "a hash"},
    "outbox_emails": {"email_no": INNER, "user_no": INNER},
    "one_time_links": {"token_hash": "a hash", "user_no": INNER},
    "account_notices": {"user_no": INNER},
}

# One row in each table, no two values alike. Times are days of 2025, each its own.
ROWS = """
INSERT INTO accounts (account_id, plan, status, created_at, stripe_customer_id, subscription_status, spending_cap,
                      payment_overdue_since)
    VALUES ('acc_1', 'pro', 'active', '2025-01-01', 'cus_1', 'past_due', 81000000001, '2025-03-01');
INSERT INTO users (account_no, user_id, password_hash, pepper_id, password_changed_at, created_at, confirmed_at,
                   accepted_policy, accepted_at)
    SELECT account_no, 'usr_1', 'canary-password', 'canary-pepper', '2025-01-02', '2025-01-03', '2025-01-04',
           'policy-7', '2025-01-05' FROM accounts;
INSERT INTO account_emails (email_key, email, account_no, user_no)
    SELECT 'owner@example.com', 'Owner@Example.com', account_no, user_no FROM users;
INSERT INTO sessions (account_no, session_id, user_no, created_at, last_used_at, expires_at, authenticated_at,
                      ip_address)
    SELECT account_no, 'ses_1', user_no, '2025-01-06', '2025-01-07', '2025-01-08', '2025-01-09', '192.0.2.1' FROM users;
INSERT INTO api_keys (account_no, key_id, name, env, prefix, scopes, created_at, expires_at, last_used_at, collection)
    SELECT account_no, 'key_1', 'my key', 'test', 'prefix12', '{read,write}', '2025-01-10', '2025-01-11', '2025-01-12',
           'only one' FROM accounts;
INSERT INTO account_activity (account_no, occurred_at, kind, user_no, session_id, key_id, ip_address)
    SELECT account_no, '2025-01-13', 'signed_in', user_no, 'ses_of_event', 'key_of_event', '192.0.2.2' FROM users;
INSERT INTO collections (account_no, env, name, dimension, metric, description, language, model, model_revision,
                         created_at, updated_at, k1, b, average_length, only_namespace)
    SELECT account_no, 'live', 'things', 2, 'dotproduct', 'my description', 'de', 'my-model', 'rev-1', '2025-01-14',
           '2025-01-15', 1.25, 0.125, 77, 'ns-only' FROM accounts;
INSERT INTO collection_counts (account_no, collection_no, slot, stored, pending)
    SELECT account_no, collection_no, n, 41, 31 FROM collections, generate_series(1, 2) n;
INSERT INTO vectors (account_no, collection_no, namespace, id, embedding, raw_values, text, content_hash, metadata,
                     expires_at, created_at, updated_at)
    SELECT account_no, collection_no, 'ns', 'id-values', '[3,4]', '[3.25,4.5]', 'my text', '\\xc0ffee',
           '{"my": "data"}', '2095-01-16', '2025-01-17', '2025-01-18' FROM collections;
INSERT INTO vectors (account_no, collection_no, namespace, id, embedding, text, content_hash, created_at, updated_at)
    SELECT account_no, collection_no, 'ns', 'id-text', '[0.5,0.25]', 'embedded text', '\\xc0ffee',
           '2025-01-19', '2025-01-20' FROM collections;
INSERT INTO usage_events (account_no, occurred_at, request_id, key_no, endpoint, env, plan, status, latency_ms,
                          ip_address, requests, searches, vectors, embeddings, tokens)
    SELECT account_no, '2025-01-21', 'req_1', key_no, 'POST /v1/my-endpoint', 'test', 'plan then', 299, 12.34,
           '2001:db8::1', 101, 102, 103, 104, 105 FROM api_keys;
INSERT INTO usage_hours (account_no, hour, env, plan, is_charged, requests, searches, vectors, embeddings, tokens,
                         vector_hours)
    SELECT account_no, '2025-03-02', 'live', 'plan of hour', true, 201, 202, 203, 204, 205, 206 FROM accounts;
INSERT INTO usage_days (account_no, day, env, plan, endpoint, key_no, requests, searches, vectors, embeddings, tokens)
    SELECT account_no, '2025-03-03', 'test', 'plan of day', 'POST /v1/of-day', key_no, 211, 212, 213, 214, 215
    FROM api_keys;
INSERT INTO quota_notices (account_no, month, unit, most, percent)
    SELECT account_no, '2025-03-04', 'tokens', 221, 80 FROM accounts;
INSERT INTO idempotency_keys (account_no, env, key_hash, request_hash, holder, claimed_at, leased_until, status, body)
    SELECT account_no, 'live', sha256('k'), sha256('r'), 'req_holder', '2025-01-22', '2025-01-23', 298,
           convert_to('{"upserted":106}', 'UTF8') FROM accounts;
INSERT INTO outbox_emails (account_no, user_no, kind, to_email, params, created_at, ready_at, attempts)
    SELECT account_no, user_no, 'email_changed', 'former@example.com', '{"my": "parameter"}', '2025-01-24',
           '2025-01-25', 107 FROM users;
INSERT INTO one_time_links (token_hash, account_no, user_no, purpose, new_email, created_at, expires_at)
    SELECT sha256('t'), account_no, user_no, 'change_email', 'new@example.com', '2025-01-26', '2025-01-27' FROM users;
INSERT INTO account_notices (account_no, user_no, kind, about, noted_at)
    SELECT account_no, user_no, 'breach_notice', 'my-breach', '2025-01-28' FROM users;
"""


class Owner:
    """The tables as their owner sees them, and exports as the API makes them."""

    def __init__(self, owner: psycopg.Connection, database: Database) -> None:
        self._owner = owner
        self.database = database

    def sql(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        cursor = self._owner.execute(statement.encode(), params or None)
        return cursor.fetchall() if cursor.description else []

    def account_no(self, account_id: str = "acc_1") -> int:
        [(number,)] = self.sql("SELECT account_no FROM accounts WHERE account_id = %s", account_id)
        return int(number)

    def account(self, account_id: str) -> int:
        """Another account, with nothing in it."""
        self.sql("INSERT INTO accounts (account_id) VALUES (%s)", account_id)
        return self.account_no(account_id)

    def collection(self, name: str, env: str = "live", account_id: str = "acc_1", dimension: int = 2) -> int:
        [(number,)] = self.sql(
            "INSERT INTO collections (account_no, env, name, dimension, metric) VALUES (%s, %s, %s, %s, 'euclidean')"
            " RETURNING collection_no",
            self.account_no(account_id), env, name, dimension,
        )  # fmt: skip
        return int(number)

    def vectors(self, collection_no: int, ids: list[str], text: str | None = None, namespace: str = "") -> None:
        self.sql(
            "INSERT INTO vectors (account_no, collection_no, namespace, id, embedding, raw_values, text, content_hash)"
            " SELECT c.account_no, c.collection_no, %s, i, '[1,2]', '[1,2]', %s, ''"
            " FROM collections c, unnest(%s::text[]) i WHERE c.collection_no = %s",
            namespace, text, ids, collection_no,
        )  # fmt: skip

    async def page(
        self, cursor: str = "", *, limit: int = 10_000, max_bytes: int = MAX_BODY, account_id: str = "acc_1"
    ) -> AccountPage:
        return await export_account(
            self.database, self.account_no(account_id), cursor=cursor, limit=limit, max_bytes=max_bytes
        )

    async def export(self, account_id: str = "acc_1", **bounds: int) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await self.page(cursor, account_id=account_id, **bounds)
            lines += [json.loads(line) for line in page.lines]
            cursor = page.next_cursor
        return lines


@pytest.fixture
async def owner(database: TestDatabase) -> AsyncIterator[Owner]:
    """An account with a row in each table."""
    as_api = Database(database.api_url)
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(ROWS.encode())
        yield Owner(connection, as_api)
    await as_api.close()


def leaves(value: Any) -> Iterator[Any]:
    """Every value in a line, the compound ones too, in a form that can be compared."""
    yield json.dumps(value, sort_keys=True)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from leaves(inner)


def shown(column: str, value: Any) -> str:
    """A value of the database as a line has it."""
    if isinstance(value, datetime):
        value = clock.rfc3339(value)
    elif isinstance(value, date):
        value = value.isoformat()
    elif isinstance(value, bytes) or column == "raw_values":
        value = json.loads(value)
    elif column == "embedding":
        value = base64.b64encode(struct.pack("<2e", *json.loads(value))).decode()
    elif column == "prefix":
        value = f"fv_test_{value}"
    elif column.endswith("ip_address"):
        value = str(value)
    elif column == "latency_ms":
        value = float(value)
    return json.dumps(value, sort_keys=True)


def test_every_table_of_accounts_is_exported_or_left_out_for_a_reason() -> None:
    tables = {table for table in migrated.tables()[0] if not table.startswith(("vectors_", "keywords_"))}
    tables -= {"usage_events_default"}
    assert tables == EXPORTED.keys() | TABLES_LEFT_OUT.keys()
    assert not EXPORTED.keys() & TABLES_LEFT_OUT.keys()
    assert set(EXPORTED.values()) == {section.name for section in SECTIONS}


async def test_policy_9_every_column_is_exported_or_left_out_for_a_reason(owner: Owner) -> None:
    """Privacy policy, section 9: export of everything held. A column that the export does not know fails this."""
    tables = [
        table
        for (table,) in owner.sql(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND a.attname = 'account_no' AND NOT a.attisdropped"
        )
    ]
    assert set(tables) == EXPORTED.keys() | TABLES_LEFT_OUT.keys()
    lines = await owner.export()
    for table, kind in EXPORTED.items():
        told = {leaf for line in lines if line["type"] == kind for leaf in leaves(line)}
        columns = [
            column
            for (column,) in owner.sql(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
                table,
            )
            if column != "account_no"
        ]
        left_out = COLUMNS_LEFT_OUT.get(table, {})
        assert left_out.keys() <= set(columns)
        for column in columns:
            cast = "::text" if column in ("embedding", "raw_values", "latency_ms") else ""
            where = "id = 'id-text'" if column == "embedding" else f"{column} IS NOT NULL"
            values = owner.sql(f"SELECT {column}{cast} FROM {table} WHERE {where}")
            assert values or column in left_out, f"give {table}.{column} a value in ROWS"
            if column in left_out:
                continue
            for (value,) in values:
                assert shown(column, value) in told, f"{table}.{column} is not exported"


async def test_what_is_exported(owner: Owner) -> None:
    lines = await owner.export()
    assert [line["type"] for line in lines] == [
        "account", "user", "session", "api_key", "activity", "collection", "vector", "vector", "usage_event",
        "usage_hour", "usage_day", "quota_notice", "idempotency_key", "pending_email", "one_time_link", "notice",
    ]  # fmt: skip
    by_type = {line["type"]: line for line in lines}
    assert by_type["user"]["email"] == "Owner@Example.com"
    assert (by_type["collection"]["vectors_count"], by_type["collection"]["pending_count"]) == (82, 62)
    assert by_type["usage_event"]["key_id"] == "key_1"
    assert by_type["session"]["user_id"] == by_type["activity"]["user_id"] == "usr_1"
    assert by_type["idempotency_key"]["answer"] == {"upserted": 106}
    assert (by_type["vector"]["env"], by_type["vector"]["collection"]) == ("live", "things")
    text, values = (line for line in lines if line["type"] == "vector")
    assert (text["model"], text["values"], values["values"]) == ("my-model@rev-1", None, [3.25, 4.5])


async def test_no_hash_is_handed_out(owner: Owner) -> None:
    told = (await owner.page()).as_lines().decode() + (await owner.page()).as_json().decode()
    assert "canary" not in told
    for (digest,) in owner.sql(
        "SELECT token_hash FROM one_time_links UNION SELECT key_hash FROM idempotency_keys"
        " UNION SELECT request_hash FROM idempotency_keys"
    ):
        assert digest.hex() not in told
        assert base64.b64encode(digest).decode() not in told


async def test_nothing_of_another_account_is_in_it(owner: Owner) -> None:
    before = await owner.export()
    other = owner.account("acc_2")
    owner.vectors(owner.collection("things", account_id="acc_2"), ["theirs"])
    owner.sql("INSERT INTO account_activity (account_no, kind) VALUES (%s, 'theirs')", other)
    mine = await owner.export()
    mine[0]["exported_at"] = before[0]["exported_at"]
    assert mine == before
    theirs = await owner.export("acc_2")
    assert [line["type"] for line in theirs] == ["account", "activity", "collection", "vector"]


async def test_pages_of_any_size_hold_the_same(owner: Owner) -> None:
    for env, name in (("test", "things"), ("live", "Z"), ("live", "empty"), ("test", "a.b-c"), ("live", "zz")):
        collection_no = owner.collection(name, env)
        if name != "empty":
            for namespace in ("", "b", "a"):
                owner.vectors(collection_no, [f"{n} é'\"\\" for n in range(13)], namespace=namespace)
    whole = await owner.export()
    places = [
        (line["env"], line["collection"], line["namespace"], line["id"]) for line in whole if line["type"] == "vector"
    ]
    assert len(places) == 2 + 4 * 39
    assert places == sorted(places)
    for limit in (1, 2, 7, 50):
        parts = await owner.export(limit=limit)
        parts[0]["exported_at"] = whole[0]["exported_at"]
        assert parts == whole


async def test_a_page_is_bounded_in_bytes(owner: Owner) -> None:
    owner.vectors(owner.collection("large"), [f"v{n:03}" for n in range(150)], text="\x01" * 10_000)
    whole = await owner.export()
    seen: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await owner.page(cursor, max_bytes=1_000_000)
        assert len(page.as_lines()) <= 1_000_000
        assert len(page.as_json()) <= 1_000_000
        seen += [json.loads(line) for line in page.lines]
        cursor = page.next_cursor
    assert seen[1:] == whole[1:]
    page = await owner.page()
    assert 3_900_000 < len(page.as_lines()) <= MAX_PAGE_BYTES
    # One line goes always, however small the page is.
    assert [len((await owner.page(max_bytes=1)).lines) for _ in range(2)] == [1, 1]


async def test_a_page_is_bounded_in_reads(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(20):
        owner.vectors(owner.collection(f"c{n:02}"), ["only"])
    whole = await owner.export()
    monkeypatch.setattr(pages, "MAX_READS", 7)
    first = await owner.page()
    assert len(first.lines) < 7 + 21
    assert first.next_cursor is not None
    parts = await owner.export()
    assert parts[1:] == whole[1:]


async def test_as_json_it_is_the_page_of_every_listing(owner: Owner) -> None:
    first = json.loads((await owner.page(limit=3)).as_json())
    assert list(first) == ["data", "has_more", "next_cursor"]
    assert [line["type"] for line in first["data"]] == ["account", "user", "session"]
    assert first["has_more"] is True
    last = json.loads((await owner.page(first["next_cursor"])).as_json())
    assert (last["has_more"], last["next_cursor"], len(last["data"])) == (False, None, 13)
    *lines, end = (await owner.page(first["next_cursor"])).as_lines().decode().splitlines()
    assert [json.loads(line) for line in lines] == last["data"]
    assert json.loads(end) == {"next_cursor": None}


async def test_what_stays_comes_once_whoever_writes(owner: Owner) -> None:
    collection_no = owner.collection("busy")
    owner.vectors(collection_no, [f"stays {n:02}" for n in range(40)])
    owner.vectors(collection_no, [f"goes {n:02}" for n in range(40)])
    owner.vectors(owner.collection("doomed"), ["x"])
    seen: list[dict[str, Any]] = []
    cursor: str | None = ""
    number = 0
    while cursor is not None:
        page = await owner.page(cursor, limit=7)
        seen += [json.loads(line) for line in page.lines]
        cursor = page.next_cursor
        number += 1
        assert number < 60, "the export has no end while others write"
        owner.vectors(collection_no, [f"comes {number:02}", f"{number:02} comes"])
        owner.sql("DELETE FROM vectors WHERE id LIKE 'goes%%' AND id < %s", f"goes {20 + number:02}")
        owner.sql("UPDATE vectors SET text = 'changed' WHERE id LIKE 'stays%'")
        owner.sql("INSERT INTO account_activity (account_no, kind) SELECT account_no, 'later' FROM accounts")
        owner.sql(
            "INSERT INTO usage_events (account_no, endpoint, env, plan, status, latency_ms, requests)"
            " SELECT account_no, 'later', 'live', 'free', 200, 1, 1 FROM accounts, generate_series(1, 50)"
        )
        if number == 5:
            owner.sql("DELETE FROM collections WHERE name = 'doomed'")
    stays = [line["id"] for line in seen if line.get("id", "").startswith("stays")]
    assert stays == [f"stays {n:02}" for n in range(40)]
    places = [(line["collection"], line["id"]) for line in seen if line["type"] == "vector"]
    assert len(places) == len(set(places))
    assert "later" not in {line.get("endpoint") or line.get("kind") for line in seen}


async def test_a_collection_that_is_deleted_and_made_again_between_two_pages(owner: Owner) -> None:
    owner.vectors(owner.collection("again"), [f"v{n}" for n in range(5)])
    page = await owner.page(limit=9)
    assert b'"id":"v1"' in page.lines[-1]
    owner.sql("DELETE FROM collections WHERE name = 'again'")
    owner.vectors(owner.collection("again"), [f"v{n}" for n in range(9)])
    rest = [json.loads(line) for line in (await owner.page(page.next_cursor or "")).lines]
    assert [line["id"] for line in rest if line["type"] == "vector"][:7] == [f"v{n}" for n in range(2, 9)]


async def test_a_collection_that_is_deleted_between_two_pages(owner: Owner) -> None:
    owner.vectors(owner.collection("gone"), [f"v{n}" for n in range(5)])
    owner.vectors(owner.collection("next"), ["a", "z"])
    page = await owner.page(limit=10)
    assert b'"id":"v1"' in page.lines[-1]
    owner.sql("DELETE FROM collections WHERE name = 'gone'")
    rest = [json.loads(line) for line in (await owner.page(page.next_cursor or "")).lines]
    vectors = [(line["collection"], line["id"]) for line in rest if line["type"] == "vector"]
    assert vectors == [("next", "a"), ("next", "z"), ("things", "id-text"), ("things", "id-values")]


async def test_expired_vectors_are_as_good_as_deleted(owner: Owner) -> None:
    owner.sql("UPDATE vectors SET expires_at = now() - interval '1 second'")
    assert "vector" not in {line["type"] for line in await owner.export()}


async def test_two_links_of_one_moment_are_both_told_of(owner: Owner) -> None:
    owner.sql(
        "INSERT INTO one_time_links (token_hash, account_no, user_no, purpose, created_at, expires_at)"
        " SELECT sha256(n::text::bytea), u.account_no, u.user_no, 'reset', '2025-01-26',"
        " timestamptz '2025-01-27' + n * interval '1 day' FROM users u, generate_series(0, 4) n"
    )
    for limit in (1, 2, 100):
        links = [line for line in await owner.export(limit=limit) if line["type"] == "one_time_link"]
        assert [link["purpose"] for link in links] == ["change_email"] + 5 * ["reset"]


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


T = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("text", [
    "x", "{}", "[]", "null", f'["{T}","vector"]', f'["{T}","nothing",null]', '["yesterday","vector",null]',
    '["2026-01-01T00:00:00","vector",null]', '["0001-01-01T00:00:00+23:00","vector",null]',
    f'["{T}","vector",[]]', f'["{T}","vector",["live"]]', f'["{T}","vector",["live","a","b"]]',
    f'["{T}","vector",["live","a","b",1]]', f'["{T}","vector",["live","a","b","c\\u0000"]]',
    f'["{T}","vector",["live","a","b","\\ud800"]]', f'["{T}","vector",["a","b","c","d","e"]]',
    f'["{T}","activity",[9223372036854775808]]', f'["{T}","activity",[-1]]', f'["{T}","activity",["1"]]',
    f'["{T}","activity",[true]]', f'["{T}","activity",[1.5]]', f'["{T}","usage_event",["{T}"]]',
    f'["{T}","usage_event",["9999-12-31T00:00:00Z",1]]', f'["{T}","usage_event",["2026-01-01T00:00:00",1]]',
    f'["{T}","idempotency_key",["live","?"]]', f'["{T}","vector",null,1]', f'["{T}","vector",' + "[" * 5000,
    f'["{T}","vector",' + "[" * 100_000 + "]" * 100_000 + "]",
])  # fmt: skip
async def test_what_is_no_cursor_is_refused(owner: Owner, text: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await owner.page(cursor(text))
    assert [detail.field for detail in refused.value.details] == ["cursor"]


@pytest.mark.parametrize("raw", ["!", "a", "YQ", "/w"])
async def test_what_is_no_base64_is_refused(owner: Owner, raw: str) -> None:
    with pytest.raises(ValidationFailed):
        await owner.page(raw)


@pytest.mark.parametrize("text", [
    f'["{T}","vector",["x","y",null,null]]', f'["{T}","vector",["live","things",null,"x"]]',
    f'["{T}","vector",["\'","--","$$","%s"]]', f'["{T}","user",["zzz"]]',
    f'["{T}","idempotency_key",["live",""]]', f'["{T}","activity",[9223372036854775807]]',
    f'["{T}","usage_event",["1970-01-01T00:00:00-14:00",9223372036854775807]]',
    '["1970-01-01T00:00:00Z","usage_event",["9997-12-31T23:59:59Z",0]]',
])  # fmt: skip
async def test_a_cursor_of_ones_own_making_harms_nobody(owner: Owner, text: str) -> None:
    page = await owner.page(cursor(text))
    mine = {json.dumps(line, sort_keys=True) for line in await owner.export()}
    assert {json.dumps(json.loads(line), sort_keys=True) for line in page.lines} <= mine


async def test_several_exports_at_once(owner: Owner) -> None:
    owner.vectors(owner.collection("more"), [f"v{n}" for n in range(300)])
    whole, *others = await asyncio.gather(*(owner.export(limit=limit) for limit in (10_000, 40, 100)))
    assert all(other[1:] == whole[1:] for other in others)


def test_it_is_routed() -> None:
    modules = {route.key: function.module for function in template.load() for route in function.routes}
    assert modules["GET /v1/auth/account/export"] == endpoint.__name__


PATH = "/v1/auth/account/export"


async def stored(api: Api) -> None:
    """Vectors in a live and in a test collection; pages of the command are small enough to be several."""
    await api.collection(dimension=2)
    await api.upsert([{"id": f"v{n:03} é", "values": [1.5, n], "metadata": {"n": n}} for n in range(120)])
    await api.upsert([{"id": "in", "values": [1e-05, 0.1], "text": "a\u2028b"}], namespace="space")
    key = await api.new_key(env="test")
    await api.post("/v1/collections", {"name": "things", "dimension": 2}, key=key)
    await api.post("/v1/vectors/upsert", {"collection": "things", "vectors": [{"id": "t", "values": [1, 2]}]}, key=key)


async def test_by_http_in_both_formats(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await stored(api)
    session = await api.session()
    [(before,)] = api.sql("SELECT count(*) FROM usage_events")
    answer = await api.get(PATH, key=session)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    assert answer.headers["cache-control"] == "no-store"
    *lines, last = [json.loads(line) for line in answer.text.removesuffix("\n").split("\n")]
    assert last == {"next_cursor": None}
    for line in lines:
        msgspec.convert(line, Line)
    counts = Counter(line["type"] for line in lines)
    assert counts["vector"] == 122
    assert counts["api_key"] == 2
    assert counts["usage_event"] == before
    assert next(line["email"] for line in lines if line["type"] == "user") == api.tenant.email
    assert {line["env"] for line in lines if line["type"] == "vector"} == {"live", "test"}

    data: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await api.get(PATH, key=session, format="json", limit=50, cursor=cursor)
        assert answer.headers["content-type"] == "application/json"
        body = answer.json()
        assert body["has_more"] is (body["next_cursor"] is not None)
        data += body["data"]
        cursor = body["next_cursor"]
    # The export says when it began; and a session is used by each call.
    assert [line for line in data if line["type"] not in ("account", "session")] == [
        line for line in lines if line["type"] not in ("account", "session")
    ]
    # The right to one's data costs nothing.
    assert api.sql("SELECT count(*) FROM usage_events") == [(before,)]


async def test_who_may_export(api_without_embedder: Api) -> None:
    api = api_without_embedder
    for key, status in ((api.tenant.key, 403), ("", 401), ("fv_live_x", 401), (await api.new_key("admin"), 403)):
        assert (await api.get(PATH, key=key)).status_code == status
    other = await api.new_tenant("other@example.com")
    await stored(api)
    answer = await api.get(PATH, key=await api.session(other.email))
    assert "things" not in answer.text
    assert api.tenant.email not in answer.text


@pytest.mark.parametrize("params", [
    {"format": "csv"}, {"limit": 0}, {"limit": 10_001}, {"cursor": "YQ"}, {"unknown": 1}, {"env": "live"},
])  # fmt: skip
async def test_bad_requests_are_422(api_without_embedder: Api, params: dict[str, Any]) -> None:
    answer = await api_without_embedder.get(PATH, key=await api_without_embedder.session(), **params)
    assert answer.status_code == 422, answer.text
    assert [detail["field"] for detail in answer.json()["details"]] == list(params)


@asynccontextmanager
async def on_a_port(api: Api) -> AsyncIterator[str]:
    """The API in this process, behind a real socket."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers.get("Content-Length", "0")))
        answered = await api.client.request(method, target, content=body, headers=headers)
        told = {"Connection": "close", "Content-Length": str(len(answered.content))}
        lines = [f"HTTP/1.1 {answered.status_code} -", *(f"{name}: {value}" for name, value in told.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + answered.content)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}"


async def test_the_command_writes_an_archive_whose_vectors_can_be_imported(
    api_without_embedder: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    await stored(api)
    monkeypatch.setattr(pages, "MAX_PAGE_BYTES", 10_000)
    async with on_a_port(api) as url:
        service = Service(url)
        session = await asyncio.to_thread(Session.signed_in, service, api.tenant.email, PASSWORD)
        counts = await asyncio.to_thread(export, session, tmp_path / "out.zip")
        await asyncio.to_thread(session.end)
        with pytest.raises(ClientFailure):
            await asyncio.to_thread(export, session, tmp_path / "none.zip")
    assert counts["vector"] == 122
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        told = {name: archive.read(name) for name in archive.namelist()}
    assert json.loads(told["account.json"])["users"][0]["email"] == api.tenant.email
    assert {name for name in told if name.startswith("vectors/")} == {
        "vectors/live/things.ndjson", "vectors/test/things.ndjson",
    }  # fmt: skip
    vectors = told["vectors/live/things.ndjson"]
    [whole] = [await api.get("/v1/vectors/export", collection="things")]
    assert vectors + b'{"next_cursor":null}\n' == whole.content
    await api.collection("copy", dimension=2)
    answer = await api.client.post(
        "/v1/vectors/import",
        params={"collection": "copy"},
        content=vectors,
        headers=api.tenant.headers | {"Content-Type": "application/x-ndjson"},
    )
    assert answer.json()["imported"] == 121, answer.text
    copy = await api.get("/v1/vectors/export", collection="copy")
    assert copy.content == whole.content
