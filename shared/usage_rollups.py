"""Roll-ups of usage: events move from the tail into hours and days; what is stored is counted by the hour.

Nothing here remembers how far it came by a time or a number: an event is in the tail until the statement that adds it
to the roll-ups takes it out. So a run may stop anywhere, run twice, overlap with others or come late, and each event
still counts once; a late one is found whenever it comes.
"""

from __future__ import annotations

from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.deadline import Deadline

# Rows of the tail in one statement: some tenths of a second, so that nobody waits long for a row of an hour.
ROWS_AT_ONCE = 20_000
# Accounts in one transaction, whose admission waits meanwhile: some milliseconds.
ACCOUNTS_AT_ONCE = 50
# A run ends before the next one's start.
RUN_BUDGET_S = 50.0

_SQL = statements("usage_rollups")


async def aggregate_usage(database: Database, *, budget_s: float = RUN_BUDGET_S) -> int:
    """Rolls up what is in the tail, counts this hour's storage, and has owners told of quotas that are nearly used up.

    Answers how many events it moved. What the budget leaves is the next run's.
    """
    deadline = Deadline(budget_s)
    moved = await _repeated(database, "roll_up", ROWS_AT_ONCE, deadline)
    await _repeated(database, "count_storage", ACCOUNTS_AT_ONCE, deadline)
    await _repeated(database, "check_quotas", ACCOUNTS_AT_ONCE, deadline)
    return moved


async def _repeated(database: Database, name: str, limit: int, deadline: Deadline) -> int:
    """Runs a statement until it finds less than it could take, or the time is up; answers how much it took in all."""
    taken = 0
    while deadline.remaining_s > 0:
        [(now_taken,)] = await database.execute(Statement(_SQL[name], {"limit": limit}))
        taken += now_taken
        if now_taken < limit:
            break
    return taken
