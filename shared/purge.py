"""What is removed later than it vanished: rows of deleted accounts and collections, and whatever has had its time."""

from __future__ import annotations

from datetime import timedelta

from shared.billing.inbox import KEPT
from shared.collections import erase_rows
from shared.db import arrays
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.erasure import finish_erasures
from shared.erasure_ledger import LEDGER_KEPT
from shared.idempotency import delete_old_keys
from shared.keyword_index import remove_stale
from shared.places import Place, random_slot
from shared.vectors import dequeue_embedded

BATCH = 5_000
ERASE_BUDGET_S = 600.0
USAGE_DAYS_AHEAD = 7
# Events by themselves; what they add up to by hour and day stays while the account does.
USAGE_DAYS_KEPT = 90
# Longer than any time in which attempts are counted.
ATTEMPTS_KEPT = timedelta(days=1)
# Longer than Stripe takes events of an hour (35 days), and than an erasure looks back for what is not reported (60).
REPORTS_KEPT = timedelta(days=70)

_ADMISSION = statements("admission")
_COLLECTIONS = statements("collections")
_VECTORS = statements("vectors")
_USAGE = statements("usage")
_ERASURE = statements("erasure")
_REPORTS = statements("meter_reports")
_WEBHOOKS = statements("webhooks")


async def purge(database: Database) -> int:
    """Removes what nothing may see any more, keeps usage partitions ahead of time; answers the rows removed."""
    await ensure_usage_partitions(database)
    removed = await _purge_deleted_collections(database)
    removed += await finish_erasures(database, budget_s=ERASE_BUDGET_S)
    old_usage = {"kept_days": USAGE_DAYS_KEPT, "limit": BATCH}
    removed += await _purge_old(database, Statement(_USAGE["drop_old_usage_events"], old_usage))
    removed += await _purge_expired(database) + await _purge_answers(database)
    removed += await _purge_old(database, Statement(_ERASURE["delete_expired_sessions"], {"limit": BATCH}))
    removed += await _purge_old(database, Statement(_ERASURE["delete_expired_links"], {"limit": BATCH}))
    attempts = {"kept": ATTEMPTS_KEPT, "limit": BATCH}
    removed += await _purge_old(database, Statement(_ERASURE["delete_old_attempts"], attempts))
    reports = {"kept": REPORTS_KEPT, "limit": BATCH}
    removed += await _purge_old(database, Statement(_REPORTS["delete_old_reports"], reports))
    events = {"kept": KEPT, "limit": BATCH}
    removed += await _purge_old(database, Statement(_WEBHOOKS["delete_old_events"], events))
    for buckets in ("delete_full_key_buckets", "delete_full_stranger_buckets"):
        removed += await _purge_old(database, Statement(_ADMISSION[buckets], {"limit": BATCH}))
    ledger = {"kept": LEDGER_KEPT, "limit": BATCH}
    return removed + await _purge_old(database, Statement(_ERASURE["delete_old_ledger"], ledger))


async def ensure_usage_partitions(database: Database, *, days_ahead: int = USAGE_DAYS_AHEAD) -> int:
    """Makes the usage partitions of today and the days ahead; answers how many were new."""
    [(made,)] = await database.execute(Statement(_USAGE["ensure_usage_partitions"], {"days_ahead": days_ahead}))
    return int(made)


async def _purge_deleted_collections(database: Database) -> int:
    rows = await database.execute(Statement(_COLLECTIONS["list_deleted_collections"], {"limit": 1_000}))
    purged = 0
    for account_no, collection_no in rows:
        purged += await erase_rows(database, account_no, collection_no, budget_s=ERASE_BUDGET_S)
    return purged


async def _purge_expired(database: Database) -> int:
    purged = 0
    while True:
        places = await database.execute(Statement(_VECTORS["list_expired"], {"limit": BATCH}))
        gone = 0
        for account_no, collection_no, namespace, ids in places:
            place = Place(account_no, collection_no, namespace)
            column, slot = arrays.texts(ids), random_slot()
            [(count,)], *_ = await database.transact(
                account_no,
                Statement(_VECTORS["delete_expired"], place.params | {"ids": column, "slot": slot}),
                dequeue_embedded(place, column, slot),
                remove_stale(place, column, slot),
            )
            gone += count
        purged += gone
        if gone == 0:
            return purged


async def _purge_answers(database: Database) -> int:
    purged = 0
    while gone := await delete_old_keys(database, limit=BATCH):
        purged += gone
    return purged


async def _purge_old(database: Database, batch: Statement) -> int:
    purged: int = 0
    while True:
        [(gone,)] = await database.execute(batch)
        purged += gone
        if gone == 0:
            return purged
