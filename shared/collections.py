"""Collections: named sets of vectors of one dimension and one metric, live or test."""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.admission import Metric, Principal, unknown_collection
from shared.config import TEXT_DIMENSION, Model
from shared.db.connection import Database, Row, Statement
from shared.db.sql_files import statements
from shared.errors import Conflict
from shared.keywords.bm25 import K1, B
from shared.pages import Page

# Counts are spread over this many rows a collection, so that parallel writers do not wait for each other.
COUNT_SLOTS = 8
# Rows deleted in one transaction, so that none is long.
DELETE_BATCH = 5_000
# How long a request deletes rows before it leaves the rest to the job; below the published client's 30 s timeout.
ERASE_BUDGET_S = 15.0

IndexState = Literal["exact", "building", "ready"]
"""How a collection's vectors are searched: one and all, the same while an index is built, by the index."""

_SQL = statements("collections")


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as its owner sees it.

    `failed_count` of the pending ones were given up; `oldest_pending_at` is since when the others wait. `k1` and `b`
    are BM25's. `indexed_rows` is of the moment when the last build of the index began; None where there is no index.
    """

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
    failed_count: int
    oldest_pending_at: datetime | None
    k1: float
    b: float
    index_state: IndexState
    indexed_rows: int | None


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
    k1: float | None,
    b: float | None,
) -> Collection:
    """Makes a collection, or answers the one of that name where what was sent agrees.

    Raises Conflict, or PlanLimitReached where the account has as many collections as its plan allows.
    `k1` and `b` are BM25's; None is the default where the collection is made.
    """
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
        "k1": K1 if k1 is None else k1,
        "b": B if b is None else b,
        "slots": COUNT_SLOTS,
    }
    *_, rows = await database.transact(
        principal.account_no,
        Statement(_SQL["hold_collections"]),
        Statement(_SQL["create_collection"], params),
        Statement(_SQL["check_collections"]),
        _get(principal, name),
    )
    if not rows:  # deleted between the two statements by another request
        raise Conflict("The collection is being deleted; try again.")
    stored = _collection(rows[0])
    # What was not sent is not compared: a client that only makes sure of a collection need not know its description.
    asked = {"dimension": dimension, "metric": metric, "description": description, "language": language}
    differing = [field for field, value in asked.items() if value is not None and getattr(stored, field) != value]
    bm25 = {"k1": k1, "b": b}
    differing += [
        name
        for name, value in bm25.items()
        if value is not None and as_stored(getattr(stored, name)) != as_stored(value)
    ]
    if differing:
        raise Conflict(f"A collection of that name exists with another {' and '.join(differing)}.")
    return stored


async def get_collection(database: Database, principal: Principal, name: str) -> Collection:
    """The collection of that name, with its counts. Raises NotFound."""
    [rows] = await database.transact(principal.account_no, _get(principal, name))
    if not rows:
        raise unknown_collection()
    return _collection(rows[0])


async def list_collections(
    database: Database, principal: Principal, *, after: str, limit: int, only: str | None = None
) -> Page[Collection]:
    """A page of collections in the order of their names, those behind `after` ("" is the start); `only` is one name."""
    key = {"account_no": principal.account_no, "env": principal.env}
    params = key | {"after": after, "limit": limit + 1, "only": only}
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
    for name in (
        "delete_rows_of_deleted_collection",
        "delete_keywords_of_deleted_collection",
        "delete_terms_of_deleted_collection",
    ):
        batch = Statement(_SQL[name], key | {"limit": DELETE_BATCH})
        while True:
            [[(count,)]] = await database.transact(account_no, batch)
            if name == "delete_rows_of_deleted_collection":
                erased += count
            # Fewer than a batch is not the end: a row that a late writer had just changed is found by the next one.
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


def as_stored(parameter: float) -> float:
    """A parameter of BM25 in the precision that it is kept in, float32."""
    return float(array("f", [parameter])[0])


def _get(principal: Principal, name: str) -> Statement:
    params = {"account_no": principal.account_no, "env": principal.env, "name": name}
    return Statement(_SQL["get_collection"], params)


def _collection(row: Row) -> Collection:
    return Collection(*row)
