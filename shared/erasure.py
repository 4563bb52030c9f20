"""Erasing an account for good: unreachable in one transaction, and gone with it, or by the job where it is large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from shared.collections import erase_rows
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.deadline import Deadline
from shared.errors import NotFound

MOST = 100_000
"""Vectors, and usage events, that an answer waits for; of an account with more, the job removes the rows."""
EVENTS_BATCH = 10_000
# Longer than a statement of anyone may last (5 min for jobs): who began before the account was gone has ended.
SETTLED = timedelta(minutes=10)
ACCOUNTS_A_RUN = 1_000

_SQL = statements("erasure")


class OfAccount(Protocol):
    """Whoever acts for an account."""

    @property
    def account_no(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased: rows by kind (vectors, collections, usage_events, api_keys, sessions, activity, users).

    `is_complete` is False where vectors or usage events were too many for one answer: those count as 0, nothing
    reaches them any more, and the job removes them within minutes.
    """

    erased: dict[str, int]
    is_complete: bool


async def erase_account(
    database: Database,
    principal: OfAccount,
    *,
    most: int = MOST,
    buckets: Sequence[bytes] = (),
    allowed: Statement | None = None,
) -> Erasure:
    """Erases the principal's account in one transaction; from its commit on nothing finds a row of it.

    `most` vectors and as many usage events go at once; `buckets` are those of `shared.attempts` that are about the
    account. What must still leave stays without the account: the address of the last mail, what ends the subscription,
    a line of the erasure ledger. `allowed` runs first, and fails where the call is not allowed any more. Raises
    NotFound where the account is gone already.
    """
    erase = Statement(_SQL["erase_account"], {"most": most, "buckets": list(buckets)})
    *_, rows = await database.transact(principal.account_no, *([allowed] if allowed else []), erase)
    if not rows:
        raise NotFound("The account was deleted a moment ago.")
    return Erasure({kind: count for kind, count, _ in rows}, all(is_complete for *_, is_complete in rows))


async def finish_erasures(database: Database, *, budget_s: float) -> int:
    """Removes what large accounts left, batch by batch, oldest first, until the budget ends; answers the rows removed.

    Whatever interrupts it, the next run goes on. An account is forgotten when it has no row any more and nobody is
    left who could have written one.
    """
    deadline = Deadline(budget_s)
    removed = 0
    for (account_no,) in await database.execute(Statement(_SQL["list_erased_accounts"], {"limit": ACCOUNTS_A_RUN})):
        removed += await _finish(database, account_no, deadline)
        if deadline.remaining_s == 0:
            break
    return removed


async def _finish(database: Database, account_no: int, deadline: Deadline) -> int:
    account: dict[str, object] = {"account_no": account_no}
    removed: int = 0
    # Vectors go before events: who embeds one of them writes an event with it.
    while deadline.remaining_s > 0:
        [rows] = await database.transact(account_no, Statement(_SQL["find_left_collection"], account))
        if not rows:
            break
        removed += await erase_rows(database, account_no, rows[0][0], budget_s=deadline.remaining_s)
    events = Statement(_SQL["delete_events_of_erased_account"], account | {"limit": EVENTS_BATCH})
    while deadline.remaining_s > 0:
        [[(count,)]] = await database.transact(account_no, events)
        removed += count
        if count == 0:
            break
    [[(count,)]] = await database.transact(account_no, Statement(_SQL["delete_usage_of_erased_account"], account))
    removed += count
    await database.transact(account_no, Statement(_SQL["forget_erased_account"], account | {"settled": SETTLED}))
    return removed
