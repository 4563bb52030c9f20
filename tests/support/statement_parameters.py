"""Parameters by which every statement of shared/db/sql names things of an account, and an account that has them all."""

from __future__ import annotations

import hashlib
from typing import Any

import psycopg

from tests.support.database import TestDatabase
from tests.support.whole_account import WholeAccount, fill

ASKED_AT = "2026-01-01Z"
"""When the tasks of an account's collection were requested."""

# Beside what every account has: a text that waits, a row that has expired and whose words are stale, a tombstone
# without rows, a request under way; and numbers and times that a parameter can name.
_MORE = (
    "INSERT INTO vectors (account_no, collection_no, namespace, id, text, content_hash, expires_at)"
    " VALUES (%(n)s, %(n)s, 'ns-' || %(w)s, 'waiting-' || %(w)s, 'waiting ' || %(w)s, %(raw)s, NULL),"
    " (%(n)s, %(n)s, 'ns-' || %(w)s, 'expired-' || %(w)s, 'expired ' || %(w)s, %(raw)s, now())",
    "INSERT INTO pending_embeddings (account_no, collection_no, namespace, id)"
    " VALUES (%(n)s, %(n)s, 'ns-' || %(w)s, 'waiting-' || %(w)s)",
    "INSERT INTO keywords (account_no, collection_no, namespace, id, length, average_length, content_hash, impacts,"
    " terms, frequencies)"
    " VALUES (%(n)s, %(n)s, 'ns-' || %(w)s, 'expired-' || %(w)s, 1, 1, 'stale', '{1:1}/9', '{1}', '{1}')",
    "INSERT INTO deleted_collections (account_no, collection_no) VALUES (%(n)s, %(n)s + 2)",
    "INSERT INTO idempotency_keys (account_no, env, key_hash, request_hash, holder, leased_until)"
    " VALUES (%(n)s, 'test', sha256(%(raw)s), sha256(%(raw)s), 'holder-' || %(w)s, now())",
    "UPDATE outbox_emails SET email_no = %(n)s WHERE account_no = %(n)s",
    "UPDATE collection_tasks SET requested_at = '2026-01-01Z' WHERE account_no = %(n)s",
    "UPDATE api_keys SET expires_at = '2999-01-01Z' WHERE account_no = %(n)s",
    "UPDATE collections SET is_catalogued = false WHERE account_no = %(n)s",
)


