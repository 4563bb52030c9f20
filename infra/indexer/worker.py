"""Looks at all collections again and again, and builds, rebuilds and drops their indexes, one at a time.

At night it also writes tables anew of which rows were deleted.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import psycopg
from psycopg import AsyncConnection

from infra.indexer import ddl, records, rewriting
from infra.indexer.config import IndexerSettings
from infra.indexer.look import look
from infra.indexer.patience import Backoff, Waiting
from infra.indexer.plan import Adopt, Build, Building, Drop, Forget, Rebuild, Tidying, building, tidying
from infra.indexer.rewrite import rewrite
from infra.indexer.seen import Seen
from infra.indexer.session import check_pgvector, connect, take_turn
from infra.indexer.space import Space, look_for_space
from shared import log

LOOKING_SHARE = 0.02
"""Of the time, at most, that looks take: with very many collections they come less often."""

SPACE_INTERVAL_S = 600.0
"""From one look for tables to rewrite to the next."""

FIRST_RECONNECT_S = 1.0
MAX_RECONNECT_S = 30.0

INSUFFICIENT_RESOURCES = "53"
"""Class of SQLSTATE: no memory, no shared memory (a container's /dev/shm is small), no disk, no connection."""


class IndexWorker:
    """Works until it is cancelled; what is then under way is cancelled in the database too."""

    def __init__(self, settings: IndexerSettings) -> None:
        self._settings = settings
        self._waiting = Waiting(settings.quiet_s, settings.max_wait_s)
        self._backoff = Backoff()
        self._parallel_workers = settings.parallel_workers
        # Seconds that the last look took.
        self._look_s = 0.0
        self._looks_for_space_at = 0.0

    async def run(self) -> None:
        """Never returns. A database that is away is waited for; raises IndexerFailure for one that will not do."""
        pause_s = FIRST_RECONNECT_S
        while True:
            try:
                async with await connect(self._settings.owner_url) as connection:
                    await check_pgvector(connection)
                    await self._wait_for_turn(connection)
                    pause_s = FIRST_RECONNECT_S
                    await self._work(connection)
            except psycopg.Error as error:
                log.event("index_worker_failed", **_told(error), retry_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(MAX_RECONNECT_S, 2 * pause_s)

    async def _wait_for_turn(self, connection: AsyncConnection) -> None:
        is_told = False
        while not await take_turn(connection):
            if not is_told:
                log.event("index_worker_waiting")
                is_told = True
            await asyncio.sleep(self._settings.interval_s)
        log.event("index_worker_working")

    async def _work(self, connection: AsyncConnection) -> None:
        while True:
            if not await self.step(connection):
                await asyncio.sleep(max(self._settings.interval_s, self._look_s / LOOKING_SHARE))

    async def step(self, connection: AsyncConnection) -> bool:
        """Looks, tidies up, and builds at most one index or, where there is none, rewrites one table; whether anything
        was done.

        Work that fails is told and tried again later. Raises psycopg.Error where looking fails or the connection is
        lost.
        """
        min_rows = self._settings.min_rows
        started = time.monotonic()
        await records.forget_deleted(connection)
        seen = await look(connection, min_rows)
        now = time.monotonic()
        self._look_s = now - started
        todo: list[Tidying | Building] = [one for one in tidying(seen, min_rows) if self._backoff.may(one.key, now)]
        due = self._waiting.due(building(seen, min_rows), now)
        todo += [one for one in due if self._backoff.may(one.key, now)][:1]
        done = [await self._try(connection, one, seen) for one in todo]
        if not any(done) and self._settings.rewrite_hours is not None and now >= self._looks_for_space_at:
            done.append(await self._rewrite_next(connection, seen))
        return any(done)

    async def _rewrite_next(self, connection: AsyncConnection, seen: Seen) -> bool:
        self._looks_for_space_at = time.monotonic() + SPACE_INTERVAL_S
        found = rewriting.due(await look_for_space(connection))
        hours = self._settings.rewrite_hours
        if hours is None or not hours.holds(datetime.now(UTC).hour):
            return False
        for space in found:
            if self._backoff.may(space.key, time.monotonic()):
                self._looks_for_space_at = 0.0
                return await self._try(connection, space, seen)
        return False

    async def _try(self, connection: AsyncConnection, one: Tidying | Building | Space, seen: Seen) -> bool:
        try:
            is_done = await self._do(connection, one, seen)
        except psycopg.Error as error:
            # Also where the connection is lost: what ended the server (its memory, maybe) must not do so again at once.
            retry_s = self._backoff.failed(one.key, time.monotonic())
            log.event("index_work_failed", work=one.key, **_told(error), retry_s=retry_s)
            if connection.closed:
                raise
            if (error.sqlstate or "").startswith(INSUFFICIENT_RESOURCES):
                self._parallel_workers = 0
            return False
        self._backoff.succeeded(one.key)
        return is_done

    async def _do(self, connection: AsyncConnection, one: Tidying | Building | Space, seen: Seen) -> bool:
        """Does it; False where there was nothing to do any more."""
        match one:
            case Drop(index, collection):
                if collection is not None:
                    await records.forget(connection, collection)
                await ddl.drop(connection, index.name)
                log.event("index_dropped", index=index.name)
            case Adopt(collection):
                began = collection.record or collection
                await records.finish(connection, collection, rows=began.rows, removed=began.removed)
                log.event("index_adopted", collection_no=collection.collection_no)
            case Forget(collection):
                await records.forget(connection, collection)
            case Build() | Rebuild():
                return await self._build(connection, one)
            case Space():
                await self._rewrite(connection, one, seen)
        return True

    async def _rewrite(self, connection: AsyncConnection, space: Space, seen: Seen) -> None:
        started = time.monotonic()
        await rewrite(connection, space, seen, memory_mb=self._settings.memory_mb)
        seconds = round(time.monotonic() - started, 3)
        log.event("table_rewritten", table=space.name, bytes=space.size, deleted=space.deleted, seconds=seconds)

    async def _build(self, connection: AsyncConnection, one: Building) -> bool:
        """Builds and lets searches use it; False where the collection went away meanwhile."""
        started = time.monotonic()
        collection = one.collection
        leaf = await ddl.leaf_of(connection, collection)
        if leaf is None:
            return False
        await ddl.give_memory(
            connection, collection, memory_mb=self._settings.memory_mb, parallel_workers=self._parallel_workers
        )
        if isinstance(one, Build):
            if not await records.begin(connection, collection):
                return False
            await ddl.create(connection, leaf, collection)
        else:
            await ddl.rebuild(connection, collection)
        await records.finish(connection, collection, rows=collection.rows, removed=collection.removed)
        log.event(
            "index_built" if isinstance(one, Build) else "index_rebuilt",
            collection_no=collection.collection_no,
            rows=collection.rows,
            seconds=round(time.monotonic() - started, 3),
        )
        return True


def _told(error: psycopg.Error) -> dict[str, str | None]:
    """What may be said of an error: never its message, which may quote a row."""
    return {"type": type(error).__name__, "sqlstate": error.sqlstate, "where": log.where(error)}
