"""Usage without the work: events as the functions record them, and what the tables hold of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from tests.support.database import TestDatabase

COUNTS = ("requests", "searches", "vectors", "embeddings", "tokens")
_SUMS = ", ".join(f"coalesce(sum({name}), 0)::bigint" for name in COUNTS)


def record(
    connection: psycopg.Connection[Any],
    account_no: int,
    *,
    at: str = "now()",
    env: str = "live",
    plan: str = "free",
    endpoint: str = "POST /v1/search",
    key_no: int | None = None,
    counts: Sequence[int] = (1, 1, 0, 0, 0),
) -> None:
    """An event of an account, at a time as SQL writes it; counts in the order of COUNTS."""
    connection.execute(
        "INSERT INTO usage_events (account_no, occurred_at, key_no, endpoint, env, plan, status, latency_ms,"
        f" {', '.join(COUNTS)}) VALUES (%s, {at}, %s, %s, %s, %s, 200, 1, %s, %s, %s, %s, %s)".encode(),
        (account_no, key_no, endpoint, env, plan, *counts),
    )


def sums(connection: psycopg.Connection[Any], *tables: str) -> dict[str, tuple[int, ...]]:
    """The counts of all rows of some tables together, in one look, by account and environment."""
    union = " UNION ALL ".join(f"SELECT account_no, env, {', '.join(COUNTS)} FROM {table}" for table in tables)
    rows = connection.execute(
        f"SELECT account_no || ' ' || env, {_SUMS} FROM ({union}) u GROUP BY 1 ORDER BY 1".encode()
    ).fetchall()
    return {name: tuple(counts) for name, *counts in rows}


def assert_books_agree(database: TestDatabase) -> None:
    """Each event is in the tail or in both roll-ups, and in none of them twice."""
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        events = sums(owner, "usage_events")
        assert sums(owner, "usage_tail", "usage_hours") == events
        assert sums(owner, "usage_tail", "usage_days") == events
