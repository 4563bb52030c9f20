"""PostgreSQL: connections that outlive a request, and pipelined transactions of one account.

A function in Lambda runs one request at a time and its event loop is frozen between them, so a pool that works in the
background would never run there. Here idle connections simply wait in a list, are looked at before they are used
again, and at most `size` are open: one in Lambda, more in the gateway.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import AsyncConnection, AsyncCursor, errors
from psycopg.pq import ExecStatus, TransactionStatus

from shared import log, timing
from shared.db import arrays
from shared.errors import (
    Conflict,
    FluxVectorError,
    InternalError,
    NotFound,
    PasswordRequired,
    PlanLimitReached,
    Unavailable,
)

Row = tuple[Any, ...]
Params = Mapping[str, object]

ACQUIRE_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 5
# A deadlock or a failed serialization harmed nobody and is simply tried again.
ATTEMPTS = 4

_VECTOR_TYPES = (
    b"SELECT 'vector'::regtype::oid::bigint, 'halfvec'::regtype::oid::bigint, 'sparsevec'::regtype::oid::bigint"
)
_SET_ACCOUNT = b"SELECT set_config('app.account', %(account_no)s, true)"
# What our own functions raise, by its SQLSTATE.
_OF_OUR_FUNCTIONS: dict[str, tuple[type[FluxVectorError], str]] = {
    "FV001": (PasswordRequired, "The password was changed, or the session ended, a moment ago."),
    "FV002": (PlanLimitReached, "The plan stores no more vectors than there are: delete some, or change the plan."),
    "FV003": (PlanLimitReached, "The plan has no more collections than there are: delete one, or change the plan."),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A named statement with its parameters. Parameters carry customers' data and stay out of the repr."""

    sql: bytes
    params: Params = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class VectorTypes:
    """pgvector's type numbers in this database, for the frames of array parameters."""

    vector: int
    halfvec: int
    sparsevec: int


class UniqueConflict(Conflict):
    """A row with that key exists already."""


