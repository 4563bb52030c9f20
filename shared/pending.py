"""Texts that wait for an embedding: embedded in batches, written back where the text is still the same.

Used by an upsert within its budget, and by the job for whatever was left.

A batch that the embedder refuses or fails at is halved until the guilty text is alone; the others are embedded. Where a
batch ended the embedder, or its connection, nothing can be tried at once: its texts are noted, and come in ever smaller
batches, behind all others. A text is given up when it is refused alone, or has failed GIVES_UP_AT times, while the
embedder embeds others.

The units of an upsert are those of its request. The job reserves them batch by batch; texts for which a quota or a cap
leaves none wait for the next month, or for another plan or cap.
"""

from __future__ import annotations

import asyncio
import time
from asyncio import sleep
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from shared import log
from shared.db import arrays
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.deadline import Deadline
from shared.embedders.answer import EmbedderBusy, Embeddings, Interrupted, Refused, RunFailed, Unusable
from shared.embedding import Embedder
from shared.errors import FluxVectorError, NotFound, PaymentRequired, Unavailable
from shared.limits import tokens_at_most
from shared.places import LEASE, Place, random_slot
from shared.quota import reserved
from shared.usage import Meter
from shared.vector_values import halfvec_binary_of_row
from shared.vectors import dequeue_embedded

# Texts a call: enough that the HTTP exchange costs little beside the embedding, few enough to commit as it goes.
BATCH = 64
# Texts a call where they have failed once, twice, or oftener.
SUSPECT_BATCHES = (16, 4, 1)
GIVES_UP_AT = 8
# Calls under way at once, so that the embedder has the next batch while the last one is written.
PARALLEL = 2
# A text is not begun when less is left.
MIN_REMAINING_S = 1.0
# That no answer came says something about a text only where there was this much time for it.
FAIR_S = 5.0
CLAIM_LIMIT = 512
# A job run ends well before the next one's start would find it busy; a Lambda may run 15 minutes.
RUN_BUDGET_S = 50.0
# What every embedder can embed.
PROBE = "probe"

Reason = Literal["refused", "fails_repeatedly"]

_SQL = statements("pending")
_VECTOR_SQL = statements("vectors")


@dataclass(frozen=True, slots=True)
class PendingText:
    """A text to embed, the hash by which the write-back knows that it is still the row's, and how often it failed."""

    id: str
    text: str = field(repr=False)
    content_hash: bytes = field(repr=False)
    failures: int = 0


@dataclass(slots=True)
class Progress:
    """What was embedded and stored, and the ids of what never will be.

    `stopped` tells that the embedder or the database stopped answering, `is_out_of_units` that a quota or a cap left
    none.
    """

    done: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    tokens: int = 0
    truncated: int = 0
    stopped: bool = False
    is_out_of_units: bool = False


async def embed_and_store(
    database: Database,
    embedder: Embedder,
    place: Place,
    texts: Sequence[PendingText],
    *,
    meter: Meter,
    deadline: Deadline,
    reserves: bool = False,
) -> Progress:
    """Embeds texts batch by batch until all are stored, the deadline comes or the embedder fails.

    Each batch is committed with its usage event; with `reserves` its units are reserved before, and where there are
    none the run ends. An embedder or a database that is not there ends the run and no more:
    the texts are stored, and what is left stays pending.
    """
    run = _Run(database, embedder, place, meter, deadline, reserves)
    batches = _batches(texts)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(PARALLEL):
                group.create_task(run.work(batches))
    except* FluxVectorError as faults:
        raise _first(faults) from None
    return run.progress


