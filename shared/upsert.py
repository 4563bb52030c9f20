"""An upsert: everything stored in one transaction, then embedded as far as the budget goes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from shared.admission import CollectionRef
from shared.db.connection import Database
from shared.deadline import Deadline
from shared.embed_records import embed_records
from shared.embedding import Embedder
from shared.keyword_index import keep_up
from shared.long_texts import refuse_long_texts
from shared.places import Place
from shared.records import Record, prepare
from shared.usage import Meter
from shared.vectors import require_model, store_batch


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of a batch, in records: all of them stored; `unchanged` were so already; `pending` wait.

    `failed` of the pending ones have a text that cannot be embedded, and wait for nothing.
    """

    upserted: int
    unchanged: int
    pending: int
    failed: int
    truncated: int
    embeddings: int
    tokens: int


async def upsert(
    database: Database,
    embedder: Embedder,
    collection: CollectionRef,
    place: Place,
    records: Sequence[Record],
    *,
    meter: Meter,
    latency_ms: float,
    budget_s: float,
    refuses_long_texts: bool = False,
) -> Upserted:
    """Stores records and embeds their texts.

    Raises ValidationFailed, ModelMismatch or PlanLimitReached, and nothing is stored; with `refuses_long_texts` also
    where a text is longer than the model reads, and Unavailable where nobody can tell. Once stored, nothing that
    befalls the embedder takes it back.
    """
    deadline = Deadline(budget_s)
    # In a thread: a batch of long texts takes seconds of processor time, and others are answered meanwhile.
    prepared = await asyncio.to_thread(prepare, records, collection)
    if any(record.raw_values is None for record in prepared):
        require_model(collection, embedder.model)
        if refuses_long_texts:
            await refuse_long_texts(embedder, records, deadline)
    batch = await store_batch(database, collection, place, prepared, meter=meter, latency_ms=latency_ms, is_only=True)
    await keep_up(database, place, batch.lengths)
    embedded = await embed_records(
        database, embedder, place, prepared, batch.pending_ids, meter=meter, deadline=deadline
    )
    return Upserted(
        upserted=len(prepared),
        unchanged=len(prepared) - batch.written,
        pending=embedded.pending,
        failed=embedded.failed,
        truncated=embedded.truncated,
        embeddings=embedded.embeddings,
        tokens=embedded.tokens,
    )
