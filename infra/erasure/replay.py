"""Erases again, in a database restored from a backup, what was erased since the backup was made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from infra.erasure import restored
from infra.erasure.ledger import Kind, Line, store_line
from infra.erasure.reports import doubt_reports
from shared.admission import Principal
from shared.collections import delete_collection, erase_rows
from shared.db import arrays
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.erasure import erase_account, finish_erasures
from shared.keyword_index import remove_stale
from shared.places import Place, random_slot
from shared.vectors import dequeue_embedded

MARGIN = timedelta(minutes=5)
"""A line has the time at which its transaction began; a backup may have been made before its end."""

NUMBERS_SKIPPED = 1_000_000
BATCH = 2_500
LONG_S = 86_400.0

# Numbers that were given after the backup are not given again: the ledger may name one of them.
_SKIP_NUMBERS = b"SELECT setval('collection_numbers', (SELECT last_value FROM collection_numbers) + %(skipped)s)"

# Nobody is told a second time that the account is gone.
_FORGET_ADDRESS = b"DELETE FROM account_emails WHERE account_no = %(account_no)s"

# What it had used was handed on when it was erased, and is not reported a second time.
_FORGET_USAGE = (
    b"DELETE FROM usage_tail WHERE account_no = %(account_no)s",
    b"DELETE FROM usage_hours WHERE account_no = %(account_no)s",
    b"DELETE FROM meter_reports WHERE account_no = %(account_no)s",
)

# What was stored after the namespace was emptied is not what was erased.
_LIST_OLD = b"""
SELECT v.id FROM vectors v
WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace = %(namespace)s
  AND v.id > %(after)s AND v.created_at <= %(erased_at)s
ORDER BY v.id LIMIT %(limit)s
"""

_VECTORS = statements("vectors")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was there and is erased again; `lines` of the ledger were looked at."""

    lines: int
    accounts: int
    collections: int
    namespaces: int


async def replay(database: Database, lines: Iterable[Line], *, since: datetime) -> Replayed:
    """Erases what lines of `since` or later name, as the owner of the tables, before anybody else uses the database.

    `since` is the moment whose state was restored. What is not known to be reported to Stripe is doubted: its own count
    is asked first. Ends with everything gone; called again, it finds nothing more to
    do. Raises FluxVectorError where the database fails it: then it is to be called again.
    """
    lines = list(lines)
    for line in lines:
        await store_line(database, line)
    await database.execute(Statement(_SKIP_NUMBERS, {"skipped": NUMBERS_SKIPPED}))
    recent = [line for line in lines if line.erased_at >= since - MARGIN]
    accounts = await _accounts(database, _of(recent, "account"))
    collections = await _collections(database, _of(recent, "collection"))
    namespaces = await _namespaces(database, _of(recent, "namespace"))
    await doubt_reports(database)
    return Replayed(len(recent), accounts, collections, namespaces)


def _of(lines: Sequence[Line], kind: Kind) -> list[Line]:
    return [line for line in lines if line.kind == kind]


async def _accounts(database: Database, lines: Sequence[Line]) -> int:
    erased = 0
    if lines:
        found = [each async for each in restored.accounts(database) if any(line.names(each.subject) for line in lines)]
        for account in found:
            whose = {"account_no": account.account_no}
            forget = [Statement(sql, whose) for sql in (_FORGET_ADDRESS, *_FORGET_USAGE)]
            await database.transact(account.account_no, *forget)
            await erase_account(database, account)
            erased += 1
    # Also of accounts that were being erased when the backup was made.
    await finish_erasures(database, budget_s=LONG_S)
    return erased


async def _collections(database: Database, lines: Sequence[Line]) -> int:
    if not lines:
        return 0
    found = [each async for each in restored.collections(database) if any(line.names(each.subject) for line in lines)]
    for one in found:
        owner = Principal(one.account_no, "", "", key_no=None, key_id=None, env=one.env, scopes=frozenset())
        await delete_collection(database, owner, one.name)
        await erase_rows(database, one.account_no, one.collection_no, budget_s=LONG_S)
    return len(found)


async def _namespaces(database: Database, lines: Sequence[Line]) -> int:
    if not lines:
        return 0
    erased = 0
    async for namespace in restored.namespaces(database):
        times = [line.erased_at for line in lines if line.names(namespace.subject)]
        if times:
            place = Place(namespace.account_no, namespace.collection_no, namespace.name)
            erased += await _empty(database, place, erased_at=max(times))
    return erased


async def _empty(database: Database, place: Place, *, erased_at: datetime) -> bool:
    after = ""
    while True:
        old = Statement(_LIST_OLD, place.params | {"after": after, "erased_at": erased_at, "limit": BATCH})
        [rows] = await database.transact(place.account_no, old)
        if not rows:
            return after != ""
        after = rows[-1][0]
        column, slot = arrays.texts(vector_id for (vector_id,) in rows), random_slot()
        await database.transact(
            place.account_no,
            Statement(_VECTORS["delete_vectors_by_ids"], place.params | {"ids": column, "slot": slot}),
            dequeue_embedded(place, column, slot),
            remove_stale(place, column, slot),
        )