def _batches(texts: Sequence[PendingText]) -> Iterator[Sequence[PendingText]]:
    """Batches in which texts have failed about as often as each other, those that never did first."""
    for failures, size in enumerate((BATCH, *SUSPECT_BATCHES)):
        is_last = failures == len(SUSPECT_BATCHES)
        alike = [text for text in texts if text.failures == failures or (is_last and text.failures > failures)]
        for start in range(0, len(alike), size):
            yield alike[start : start + size]


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
    reserves: bool
    progress: Progress = field(default_factory=Progress)
    # Whether the embedder has embedded something in this run.
    has_embedded: bool = False

    async def work(self, batches: Iterator[Sequence[PendingText]]) -> None:
        """Takes batch after batch until there is none, the time is up, or the embedder fails."""
        try:
            for batch in batches:
                if self.reserves:
                    await self._reserve_and_embed(batch)
                else:
                    await self._embed_batch(batch, self.meter)
        except Unavailable:
            self.progress.stopped = True

    async def _reserve_and_embed(self, batch: Sequence[PendingText]) -> None:
        """Embeds a batch for which there are units, or the half of it, or less."""
        if self._is_over or self.progress.is_out_of_units:
            return
        tokens = sum(tokens_at_most(pending.text) for pending in batch)
        try:
            async with reserved(self.database, self.meter, tokens=tokens) as meter:
                await self._embed_batch(batch, meter)
        except PaymentRequired:
            if len(batch) == 1:
                self.progress.is_out_of_units = True
            else:
                middle = len(batch) // 2
                await self._reserve_and_embed(batch[:middle])
                await self._reserve_and_embed(batch[middle:])
        except NotFound:
            self.progress.is_out_of_units = True  # the account was erased a moment ago, and its texts with it

    @property
    def _is_over(self) -> bool:
        return self.progress.stopped or self.deadline.remaining_s < MIN_REMAINING_S

    async def _embed_batch(self, batch: Sequence[PendingText], meter: Meter) -> None:
        """Embeds and stores a batch, or what of it can be. Raises Unavailable where nothing can be embedded now."""
        if self._is_over:
            return
        is_alone = len(batch) == 1
        if is_alone and batch[0].failures and not self.has_embedded:
            await self._probe()
        started, had_s = time.monotonic(), self.deadline.remaining_s
        try:
            embeddings = await self._embed([pending.text for pending in batch])
        except (Refused, RunFailed, Unusable) as fault:
            await self._probe()
            if not is_alone:
                middle = len(batch) // 2
                await self._embed_batch(batch[:middle], meter)
                await self._embed_batch(batch[middle:], meter)
            elif isinstance(fault, Refused):
                await self._note_failure(batch, reason="refused", gives_up_at=1)
            else:
                await self._note_failure(batch, reason="fails_repeatedly", gives_up_at=GIVES_UP_AT)
            return
        except Interrupted:
            if is_alone and self.has_embedded:
                await self._note_failure(batch, reason="fails_repeatedly", gives_up_at=GIVES_UP_AT)
            elif had_s >= FAIR_S:
                await self._note_failure(batch, reason="fails_repeatedly", gives_up_at=None)
            raise
        await self._store(batch, embeddings, meter, latency_ms=1000 * (time.monotonic() - started))

    async def _embed(self, texts: Sequence[str]) -> Embeddings:
        """Embeds texts, coming back to a busy embedder as often as the deadline allows."""
        while True:
            try:
                embeddings = await self.embedder.embed("passage", texts, budget_s=self.deadline.remaining_s)
                self.has_embedded = True
                return embeddings
            except EmbedderBusy as busy:
                if self.deadline.remaining_s < busy.retry_after_s + MIN_REMAINING_S:
                    raise
                await sleep(busy.retry_after_s)

    async def _probe(self) -> None:
        """Raises Unavailable unless the embedder embeds what it must: then it is no text that is at fault."""
        await self._embed([PROBE])

    async def _note_failure(self, batch: Sequence[PendingText], *, reason: Reason, gives_up_at: int | None) -> None:
        params = {
            "ids": arrays.texts(pending.id for pending in batch),
            "content_hashes": arrays.blobs(pending.content_hash for pending in batch),
            "most": GIVES_UP_AT if gives_up_at is not None else len(SUSPECT_BATCHES),
            "gives_up_at": gives_up_at,
            "reason": reason,
        }
        statement = Statement(_SQL["note_failures"], self.place.params | params)
        [rows] = await self.database.transact(self.place.account_no, statement)
        given_up = {vector_id for vector_id, has_failed in rows if has_failed}
        self.progress.failed |= given_up
        log.event("embedding_failed", reason=reason, rows=len(rows), given_up=len(given_up))

    async def _store(
        self, batch: Sequence[PendingText], embeddings: Embeddings, meter: Meter, *, latency_ms: float
    ) -> None:
        types = await self.database.vector_types()
        ids, slot = arrays.texts(pending.id for pending in batch), random_slot()
        params = {
            "ids": ids,
            "content_hashes": arrays.blobs(pending.content_hash for pending in batch),
            "embeddings": arrays.Column(types.halfvec, [halfvec_binary_of_row(row) for row in embeddings.rows]),
            "tokens": embeddings.tokens,
        }
        metering = meter.params(latency_ms=latency_ms, requests=0)
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
    """Embeds what is ready in the queue, across accounts, until none is left or the budget ends; answers how many.

    Where texts wait afterwards, or were given up, an event tells how many and how long the oldest has waited.
    """
    embedded = await _embed_ready(database, embedder, Deadline(budget_s))
    [(rows, oldest_s, failed)] = await database.execute(Statement(_SQL["measure_queue"]))
    if rows or failed:
        log.event("pending", rows=rows, oldest_s=round(oldest_s, 1), failed=failed)
    return embedded


async def _embed_ready(database: Database, embedder: Embedder, deadline: Deadline) -> int:
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
            if progress.stopped or deadline.remaining_s < MIN_REMAINING_S:
                for unread, unread_ids in places.items():
                    await release(database, unread, unread_ids)
                log.event("embed_pending_stopped", embedded=embedded, failed=progress.stopped)
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
    for vector_id, text, content_hash, failures, name, revision, env, plan in rows:
        if (name, revision) == model:
            texts.append(PendingText(vector_id, text, content_hash, failures))
            meter = Meter(place.account_no, env=env, plan=plan, endpoint="jobs/embed_pending")
    if len(texts) < len(rows):
        log.event("pending_of_another_model", rows=len(rows) - len(texts))
    progress = await embed_and_store(database, embedder, place, texts, meter=meter, deadline=deadline, reserves=True)
    left = [vector_id for vector_id in ids if vector_id not in progress.done | progress.failed]
    if left and not progress.stopped and deadline.remaining_s < MIN_REMAINING_S:
        await release(database, place, left)  # no time was left for them; nothing is wrong with them
    elif left and progress.is_out_of_units:
        postpone = Statement(_SQL["postpone_to_next_month"], place.params | {"ids": arrays.texts(left)})
        await database.transact(place.account_no, postpone)
        log.event("pending_over_quota", rows=len(left))
    elif left:
        postpone = Statement(_SQL["postpone_pending"], place.params | {"ids": arrays.texts(left)})
        await database.transact(place.account_no, postpone)
    return progress
