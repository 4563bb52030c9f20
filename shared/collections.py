"""Collections: named sets of vectors of one dimension and one metric, live or test."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from shared.admission import Metric, Principal, unknown_collection
from shared.config import TEXT_DIMENSION, Model
from shared.db.connection import Database, Row, Statement
from shared.db.sql_files import statements
from shared.errors import Conflict
from shared.pages import Page

# Counts are spread over this many rows a collection, so that parallel writers do not wait for each other.
COUNT_SLOTS = 8
# Rows deleted in one transaction, so that none is long.
DELETE_BATCH = 5_000
# How long a request deletes rows before it leaves the rest to the job; below the published client's 30 s timeout.
ERASE_BUDGET_S = 15.0

_SQL = statements("collections")


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as its owner sees it."""

    name: str
    dimension: int
    metric: Metric
    description: str | None
    language: str | None
    model: str | None
    model_revision: str | None
    created_at: datetime
    vectors_count: int
    pending_count: int


async def create_collection(
    database: Database,
    principal: Principal,
    model: Model,
    *,
    name: str,
    dimension: int,
    metric: Metric,
    description: str | None,
    language: str | None,
) -> Collection:
    """Makes a collection, or answers the one of that name where dimension and metric agree. Raises Conflict."""
    takes_text = dimension == TEXT_DIMENSION
    params = {
        "account_no": principal.account_no,
        "env": principal.env,
        "name": name,
        "dimension": dimension,
        "metric": metric,
        "description": description,
        "language": language,
        "model": model.name if takes_text else None,
        "model_revision": model.revision if takes_text else None,
        "slots": COUNT_SLOTS,
    }
    _, rows = await database.transact(
        principal.account_no, Statement(_SQL["create_collection"], params), _get(principal, name)
    )
    if not rows:  # deleted between the two statements by another request
        raise Conflict("The collection is being deleted; try again.")
    stored = _collection(rows[0])
    # What was not sent is not compared: a client that only makes sure of a collection need not know its description.
    asked = {"dimension": dimension, "metric": metric, "description": description, "language": language}
    differing = [field for field, value in asked.items() if value is not None and getattr(stored, field) != value]
    if differing:
        raise Conflict(f"A collection of that name exists with another {' and '.join(differing)}.")
    return stored


async def get_collection(database: Database, principal: Principal, name: str) -> Collection:
    """The collection of that name, with its counts. Raises NotFound."""
    [rows] = await database.transact(principal.account_no, _get(principal, name))
    if not rows:
        raise unknown_collection()
    return _collection(rows[0])


async def list_collections(database: Database, principal: Principal, *, after: str, limit: int) -> Page[Collection]:
    """A page of collections in the order of their names, those behind `after` ("" is the start)."""
    params = {"account_no": principal.account_no, "env": principal.env, "after": after, "limit": limit + 1}
    [rows] = await database.transact(principal.account_no, Statement(_SQL["list_collections"], params))
    found = [_collection(row) for row in rows]
    return Page.cut(found, limit, position=lambda collection: collection.name)


async def delete_collection(database: Database, principal: Principal, name: str) -> None:
    """Deletes a collection and all its rows. Raises NotFound.

    It is out of everyone's sight when the first statement commits; a request that dies afterwards leaves a tombstone,
    by which the purge job finishes the work.
    """
    params = {"account_no": principal.account_no, "env": principal.env, "name": name}
    [rows] = await database.transact(principal.account_no, Statement(_SQL["delete_collection"], params))
    if not rows:
        raise unknown_collection()
    await erase_rows(database, principal.account_no, rows[0][0], budget_s=ERASE_BUDGET_S)


async def erase_rows(database: Database, account_no: int, collection_no: int, *, budget_s: float) -> int:
    """Erases what a deleted collection left, in batches, then its tombstone; answers the number of rows.

    What the budget does not suffice for stays, unreachable, with its tombstone.
    """
    erased: int = 0
    ends = time.monotonic() + budget_s
    key = {"account_no": account_no, "collection_no": collection_no}
    batch = Statement(_SQL["delete_rows_of_deleted_collection"], key | {"limit": DELETE_BATCH})
    while True:
        [[(count,)]] = await database.transact(account_no, batch)
        erased += count
        # Fewer than a batch is not the end: a row that a late writer had just changed is found by the next statement.
        if count == 0:
            break
        if time.monotonic() > ends:
            return erased
    await database.transact(
        account_no,
        Statement(_SQL["dequeue_deleted_collection"], key),
        Statement(_SQL["forget_deleted_collection"], key),
    )
    return erased


def _get(principal: Principal, name: str) -> Statement:
    params = {"account_no": principal.account_no, "env": principal.env, "name": name}
    return Statement(_SQL["get_collection"], params)


def _collection(row: Row) -> Collection:
    return Collection(*row)
