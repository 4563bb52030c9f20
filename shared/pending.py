"""Texts that wait for an embedding: embedded in batches, written back where the text is still the same.

Used by an upsert within its budget, and by the job for whatever was left.
"""

from __future__ import annotations

import asyncio
import time
from asyncio import sleep
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from shared import log
from shared.db import arrays
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.deadline import Deadline
from shared.embedders.answer import EmbedderBusy, Embeddings
from shared.embedding import Embedder
from shared.errors import FluxVectorError, Unavailable
from shared.places import LEASE, Place, random_slot
from shared.usage import Meter
from shared.vector_values import halfvec_binary_of_row
from shared.vectors import dequeue_embedded

# Texts a call: enough that the HTTP exchange costs little beside the embedding, few enough to commit as it goes.
BATCH = 64
# Calls under way at once, so that the embedder has the next batch while the last one is written.
PARALLEL = 2
# A text is not begun when less is left.
MIN_REMAINING_S = 1.0
CLAIM_LIMIT = 512
# A job run ends well before the next one's start would find it busy; a Lambda may run 15 minutes.
RUN_BUDGET_S = 50.0

_SQL = statements("pending")
_VECTOR_SQL = statements("vectors")


@dataclass(frozen=True, slots=True)
class PendingText:
    """A text to embed, and the hash by which the write-back knows that it is still the row's."""

    id: str
    text: str = field(repr=False)
    content_hash: bytes = field(repr=False)


@dataclass(slots=True)
class Progress:
    """What was embedded and stored. `failed` tells that the embedder or the database stopped answering."""

    done: set[str] = field(default_factory=set)
    tokens: int = 0
    truncated: int = 0
    failed: bool = False


async def embed_and_store(
    database: Database,
    embedder: Embedder,
    place: Place,
    texts: Sequence[PendingText],
    *,
    meter: Meter,
    deadline: Deadline,
) -> Progress:
    """Embeds texts batch by batch until all are stored, the deadline comes or the embedder fails.

    Each batch is committed with its usage event. An embedder or a database that is not there ends the run and no more:
    the texts are stored, and what is left stays pending.
    """
    run = _Run(database, embedder, place, meter, deadline)
    batches = iter([texts[start : start + BATCH] for start in range(0, len(texts), BATCH)])
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(PARALLEL):
                group.create_task(run.work(batches))
    except* FluxVectorError as faults:
        raise _first(faults) from None
    return run.progress


def _first(faults: BaseExceptionGroup[FluxVectorError]) -> FluxVectorError:
    fault = faults.exceptions[0]
    return _first(fault) if isinstance(fault, BaseExceptionGroup) else fault


@dataclass(slots=True)
class _Run:
    """One run over the texts of a place; its workers share an iterator of batches."""

    database: Database
    embedder: Embedder
    place: Place
    meter: Meter
    deadline: Deadline
    progress: Progress = field(default_factory=Progress)

    async def work(self, batches: Iterator[Sequence[PendingText]]) -> None:
        """Takes batch after batch until there is none, the time is up, or the embedder fails."""
        for batch in batches:
            if self.progress.failed or self.deadline.remaining_s < MIN_REMAINING_S:
                return
            started = time.monotonic()
            try:
                embeddings = await self._embed([pending.text for pending in batch])
                await self._store(batch, embeddings, latency_ms=1000 * (time.monotonic() - started))
            except Unavailable:
                self.progress.failed = True
                return

    async def _embed(self, texts: Sequence[str]) -> Embeddings:
        """Embeds a batch, coming back to a busy embedder as often as the deadline allows."""
        while True:
            try:
                return await self.embedder.embed("passage", texts, budget_s=self.deadline.remaining_s)
            except EmbedderBusy as busy:
                if self.deadline.remaining_s < busy.retry_after_s + MIN_REMAINING_S:
                    raise
                await sleep(busy.retry_after_s)

    async def _store(self, batch: Sequence[PendingText], embeddings: Embeddings, *, latency_ms: float) -> None:
        types = await self.database.vector_types()
        ids, slot = arrays.texts(pending.id for pending in batch), random_slot()
        params = {
            "ids": ids,
            "content_hashes": arrays.blobs(pending.content_hash for pending in batch),
            "embeddings": arrays.Column(types.halfvec, [halfvec_binary_of_row(row) for row in embeddings.rows]),
            "tokens": embeddings.tokens,
        }
        metering = self.meter.params(latency_ms=latency_ms, requests=0)
        stored, _ = await self.database.transact(
            self.place.account_no,
            Statement(_VECTOR_SQL["store_embeddings"], metering | self.place.params | params),
            dequeue_embedded(self.place, ids, slot),
        )
        cut = {batch[index].id for index in embeddings.truncated}
        for vector_id, tokens in stored:
            self.progress.done.add(vector_id)
            self.progress.tokens += tokens
            self.progress.truncated += vector_id in cut


async def release(database: Database, place: Place, ids: Sequence[str]) -> None:
    """Ends the lease of rows that could not be embedded, so that the job may claim them at once, not when it ends."""
    statement = Statement(_VECTOR_SQL["release_pending"], place.params | {"ids": arrays.texts(ids)})
    try:
        await database.transact(place.account_no, statement)
    except Unavailable:
        log.event("release_failed", rows=len(ids))  # the lease ends by itself


async def embed_pending(database: Database, embedder: Embedder, *, budget_s: float = RUN_BUDGET_S) -> int:
    """Embeds what is ready in the queue, across accounts, until none is left or the budget ends; answers how many."""
    deadline = Deadline(budget_s)
    embedded = 0
    while deadline.remaining_s > 1.0:
        claim = Statement(_SQL["claim_pending"], {"limit": CLAIM_LIMIT, "lease": LEASE})
        rows = await database.execute(claim)
        if not rows:
            break
        places: dict[Place, list[str]] = {}
        for account_no, collection_no, namespace, vector_id in rows:
            places.setdefault(Place(account_no, collection_no, namespace), []).append(vector_id)
        while places:
            place, ids = places.popitem()
            progress = await _embed_claimed(database, embedder, place, ids, deadline)
            embedded += len(progress.done)
            if progress.failed or deadline.remaining_s < MIN_REMAINING_S:
                for unread, unread_ids in places.items():
                    await release(database, unread, unread_ids)
                log.event("embed_pending_stopped", embedded=embedded, failed=progress.failed)
                return embedded
    return embedded


async def _embed_claimed(
    database: Database, embedder: Embedder, place: Place, ids: Sequence[str], deadline: Deadline
) -> Progress:
    read = Statement(_SQL["read_pending_texts"], place.params | {"ids": arrays.texts(ids)})
    [rows] = await database.transact(place.account_no, read)
    texts = []
    meter = Meter(place.account_no, env="live", plan="", endpoint="jobs/embed_pending")
    model = (embedder.model.name, embedder.model.revision)
    for vector_id, text, content_hash, name, revision, env, plan in rows:
        if (name, revision) == model:
            texts.append(PendingText(vector_id, text, content_hash))
            meter = Meter(place.account_no, env=env, plan=plan, endpoint="jobs/embed_pending")
    progress = await embed_and_store(database, embedder, place, texts, meter=meter, deadline=deadline)
    left = [vector_id for vector_id in ids if vector_id not in progress.done]
    if left and not progress.failed and deadline.remaining_s < MIN_REMAINING_S:
        await release(database, place, left)  # no time was left for them; nothing is wrong with them
    elif left:
        postpone = Statement(_SQL["postpone_pending"], place.params | {"ids": arrays.texts(left)})
        await database.transact(place.account_no, postpone)
    return progress
