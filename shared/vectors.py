"""Vectors: stored first, embedded within a budget, fetched and deleted by id.

A write is durable before anything is embedded. What the budget does not suffice for, or what an absent embedder leaves,
is pending: it is found by id at once, and the job embeds it later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.admission import CollectionRef, check_stored_limit, end_ticket, unknown_collection
from shared.config import Model
from shared.db import arrays
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import ModelMismatch
from shared.keyword_index import Lengths, add, lengths_of, mean_length, remove_stale
from shared.places import LEASE, Place, random_slot
from shared.records import Prepared
from shared.usage import Meter, Work

_SQL = statements("vectors")


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch now stored: how many rows were written (the others were equal already), and whose text still waits.

    `lengths` are those of the collection's texts, where the batch brought any.
    """

    written: int
    pending_ids: frozenset[str]
    lengths: Lengths | None


@dataclass(frozen=True, slots=True)
class StoredVector:
    """A vector as it is fetched. `values` and `metadata` are in the form in which the database gave them.

    `failure` is the reason why its text will not be embedded, one of `shared.pending.Reason`.
    """

    id: str
    text: str | None
    metadata: str
    values: bytes | None
    is_pending: bool
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime
    failure: str | None


def require_model(collection: CollectionRef, model: Model) -> None:
    """Raises ModelMismatch where the collection was embedded by another model than this deployment runs."""
    if (collection.model, collection.model_revision) != (model.name, model.revision):
        raise ModelMismatch(
            f"The collection was embedded by {collection.model}@{collection.model_revision}; "
            f"this service now runs {model.name}@{model.revision}. Its texts must be embedded again first."
        )


def dequeue_embedded(place: Place, ids: arrays.Column, slot: int) -> Statement:
    """The statement that takes from the queue what of `ids` is embedded or gone.

    It belongs into the transaction that embedded or deleted them, behind the statement that did.
    """
    return Statement(_SQL["dequeue_embedded"], place.params | {"ids": ids, "slot": slot})


def queue_pending(place: Place, ids: arrays.Column, slot: int) -> list[Statement]:
    """The statements that queue what of `ids` has no embedding, leased to this request; the last one answers which.

    They belong into the transaction that wrote them, behind all others.
    """
    queueing = {"ids": ids, "lease": LEASE, "slot": slot}
    return [
        Statement(_SQL["enqueue_pending"], place.params | queueing),
        Statement(_SQL["list_pending_of_batch"], place.params | {"ids": ids}),
    ]


async def store_batch(
    database: Database,
    collection: CollectionRef,
    place: Place,
    records: Sequence[Prepared],
    *,
    meter: Meter,
    latency_ms: float,
    requests: int = 1,
    is_only: bool = False,
) -> StoredBatch:
    """Stores a batch, all of it or nothing, in one round trip.

    `requests` are metered with it: none for a batch that is not the first of its request. `is_only` tells that the
    request stores no other, so that its ticket ends here where no text is left to embed. Raises NotFound where the
    collection has just gone, PlanLimitReached where it would be more vectors than the plan allows.
    """
    types = await database.vector_types()
    ids = arrays.texts(record.id for record in records)
    slot = random_slot()
    average_length = mean_length(records, collection)
    batch = {
        "ids": ids,
        "texts": arrays.texts(record.text for record in records),
        "raw_values": arrays.Column(types.vector, [record.raw_values for record in records]),
        "embeddings": arrays.Column(types.halfvec, [record.embedding for record in records]),
        "metadata": arrays.jsonbs(record.metadata for record in records),
        "facets": arrays.tsvectors(record.facets for record in records),
        "content_hashes": arrays.blobs(record.content_hash for record in records),
        "expires_at": arrays.timestamps(record.expires_at for record in records),
        "created_at": arrays.timestamps(record.created_at for record in records),
        "updated_at": arrays.timestamps(record.updated_at for record in records),
        "average_length": average_length,
        "slot": slot,
    }
    metering = meter.params(latency_ms=latency_ms, requests=requests)
    steps = [
        Statement(_SQL["upsert_vectors"], metering | place.params | batch),
        dequeue_embedded(place, ids, slot),
        remove_stale(place, ids, slot),
    ]
    has_words = average_length is not None and any(record.terms is not None for record in records)
    if average_length is not None and has_words:
        steps += add(
            place, records, collection, average_length=average_length, slot=slot, sparsevec_oid=types.sparsevec
        )
    lengths_at = len(steps) - 1
    brings_texts = any(record.raw_values is None and record.embedding is None for record in records)
    if brings_texts:
        steps += queue_pending(place, ids, slot)
    ticket = meter.ticket
    if ticket is not None and is_only and not brings_texts:
        steps.insert(lengths_at + 1, end_ticket(meter.env, ticket))
        ticket.ends_with_event = True
    if ticket is not None and ticket.is_near_limit:
        *results, _ = await database.transact_bulk(place.account_no, *steps, check_stored_limit())
    else:
        results = await database.transact_bulk(place.account_no, *steps)
    [(found, written)] = results[0]
    pending = results[-1] if brings_texts else []
    if not found:
        raise unknown_collection()
    return StoredBatch(
        written=written,
        pending_ids=frozenset(row[0] for row in pending),
        lengths=lengths_of(results[lengths_at]) if has_words else None,
    )


async def fetch(
    database: Database, place: Place, ids: Sequence[str], *, meter: Meter | None, latency_ms: float
) -> list[StoredVector]:
    """The vectors of those ids, in the order asked; unknown and expired ones are left out.

    Without a meter the caller records it, once he knows that he can answer it.
    """
    steps = [Statement(_SQL["fetch_vectors"], place.params | {"ids": arrays.texts(ids)})]
    if meter is not None:
        steps.append(meter.event(Work(requests=1), latency_ms=latency_ms))
    rows, *_ = await database.transact(place.account_no, *steps)
    found = {row[0]: StoredVector(*row) for row in rows}
    return [found[vector_id] for vector_id in ids if vector_id in found]


async def delete_by_ids(
    database: Database, place: Place, ids: Sequence[str], *, meter: Meter, latency_ms: float
) -> int:
    """Deletes the vectors of those ids and answers how many there were."""
    column, slot = arrays.texts(ids), random_slot()
    [(count,)], *_ = await database.transact(
        place.account_no,
        Statement(_SQL["delete_vectors_by_ids"], place.params | {"ids": column, "slot": slot}),
        dequeue_embedded(place, column, slot),
        remove_stale(place, column, slot),
        meter.event(Work(requests=1), latency_ms=latency_ms),
    )
    return int(count)
