"""Admission by key and by session among 100,000 accounts, and what a sign-in takes besides bcrypt."""

from __future__ import annotations

import hashlib
import json
import random
import time
from statistics import median
from typing import Any

import bcrypt
import psycopg

from infra.migrations.roles import API
from shared.config import DEFAULT_BCRYPT_COST
from shared.db.sql_files import statements
from tests.bench.result import Row, p50_p95, percentile
from tests.bench.target import Target

ACCOUNTS = 100_000
ADMISSIONS = 2_000
SIGN_INS = 15
GOAL_MS = 1.0
GOAL_BESIDES_MS = 10.0

# An account each, with one key and one session; keys are the SHA-256 of `key <n>`, sessions are `ses_bench_<n>`.
_FILL = (
    b"CREATE TEMPORARY TABLE made AS SELECT n, nextval('key_numbers') AS key_no FROM generate_series(1, %(n)s) n",
    b"INSERT INTO accounts (account_id) SELECT 'acc_bench_' || n FROM made",
    b"ALTER TABLE made ADD account_no bigint",
    b"UPDATE made m SET account_no = a.account_no FROM accounts a WHERE a.account_id = 'acc_bench_' || m.n",
    b"INSERT INTO users (account_no, user_id, password_hash, confirmed_at) SELECT account_no, 'usr_' || n, '', now()"
    b" FROM made",
    b"INSERT INTO account_emails (email_key, email, account_no, user_no)"
    b" SELECT m.n || '@bench.test', m.n || '@bench.test', m.account_no, u.user_no"
    b" FROM made m JOIN users u ON u.account_no = m.account_no",
    b"INSERT INTO api_keys (account_no, key_no, key_id, name, env, prefix, scopes, last_used_at)"
    b" SELECT account_no, key_no, 'key_' || n, 'bench', 'live', '12345678', '{read,write,admin}', now() FROM made",
    b"INSERT INTO key_hashes SELECT sha256(convert_to('key ' || n, 'UTF8')), account_no, key_no FROM made",
    b"INSERT INTO sessions (account_no, session_id, user_no, expires_at)"
    b" SELECT m.account_no, 'ses_bench_' || m.n, u.user_no, now() + interval '1 day'"
    b" FROM made m JOIN users u ON u.account_no = m.account_no",
    b"INSERT INTO session_ids SELECT s.session_id, s.account_no, s.session_no FROM sessions s"
    b" WHERE s.session_id LIKE 'ses\\_bench\\_%%'",
    b"ANALYZE accounts, users, account_emails, api_keys, key_hashes, sessions, session_ids",
)


def measure(target: Target) -> list[Row]:
    """Fills the database first: accounts stay."""
    with target.database() as owner:
        for statement in _FILL:
            owner.execute(statement, {"n": ACCOUNTS} if b"%(n)s" in statement else None)
    with as_functions(target) as functions:
        return [_admission(functions, "key"), _admission(functions, "session"), _sign_in(target)]


def as_functions(target: Target) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection in the role of the functions."""
    kept = json.loads((target.product.data_dir / "secrets.json").read_text())
    parameters = psycopg.conninfo.conninfo_to_dict(target.product.credentials.database_url)
    own = {**parameters, "user": API, "password": kept["fluxvector_api"]}
    return psycopg.connect(psycopg.conninfo.make_conninfo("", **own), autocommit=True, prepare_threshold=None)


def _admission(functions: psycopg.Connection[tuple[Any, ...]], kind: str) -> Row:
    admit, ping = statements("admission")["admit"], statements("admission")["ping"]
    draw = random.Random(7)
    took: list[float] = []
    floor: list[float] = []
    for _ in range(ADMISSIONS):
        n = draw.randint(1, ACCOUNTS)
        params = {
            "key_hash": hashlib.sha256(f"key {n}".encode()).digest() if kind == "key" else None,
            "session_id": f"ses_bench_{n}" if kind == "session" else None,
            "collection": None,
            "address": None,
            "tries_per_s": None,
            "kind": "read",
            "cost": 1.0,
            "searches": 1,
            "vectors": 0,
            "tokens": 0,
            "takes": True,
        }
        started = time.perf_counter()
        rows = functions.execute(admit, params, binary=True).fetchall()
        took.append((time.perf_counter() - started) * 1000)
        assert len(rows) == 1
        started = time.perf_counter()
        functions.execute(ping, binary=True).fetchall()
        floor.append((time.perf_counter() - started) * 1000)
    return Row(
        f"Admission by a {kind}, {ACCOUNTS:,} accounts (one statement, p50 / p95)",
        f"{median(took):.2f} / {percentile(took, 0.95):.2f} ms",
        goal=f"< {GOAL_MS:.0f} ms",
        peer=f"SELECT 1: {median(floor):.2f} ms",
        ratio=f"{median(took) / median(floor):.1f}",
        met=median(took) < GOAL_MS,
        numbers={"p50_ms": median(took), "p95_ms": percentile(took, 0.95), "floor_ms": median(floor)},
    )


def _sign_in(target: Target) -> Row:
    kept = target.product.credentials
    hashed = bcrypt.hashpw(b"x" * 44, bcrypt.gensalt(DEFAULT_BCRYPT_COST))
    took: list[float] = []
    own: list[float] = []
    with target.client() as client:
        for _ in range(SIGN_INS):
            took.append(client.post("/v1/auth/login", {"email": kept.email, "password": kept.password}).ms)
            started = time.perf_counter()
            bcrypt.checkpw(b"x" * 44, hashed)
            own.append((time.perf_counter() - started) * 1000)
    besides = median(took) - median(own)
    return Row(
        "Sign-in (p50 / p95)",
        p50_p95(took),
        goal=f"bcrypt and at most {GOAL_BESIDES_MS:.0f} ms",
        peer=f"bcrypt alone, cost {DEFAULT_BCRYPT_COST}: {median(own):.1f} ms",
        ratio=f"{median(took) / median(own):.2f}",
        met=besides <= GOAL_BESIDES_MS,
        numbers={"p50_ms": median(took), "bcrypt_ms": median(own)},
    )
