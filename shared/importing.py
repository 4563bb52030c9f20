"""Importing what was exported, here or elsewhere: all lines are checked, then stored batch by batch, then embedded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.admission import CollectionRef
from shared.db.connection import Database
from shared.deadline import Deadline
from shared.embed_records import NOTHING_EMBEDDED, Embedded, embed_records
from shared.embedding import Embedder
from shared.errors import Detail, PlanLimitReached, Unavailable, ValidationFailed
from shared.keyword_index import keep_up
from shared.places import Place
from shared.portable import PortableVector, faults_of, place_of, prepared_of
from shared.records import MAX_FAULTS, MAX_RECORDS, Prepared
from shared.usage import Meter, Work
from shared.vectors import StoredBatch, require_model, store_batch

MAX_LINES = 10_000
MAX_NAMESPACES = 1_000
"""Each is stored in a transaction of its own, within the time of one request."""
STORING_S = 45.0
"""How long an import stores before it asks to be sent again, less than what it reserves is held for."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of lines, in records: all stored, `unchanged` of them were so already."""

    imported: int
    unchanged: int
    embedded: Embedded


async def import_vectors(
    database: Database,
    embedder: Embedder,
    account_no: int,
    collection: CollectionRef,
    lines: Sequence[tuple[int, PortableVector]],
    *,
    meter: Meter,
    latency_ms: float,
    budget_s: float,
) -> Imported:
    """Stores lines, each with its number, and embeds the texts that bring no embedding of the collection's model.

    Of lines of the same namespace and id the last one stands. Raises ValidationFailed, naming up to 20 places such as
    `line 17: values[3]`, or ModelMismatch, before anything is stored. What is stored when a later batch fails
    stays, and the error tells how much that is: the same import again finds it unchanged. Such errors are
    PlanLimitReached, and Unavailable, also where storing takes longer than STORING_S.
    """
    storing = Deadline(STORING_S)
    deadline = Deadline(budget_s)
    namespaces = await asyncio.to_thread(_prepare, lines, collection)  # as an upsert's records
    batches = [
        (Place(account_no, collection.collection_no, namespace), records[start : start + MAX_RECORDS])
        for namespace, records in namespaces.items()
        for start in range(0, len(records), MAX_RECORDS)
    ]
    if any(record.raw_values is None and record.embedding is None for _, records in batches for record in records):
        require_model(collection, embedder.model)
    if not batches:
        await database.transact(account_no, meter.event(Work(requests=1), latency_ms=latency_ms))
    stored: list[tuple[Place, list[Prepared], StoredBatch]] = []
    for place, records in batches:
        try:
            if not storing.remaining_s:
                raise Unavailable("The import takes longer than a request may.", retry_after_s=1)
            batch = await store_batch(
                database, collection, place, records, meter=meter, latency_ms=latency_ms, requests=0 if stored else 1
            )
        except (PlanLimitReached, Unavailable) as error:
            if stored:
                done, total = (sum(len(some) for _, some, *_ in those) for those in (stored, batches))
                error.message += f" {done} of its {total} vectors are stored; the same import, sent again, goes on."
            raise
        stored.append((place, records, batch))
        if collection.average_length is None and batch.lengths is not None:
            collection = replace(collection, average_length=batch.lengths.used)
    if stored:
        await keep_up(database, stored[-1][0], next((b.lengths for *_, b in reversed(stored) if b.lengths), None))
    embedded = NOTHING_EMBEDDED
    for place, records, batch in stored:
        if batch.pending_ids:
            embedded += await embed_records(
                database, embedder, place, records, batch.pending_ids, meter=meter, deadline=deadline
            )
    imported = sum(len(records) for _, records, _ in stored)
    return Imported(imported, imported - sum(batch.written for *_, batch in stored), embedded)


def _prepare(lines: Sequence[tuple[int, PortableVector]], collection: CollectionRef) -> dict[str, list[Prepared]]:
    """The records by namespace, in the order in which they came."""
    prepared: dict[str, dict[str, Prepared]] = {}
    faults: list[Detail] = []
    for number, vector in lines:
        found = faults_of(vector, collection)
        faults += [Detail(place_of(number, path), error) for path, error in found]
        if len(faults) >= MAX_FAULTS:
            break
        if not faults:
            records = prepared.setdefault(vector.namespace, {})
            records.pop(vector.id, None)
            records[vector.id] = prepared_of(vector, collection)
    if faults:
        raise ValidationFailed.all(faults[:MAX_FAULTS])
    if len(prepared) > MAX_NAMESPACES:
        raise ValidationFailed.of("", f"is of more than {MAX_NAMESPACES} namespaces: send it in parts")
    return {namespace: list(records.values()) for namespace, records in prepared.items()}
