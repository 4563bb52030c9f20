"""What all tables hold, as a checksum each: whether a call changed anything, and where."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import psycopg

from tests.support import migrated

# Attempts and rates are what a refusal may well leave behind, and when a credential was used last is no change.
UNCOUNTED = frozenset({"attempts", "table_rewrites", "account_meters", "key_meters", "tickets", "stranger_meters"})
_NOT_A_CHANGE = "'last_used_at'"


def checksums(url: str, *, account_no: int | None = None, without: Iterable[str] = ()) -> dict[str, str]:
    """The checksum of each table's rows, by its name, for whoever may read them all; or of one account's rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        return checksums_by(connection, account_no=account_no, without=without)


def checksums_by(
    connection: psycopg.Connection[Any], *, account_no: int | None = None, without: Iterable[str] = ()
) -> dict[str, str]:
    """The same over an open connection, inside its transaction."""
    query = _query(account_no is not None, frozenset(without))
    rows = connection.execute(query.encode(), {"account_no": account_no} if account_no is not None else None)
    return {name: str(value) for name, value in rows.fetchall()}


@cache
def _query(of_one_account: bool, without: frozenset[str]) -> str:
    tenants, free = migrated.tables()
    partitions = {"usage_events_default"}
    names = sorted((tenants if of_one_account else tenants | free) - partitions - UNCOUNTED - without)
    where = "WHERE t.account_no = %(account_no)s" if of_one_account else ""
    return " UNION ALL ".join(
        f"SELECT '{name}', count(*) || ' ' || coalesce(md5(string_agg(r.row, ' ' ORDER BY r.row COLLATE \"C\")), '')"
        f" FROM (SELECT (to_jsonb(t) - {_NOT_A_CHANGE})::text AS row FROM {name} t {where}) r"
        for name in names
    )
