"""An account with a row in every table, whose every word and number is found nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from tests.support.database import TestDatabase

_OURS = "FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
_LEAVES = f"""
SELECT c.oid::regclass::text, coalesce(pg_partition_root(c.oid), c.oid)::regclass::text {_OURS} AND c.relkind = 'r'
""".encode()
TABLES = f"SELECT c.oid::regclass::text {_OURS} AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
TENANT_TABLES = f"""
{TABLES} AND EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'account_no' AND NOT a.attisdropped
)
"""

# Rows of each table, %(n)s being a number and %(w)s a word of the account's own; also of those in which an account only
# stands while it, or a collection of it, is being erased.
ROWS = {
    "accounts": "(account_no, account_id, stripe_customer_id, subscription_status) OVERRIDING SYSTEM VALUE"
    " VALUES (%(n)s, 'acc_' || %(w)s, %(stripe)s, 'active')",
    "users": "(account_no, user_no, user_id, password_hash, pepper_id, confirmed_at, accepted_policy, accepted_at)"
    " VALUES (%(n)s, %(n)s, 'usr_' || %(w)s, 'hash-' || %(w)s, 'pepper-' || %(w)s, now(), 'policy-' || %(w)s, now())",
    "account_emails": "(email_key, email, account_no, user_no) VALUES (%(email)s, %(email)s, %(n)s, %(n)s)",
    "sessions": "(account_no, session_no, session_id, user_no, expires_at, ip_address)"
    " VALUES (%(n)s, %(n)s, 'ses_' || %(w)s, %(n)s, now() + interval '1 day', %(ip)s)",
    "session_ids": "(session_id, account_no, session_no) VALUES ('ses_' || %(w)s, %(n)s, %(n)s)",
    "refresh_hashes": "(token_hash, account_no, session_no) VALUES (sha256(%(raw)s), %(n)s, %(n)s)",
    "one_time_links": "(token_hash, account_no, user_no, purpose, new_email, expires_at)"
    " VALUES (sha256(%(raw)s), %(n)s, %(n)s, 'change_email', 'new-' || %(email)s, now() + interval '1 day')",
    "account_activity": "(account_no, kind, user_no, session_id, key_id, ip_address)"
    " VALUES (%(n)s, 'signed_in', %(n)s, 'ses_' || %(w)s, 'key_' || %(w)s, %(ip)s)",
    "outbox_emails": "(account_no, user_no, kind, to_email, params)"
    " VALUES (%(n)s, %(n)s, 'new_key', %(email)s, jsonb_build_object('name', %(w)s))",
    "account_notices": "(account_no, user_no, kind, about) VALUES (%(n)s, %(n)s, 'breach_notice', 'about ' || %(w)s)",
    "api_keys": "(account_no, key_no, key_id, name, env, prefix, scopes, collection)"
    " VALUES (%(n)s, %(n)s, 'key_' || %(w)s, 'name-' || %(w)s, 'live', left(%(w)s, 8), '{read}', 'c-' || %(w)s)",
    "key_hashes": "(key_hash, account_no, key_no) VALUES (sha256(%(raw)s), %(n)s, %(n)s)",
    "collections": "(account_no, collection_no, env, name, dimension, metric, description, only_namespace)"
    " VALUES (%(n)s, %(n)s, 'live', 'c-' || %(w)s, 3, 'cosine', 'about ' || %(w)s, 'ns-' || %(w)s)",
    "collection_counts": "(account_no, collection_no, slot, stored) VALUES (%(n)s, %(n)s, 0, 1)",
    "account_counts": "(account_no, slot, stored) VALUES (%(n)s, 0, 1)",
    "account_meters": "(account_no, env) VALUES (%(n)s, 'live')",
    "key_meters": "(account_no, key_no, read_at) VALUES (%(n)s, %(n)s, extract(epoch FROM now()) + 86400)",
    "tickets": "(account_no, env, kind, searches, vectors, tokens) VALUES (%(n)s, 'live', 'write', 0, 1, 0)",
    "collection_tasks": "(account_no, collection_no, task, after_namespace, after_id)"
    " VALUES (%(n)s, %(n)s, 'catalogue', 'ns-' || %(w)s, 'id-' || %(w)s)",
    "collection_indexes": "(account_no, collection_no, state, rows, removed) VALUES (%(n)s, %(n)s, 'building', 1, 0)",
    "deleted_collections": "(account_no, collection_no) VALUES (%(n)s, %(n)s + 1)",
    "vectors": "(account_no, collection_no, namespace, id, embedding, raw_values, text, content_hash, metadata, facets)"
    " VALUES (%(n)s, %(n)s, 'ns-' || %(w)s, 'id-' || %(w)s, '[1,0,0]', '[1,0,0]', 'text ' || %(w)s, %(raw)s,"
    " jsonb_build_object('m', %(w)s), to_tsvector('simple', %(w)s)),"
    " (%(n)s, %(n)s + 1, 'ns-' || %(w)s, 'id-' || %(w)s, '[1,0,0]', NULL, 'old ' || %(w)s, %(raw)s, '{}', NULL)",
    "keywords": "(account_no, collection_no, namespace, id, length, average_length, content_hash, impacts, terms,"
    " frequencies) VALUES (%(n)s, %(n)s, 'ns-' || %(w)s, 'id-' || %(w)s, 1, 1, %(raw)s, '{1:1}/9', '{1}', '{1}')",
    "keyword_terms": "(account_no, collection_no, term, documents, impact) VALUES (%(n)s, %(n)s, 1, 1, 1)",
    "pending_embeddings": "(account_no, collection_no, namespace, id)"
    " VALUES (%(n)s, %(n)s, 'ns-' || %(w)s, 'id-' || %(w)s)",
    "usage_events": "(account_no, occurred_at, request_id, key_no, endpoint, env, plan, status, latency_ms, ip_address,"
    " requests) SELECT %(n)s, now() + d * interval '1 day', 'req_' || %(w)s, %(n)s, '/v1/search', 'live', 'free', 200,"
    " 1, %(ip)s, 1 FROM generate_series(-40, 1) d",
    "usage_tail": "(account_no, occurred_at, env, plan, is_charged, endpoint, key_no, requests, searches, vectors,"
    " embeddings, tokens) VALUES (%(n)s, now(), 'live', 'free', false, '/v1/search', %(n)s, 1, 1, 0, 0, 0)",
    "usage_hours": "(account_no, hour, env, plan, is_charged, requests)"
    " VALUES (%(n)s, '2026-01-01Z', 'live', 'free', false, 1)",
    "usage_days": "(account_no, day, env, plan, endpoint, key_no, requests, searches, vectors, embeddings, tokens)"
    " VALUES (%(n)s, '2026-01-01', 'live', 'free', '/v1/search', %(n)s, 1, 1, 0, 0, 0)",
    "meter_reports": "(account_no, meter, hour, revision, value, identifier, state, first_sent_at)"
    " VALUES (%(n)s, 'searches', 'epoch', 1, 1, 'usage-' || %(w)s, 'sent', now())",
    "quota_notices": "(account_no, month, unit, most, percent) VALUES (%(n)s, '2026-01-01Z', 'cap', 1, 80)",
    "idempotency_keys": "(account_no, env, key_hash, request_hash, holder, leased_until, status, body)"
    " VALUES (%(n)s, 'live', sha256(%(raw)s), sha256(%(raw)s), 'holder-' || %(w)s, now(), 200, %(raw)s)",
    "erased_accounts": "(account_no) VALUES (%(n)s)",
}


@dataclass(frozen=True, slots=True)
class WholeAccount:
    """The account, and what of it may be found after its erasure in what must still leave."""

    account_no: int
    word: str
    buckets: tuple[bytes, ...]

    @property
    def email(self) -> str:
        return f"owner-{self.word}@example.com"

    @property
    def stripe_customer_id(self) -> str:
        return f"cus_{self.word}"

    @property
    def ip_address(self) -> str:
        return f"2001:db8::{self.account_no % 65_536:x}:1"

    @property
    def raw(self) -> bytes:
        """Bytes that stand for hashes and bodies."""
        return f"raw {self.word}".encode().ljust(32, b".")

    @property
    def values(self) -> dict[str, object]:
        """What ROWS name."""
        return {
            "n": self.account_no,
            "w": self.word,
            "email": self.email,
            "stripe": self.stripe_customer_id,
            "ip": self.ip_address,
            "raw": self.raw,
        }

    @property
    def traces(self) -> list[str]:
        """What each row of the account has at least one of, as PostgreSQL writes values as text."""
        return [
            str(self.account_no),
            str(self.account_no + 1),
            self.word,
            self.word[:8],
            self.ip_address,
            self.raw.hex(),
        ]


def fill(database: TestDatabase, account_no: int, word: str) -> WholeAccount:
    """Makes the account with a row in every table."""
    account = WholeAccount(account_no, word, (word.encode().ljust(32, b"."),))
    # Values are written into the statements, so that each gets the type of its place.
    with psycopg.connect(database.owner_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as owner:
        for table, row in ROWS.items():
            owner.execute(f"INSERT INTO {table} {row}".encode(), account.values)
        owner.execute(
            b"INSERT INTO attempts (bucket, made_at) SELECT b, now() FROM unnest(%s::bytea[]) b",
            (list(account.buckets),),
        )
    return account


def found(database: TestDatabase, traces: list[str]) -> dict[str, list[str]]:
    """Rows of all tables and partitions of which any column, as text, has one of the traces; by table, as text."""
    hits: dict[str, list[str]] = {}
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        for leaf, table in owner.execute(_LEAVES).fetchall():
            query = f"SELECT t::text FROM {leaf} t JOIN unnest(%s::text[]) w ON strpos(t::text, w) > 0 GROUP BY 1"
            rows = [row for (row,) in owner.execute(query.encode(), (traces,)).fetchall()]
            if rows:
                hits[table] = sorted(hits.get(table, []) + rows)
    return hits
