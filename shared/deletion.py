"""Deleting what a filter matches, or a whole namespace, however large, in short transactions."""

from __future__ import annotations

from shared.conditions import EVERYTHING, Condition
from shared.db import arrays
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.deadline import Deadline
from shared.erasure_ledger import note_namespace
from shared.errors import Unavailable
from shared.keyword_index import remove_stale
from shared.places import Place, random_slot
from shared.usage import Meter, Work
from shared.vectors import dequeue_embedded

BATCH = 2_500
# How long a request deletes before it asks to be sent again; below the published client's 30 s and a Lambda's 29 s.
BUDGET_S = 22.0

_SQL = statements("deletion")


async def delete_matching(
    database: Database, place: Place, condition: Condition, *, meter: Meter, latency_ms: float
) -> int:
    """Deletes the vectors of a namespace that match, all of them for EVERYTHING; answers how many there were.

    Everything that matches when the call comes is deleted; of what others store meanwhile, some may be. Goes once along
    the ids, so it ends however much others store. Raises Unavailable when the time is up: called again, it goes on.
    That EVERYTHING was deleted goes into the erasure ledger.
    """
    deadline = Deadline(BUDGET_S)
    listing = _SQL["list_all_ids" if condition == EVERYTHING else "list_matching_ids"]
    after, deleted = "", 0
    while True:
        params = {"after": after, "limit": BATCH}
        [rows] = await database.transact(place.account_no, Statement(listing, place.params | condition.params | params))
        ids = [row[0] for row in rows]
        is_last = len(ids) < BATCH
        steps = _deletion(place, condition, ids) if ids else []
        if is_last and condition == EVERYTHING:
            steps.append(note_namespace(place))
        if is_last:
            steps.append(meter.event(Work(requests=1), latency_ms=latency_ms))
        results = await database.transact_bulk(place.account_no, *steps)
        if ids:
            [(count,)] = results[0]
            deleted += count
            after = ids[-1]
        if is_last:
            return deleted
        if deadline.remaining_s == 0:
            raise Unavailable(
                f"{deleted} vectors are deleted, and there are more: send the request again to go on.", retry_after_s=1
            )


def _deletion(place: Place, condition: Condition, ids: list[str]) -> list[Statement]:
    column, slot = arrays.texts(ids), random_slot()
    params = {"ids": column, "slot": slot, "filter": condition.filter}
    return [
        Statement(_SQL["delete_matching"], place.params | params),
        dequeue_embedded(place, column, slot),
        remove_stale(place, column, slot),
    ]
