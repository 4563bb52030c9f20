"""An upsert: everything stored in one transaction, then embedded as far as the budget goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.admission import CollectionRef
from shared.db.connection import Database
from shared.deadline import Deadline
from shared.embedding import Embedder
from shared.pending import PendingText, embed_and_store, release
from shared.places import Place
from shared.records import Record, prepare
from shared.usage import Meter
from shared.vectors import require_model, store_batch


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of a batch, in records: all of them stored; `unchanged` were so already; `pending` wait."""

    upserted: int
    unchanged: int
    pending: int
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
) -> Upserted:
    """Stores records and embeds their texts.

    Raises ValidationFailed or ModelMismatch before anything is stored. Once stored, nothing that befalls the embedder
    takes it back.
    """
    deadline = Deadline(budget_s)
    prepared = prepare(records, collection)
    if any(record.raw_values is None for record in prepared):
        require_model(collection, embedder.model)
    batch = await store_batch(database, place, prepared, meter=meter, latency_ms=latency_ms)
    texts = [
        PendingText(record.id, record.text, record.content_hash)
        for record in prepared
        if record.id in batch.pending_ids and record.text is not None
    ]
    progress = await embed_and_store(database, embedder, place, texts, meter=meter, deadline=deadline)
    left = [pending.id for pending in texts if pending.id not in progress.done]
    if left:
        await release(database, place, left)
    return Upserted(
        upserted=len(prepared),
        unchanged=len(prepared) - batch.written,
        pending=len(left),
        truncated=progress.truncated,
        embeddings=len(progress.done),
        tokens=progress.tokens,
    )