def fill_further(database: TestDatabase, account_no: int, word: str) -> WholeAccount:
    """Makes a whole account whose rows `parameters` names."""
    account = fill(database, account_no, word)
    with psycopg.connect(database.owner_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as owner:
        for statement in _MORE:
            owner.execute(statement.encode(), account.values)
    return account


def parameters(name: str, *, of: WholeAccount, account_no: int) -> dict[str, object]:
    """For the statement of this name: `account_no`, and things of the account `of` for all that names some.

    Arrays are in PostgreSQL's own form. What is made anew has hashes and ids that nobody has.
    """
    number, word = of.account_no, of.word
    ids = [f"{prefix}-{word}" for prefix in ("id", "waiting", "expired")]
    seen = f'{{"m": "{word}"}}'
    named = {
        "collection_no": number,
        "namespace": f"ns-{word}",
        "namespaces": _array(*[f"ns-{word}"] * 3),
        "id": ids[0],
        "ids": _array(*ids),
        "text_ids": _array(ids[1]),
        "name": f"c-{word}",
        "key_id": f"key_{word}",
        "old_key_id": f"key_{word}",
        "session_id": f"ses_{word}",
        "account_id": f"acc_{word}",
        "user_id": f"usr_{word}",
        "user_no": number,
        "session_no": number,
        "key_no": number,
        "maker_key_no": number,
        "email_no": number,
        "customer_id": f"cus_{word}",
        "holder": f"holder-{word}",
        "email": of.email,
        "email_key": of.email,
        "password_hash": f"hash-{word}",
        "checked_hash": f"hash-{word}",
        "pepper_id": f"pepper-{word}",
        "collection": f"c-{word}",
        "request_hash": hashlib.sha256(of.raw).digest(),
        "content_hashes": _array(*[of.raw.decode()] * 3),
        "text_hashes": _array(of.raw.decode()),
        "seen_hash": of.raw,
        "seen": _array(seen),
    }
    stored_hash: dict[str, object] = {"key_hash": hashlib.sha256(of.raw).digest()}
    special: dict[str, dict[str, Any]] = {
        "collections.forget_deleted_collection": {"collection_no": number + 2},
        "idempotency.get_key": stored_hash,
        "idempotency.store_answer": stored_hash,
        "idempotency.release_key": stored_hash | {"env": "test"},
        "updates.update_vector": {"seen": seen},
    }
    return PLAIN | named | _SPECIAL.get(name, {}) | special.get(name, {}) | {"account_no": account_no}


def _array(*elements: str) -> str:
    escaped = (element.replace("\\", "\\\\").replace('"', '\\"') for element in elements)
    return "{" + ",".join(f'"{element}"' for element in escaped) + "}"


# Parameters that name nothing of anybody.
PLAIN: dict[str, object] = {
    "after": "",
    "after_0": "",
    "after_1": "",
    "after_2": 0,
    "after_3": "-infinity",
    "after_4": "",
    "after_id": "",
    "after_namespace": "",
    "alpha": 0.5,
    "arrived": 1,
    "as_of": "2999-01-01Z",
    "attempts": 0,
    "average_length": 2.0,
    "b": 0.5,
    "before": 2**62,
    "body": b"body",
    "buckets": "{}",
    "by_endpoint": True,
    "by_key": True,
    "closure_no": 1,
    "content_hash": b"new",
    "created_at": "{NULL}",
    "created_ats": "{NULL}",
    "customer_id": "cus_new",
    "days": 30,
    "days_ahead": 1,
    "depth": 10,
    "description": "changed",
    "dimension": 3,
    "ef_search": None,
    "embeddings": 1,
    "endpoint": "POST /v1/x",
    "event_id": "evt_new",
    "event_ids": "{}",
    "every": "10 minutes",
    "expires_at": None,
    "facets": None,
    "env": "live",
    "envs": "{live,test}",
    "filter": None,
    "firsts": "{1}",
    "frequencies": "{1}",
    "gives_up_at": 1,
    "has_many_namespaces": True,
    "hour": 0,
    "identifier": "usage-new",
    "impacts": '{"{2:1}/9"}',
    "include_metadata": True,
    "include_text": True,
    "include_values": True,
    "includes": True,
    "ip_address": "203.0.113.9",
    "is_indexed": False,
    "is_overdue": True,
    "is_refused": False,
    "is_told": True,
    "k1": 1.2,
    "key_hash": b"k" * 32,
    "keeps_current": False,
    "kept": "0 seconds",
    "kept_days": 90,
    "kind": "signed_in",
    "language": "german",
    "lasts": "{1}",
    "latency_ms": 1,
    "lease": "1 minute",
    "lengths": "{1}",
    "lifetime": "1 day",
    "limit": 100,
    "limits": "{}",
    "max_bytes": 0,
    "metadata": '{"new": 1}',
    "meter": "searches",
    "metric": "cosine",
    "min_score": None,
    "missing": 0,
    "mode": "hybrid",
    "model": None,
    "model_revision": None,
    "most": 100,
    "new_email": "somebody@example.com",
    "new_hash": b"m" * 32,
    "numbers": "{1}",
    "object_id": "sub_new",
    "object_ids": "{}",
    "oldest": "1 day",
    "only": None,
    "overlap": "1 hour",
    "params": "{}",
    "plan": "free",
    "policy": "2026-11-24",
    "prefix": "",
    "purpose": "change_email",
    "query": "[1,0,0]",
    "raw_values": "[0,1,0]",
    "reason": "refused",
    "request_id": "req_new",
    "requested_at": ASKED_AT,
    "requests": 1,
    "revision": 1,
    "scopes": "{read}",
    "searches": 1,
    "set_metadata": '{"new": 1}',
    "sets_description": True,
    "sets_language": True,
    "settle": "1 hour",
    "settled": "0 seconds",
    "slot": 0,
    "slots": 8,
    "spending_cap": 1,
    "status": 200,
    "stripe_customer_id": "cus_new",
    "subject": "7",
    "takes": True,
    "task": "catalogue",
    "terms": "{1}",
    "text": "new",
    "texts": "{NULL}",
    "ticket_no": None,
    "to_email": "somebody@example.com",
    "token_hash": b"n" * 32,
    "tokens": 1,
    "top_k": 10,
    "type": "invoice.paid",
    "types": "{}",
    "until_at": "2026-01-01Z",
    "updated_at": "{NULL}",
    "valid_for": "1 hour",
    "vectors": 1,
    "version": 0,
    "wait": "1 minute",
    "weights": "{1}",
    "windows": "{}",
}
_SPECIAL: dict[str, dict[str, object]] = {
    "account_export.read_activity": {"after_0": 0},
    "account_export.read_pending_emails": {"after_0": 0},
    "account_export.read_notices": {"after_0": 0, "after_1": "", "after_2": ""},
    "account_export.read_usage_events": {"after_0": "-infinity", "after_1": 0},
    "account_export.read_usage_hours": {"after_0": "-infinity", "after_2": ""},
    "account_export.read_usage_days": {"after_0": "-infinity", "after_2": "", "after_3": "", "after_4": 0},
    "account_export.read_quota_notices": {"after_0": "-infinity", "after_2": 0, "after_3": 0},
    "account_export.read_idempotency_keys": {"after_1": b""},
    "account_export.read_links": {"after_0": "-infinity"},
    "api_keys.create_api_key": {"prefix": "8letters"},
    "api_keys.rotate_api_key": {"prefix": "8letters"},
    "catalogue.store_facets": {"facets": "{new}"},
    "erasure.note_erasure": {"kind": "collection"},
    "tasks.request_task": {"task": "impacts"},
    "webhooks.note_event": {"created_at": "2026-01-01Z"},
    "updates.update_metadata": {"metadata": _array('{"new": 1}'), "facets": "{NULL}"},
    "vectors.store_embeddings": {"embeddings": _array(*["[0,1,0]"] * 3), "tokens": "{1,1,1}"},
    "vectors.upsert_vectors": {
        "raw_values": _array("[0,1,0]"),
        "embeddings": _array("[0,1,0]"),
        "metadata": _array("{}"),
        "facets": "{NULL}",
        "expires_at": "{NULL}",
        "ids": "{new}",
        "content_hashes": "{new}",
    },
}
