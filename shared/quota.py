"""Units for work of which an earlier request left some to a job, or whose size shows only as it goes.

It has no rate, but it takes from the month's quota and from the spending cap as any request does: reserved before it is
done, and what is not used is free again when it ends.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from shared.admission import give_back
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import NotFound
from shared.limits import Ticket, refused
from shared.usage import Meter

_SQL = statements("admission")


@asynccontextmanager
async def reserved(database: Database, meter: Meter, *, vectors: int = 0, tokens: int = 0) -> AsyncIterator[Meter]:
    """The meter of work of at most so many units, for the time of the block.

    Raises QuotaExceeded or SpendingCapReached where there are not so many, NotFound where the account is gone.
    """
    units = {"env": meter.env, "searches": 0, "vectors": vectors, "tokens": tokens}
    [rows] = await database.transact(meter.account_no, Statement(_SQL["reserve_work"], units))
    if not rows:
        raise NotFound("It was deleted a moment ago.")
    refusal, wait_s, number, is_near = rows[0]
    if refusal is not None:
        name, _, unit = refusal.partition(" ")
        raise refused(name, wait_s, unit)
    ticket = Ticket(number, is_near)
    try:
        yield replace(meter, ticket=ticket)
    finally:
        await give_back(database, meter.account_no, meter.env, ticket)