class Database:
    """The database as one role, with at most `size` connections."""

    def __init__(self, conninfo: str, *, size: int = 1) -> None:
        self._conninfo = conninfo
        self._idle: list[AsyncConnection[Row]] = []
        self._slots = asyncio.Semaphore(size)
        # Bulk writes leave connections to everything else: a search must not wait for them.
        self._bulk_slots = asyncio.Semaphore(max(1, size * 5 // 8))
        self._vector_types: VectorTypes | None = None

    def __repr__(self) -> str:
        return "Database()"  # the conninfo holds a password

    async def close(self) -> None:
        """Closes the idle connections."""
        while self._idle:
            await self._idle.pop().close()

    async def vector_types(self) -> VectorTypes:
        """pgvector's type numbers, asked once a process."""
        if self._vector_types is None:
            [numbers] = await self.execute(Statement(_VECTOR_TYPES))
            self._vector_types = VectorTypes(*numbers)
        return self._vector_types

    async def execute(self, statement: Statement) -> list[Row]:
        """Runs one statement of no account (admission, health), in one round trip."""
        [rows] = await self._retrying([statement], pipelined=False)
        return rows

    async def transact(self, account_no: int, *statements: Statement) -> list[list[Row]]:
        """Runs the statements in one transaction of one account, in one round trip, and answers the rows of each.

        Row-level security sees `account_no`. All or nothing is done. Raises UniqueConflict, NotFound (what a row
        belongs to is gone), Unavailable (down, busy, timed out) or InternalError.
        """
        account = Statement(_SET_ACCOUNT, {"account_no": str(account_no)})
        with timing.timed("database"):
            # What a pipeline sends up to its one Sync is a transaction by itself: BEGIN and COMMIT would say it again.
            results = await self._retrying([account, *statements], pipelined=True)
        return results[1:]

    async def transact_bulk(self, account_no: int, *statements: Statement) -> list[list[Row]]:
        """As `transact`, for large writes, of which fewer run at once than there are connections."""
        async with _acquired(self._bulk_slots):
            return await self.transact(account_no, *statements)

    async def _retrying(self, statements: Sequence[Statement], *, pipelined: bool) -> list[list[Row]]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._connection() as connection:
                    if pipelined:
                        return await _run_pipelined(connection, statements)
                    return [await _run_one(connection, statement) for statement in statements]
            except (errors.DeadlockDetected, errors.SerializationFailure) as error:
                if attempt == ATTEMPTS:
                    raise _translated(error) from None
                await asyncio.sleep(0.01 * 2**attempt)
            except psycopg.Error as error:
                raise _translated(error) from None
        raise AssertionError("unreachable: the last attempt returns or raises")

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection[Row]]:
        async with _acquired(self._slots):
            connection = await self._idle_or_new()
            try:
                yield connection
            finally:
                # Whatever was left in the middle (an error, a cancelled request) ends with its connection.
                if _is_usable(connection):
                    self._idle.append(connection)
                else:
                    await connection.close()

    async def _idle_or_new(self) -> AsyncConnection[Row]:
        while self._idle:
            connection = self._idle.pop()
            if _is_usable(connection) and not _was_closed_by_server(connection):
                return connection
            await connection.close()
        connection = await AsyncConnection.connect(
            self._conninfo,
            autocommit=True,
            # No prepared statements: they do not survive a transaction pooler, and plans are custom anyway.
            prepare_threshold=None,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="fluxvector",
            keepalives_idle=30,
            tcp_user_timeout=15_000,
        )
        arrays.register(connection.adapters)
        return connection


@asynccontextmanager
async def _acquired(slots: asyncio.Semaphore) -> AsyncIterator[None]:
    """A slot for the time of the block. Raises Unavailable where none comes free in time."""
    try:
        async with asyncio.timeout(ACQUIRE_TIMEOUT_S):
            await slots.acquire()
    except TimeoutError:
        raise Unavailable("The service is busy. Please try again.") from None
    try:
        yield
    finally:
        slots.release()


async def _run_one(connection: AsyncConnection[Row], statement: Statement) -> list[Row]:
    cursor = await connection.cursor(binary=True).execute(statement.sql, statement.params or None)
    return await _rows(cursor)


async def _run_pipelined(connection: AsyncConnection[Row], statements: Sequence[Statement]) -> list[list[Row]]:
    async with connection.pipeline():
        cursors = [connection.cursor(binary=True) for _ in statements]
        for cursor, statement in zip(cursors, statements, strict=True):
            await cursor.execute(statement.sql, statement.params or None)
    return [await _rows(cursor) for cursor in cursors]


async def _rows(cursor: AsyncCursor[Row]) -> list[Row]:
    """What a statement answered; nothing where it answers no rows (`description` would describe every column first)."""
    answered = cursor.pgresult is not None and cursor.pgresult.status == ExecStatus.TUPLES_OK
    return await cursor.fetchall() if answered else []


def _is_usable(connection: AsyncConnection[Row]) -> bool:
    return not connection.closed and connection.pgconn.transaction_status == TransactionStatus.IDLE


def _was_closed_by_server(connection: AsyncConnection[Row]) -> bool:
    """An idle connection has nothing to read; where there is something, it is the server's goodbye."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))


def _translated(error: psycopg.Error) -> FluxVectorError:
    """Our error for the driver's. Its message may quote a row, so only its SQLSTATE is logged."""
    if isinstance(error, errors.UniqueViolation):
        return UniqueConflict("It exists already.")
    if told := _OF_OUR_FUNCTIONS.get(error.sqlstate or ""):
        return told[0](told[1])
    if isinstance(error, errors.ForeignKeyViolation):
        return NotFound("It was deleted a moment ago.")
    log.event("database_error", sqlstate=error.sqlstate, type=type(error).__name__, where=log.where(error))
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return Unavailable("The database is not available. Please try again.")
    return InternalError("Something went wrong on our side.")
