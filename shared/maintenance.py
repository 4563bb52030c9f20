"""What is left to do for collections: their catalogue, their weights, their counts of terms, one task after the other.

Each task goes on where the last run left it, and is forgotten when it is done. Requests that were admitted before the
settings changed may still store words by the old ones while a task works; so a task that began too soon after it was
requested is done once more, which finds what is right and leaves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import log
from shared.admission import CollectionRef
from shared.catalogue import Position, catalogue_rows, collection_of_settings, set_catalogued
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.deadline import Deadline
from shared.keyword_index import get_lengths, keep_up, lengths_of, merge_terms, reckon_anew
from shared.places import Place

# A run ends before the next one's start; a task that takes longer goes on there.
RUN_BUDGET_S = 50.0
# How long a task that somebody works on is left alone before another may claim it.
LEASE = timedelta(minutes=5)
# Every request that was admitted so long ago has ended.
SETTLED = timedelta(seconds=60)

_SQL = statements("tasks")


@dataclass(frozen=True, slots=True)
class Task:
    """A claimed task. `is_settled` tells that nobody works by older settings any more."""

    account_no: int
    collection_no: int
    task: str
    after_namespace: str
    after_id: str
    requested_at: datetime
    is_settled: bool

    @property
    def params(self) -> dict[str, object]:
        """What names it, as the statements take it."""
        return {
            "account_no": self.account_no,
            "collection_no": self.collection_no,
            "task": self.task,
            "requested_at": self.requested_at,
        }


async def maintain(database: Database, *, budget_s: float = RUN_BUDGET_S) -> int:
    """Works on tasks of all accounts until none is ready or the budget ends; answers how many came to their end."""
    deadline = Deadline(budget_s)
    ended = 0
    while True:
        rows = await database.execute(Statement(_SQL["claim_task"], {"lease": LEASE, "settled": SETTLED}))
        if not rows:
            return ended
        ended += await _perform(database, Task(*rows[0]), deadline)
        if deadline.remaining_s == 0:
            return ended


async def _perform(database: Database, task: Task, deadline: Deadline) -> bool:
    """Works on a task; answers whether it came to its end."""
    key = {"account_no": task.account_no, "collection_no": task.collection_no}
    [rows] = await database.transact(task.account_no, Statement(_SQL["get_settings"], key))
    if not rows:  # the collection is gone
        await database.transact(task.account_no, Statement(_SQL["forget_task"], task.params))
        return True
    if task.task == "terms":
        await merge_terms(database, task.account_no, task.collection_no)
    elif task.task == "impacts":
        await reckon_anew(database, task.account_no, task.collection_no)
    elif not await _catalogue(database, task, collection_of_settings(task.collection_no, rows[0]), deadline):
        return False
    return await _end(database, task)


async def _catalogue(database: Database, task: Task, collection: CollectionRef, deadline: Deadline) -> bool:
    """Whether all rows are done; where the time or the settings did not allow it, the next run goes on."""
    behind = Position(task.after_namespace, task.after_id)
    while (done := await catalogue_rows(database, task.account_no, collection, behind)) is not None:
        behind = done
        progress = {"after_namespace": behind.namespace, "after_id": behind.id, "lease": LEASE}
        [noted] = await database.transact(task.account_no, Statement(_SQL["note_progress"], task.params | progress))
        if not noted:
            return False  # requested anew, with other settings
        if deadline.remaining_s == 0:
            await database.transact(task.account_no, Statement(_SQL["release_task"], task.params))
            log.event("catalogue_interrupted", collection_no=task.collection_no)
            return False
    [lengths] = await database.transact(task.account_no, get_lengths(task.account_no, task.collection_no))
    await keep_up(database, Place(task.account_no, task.collection_no, ""), lengths_of(lengths))
    return True


async def _end(database: Database, task: Task) -> bool:
    if task.task != "terms" and not task.is_settled:
        repeat = Statement(_SQL["repeat_task"], task.params | {"settled": SETTLED})
        await database.transact(task.account_no, repeat)
        return False
    steps = [Statement(_SQL["forget_task"], task.params)]
    if task.task == "catalogue":  # the collection before its task, as whoever deletes it locks them
        steps.insert(0, set_catalogued(task.account_no, task.collection_no))
    await database.transact(task.account_no, *steps)
    return True
