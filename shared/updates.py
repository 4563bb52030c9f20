"""Updates of stored vectors: by id, or the metadata of all that a filter matches.

A row is read, merged and written back where it is still as it was read; where somebody changed it meanwhile, it is read
again. So two updates at once lose nothing of each other, and no lock is held between two round trips.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared.admission import CollectionRef, unknown_collection
from shared.conditions import Condition
from shared.config import TEXT_DIMENSION
from shared.db import arrays
from shared.db.connection import Database, Row, Statement
from shared.db.sql_files import statements
from shared.deadline import Deadline
from shared.embed_records import NOTHING_EMBEDDED, Embedded, embed_records
from shared.embedding import Embedder
from shared.errors import PaymentRequired, Unavailable, ValidationFailed
from shared.keyword_index import add, keep_up, lengths_of, mean_length, remove_stale
from shared.metadata_updates import check_set_metadata, merged
from shared.pending import release
from shared.places import Place, random_slot
from shared.quota import reserved
from shared.records import (
    MAX_METADATA_BYTES,
    Prepared,
    check_text,
    content_hash,
    facets_binary,
    id_fault,
    words_of_text,
)
from shared.usage import Meter, Work
from shared.vector_values import fault_of, vector_binary
from shared.vectors import dequeue_embedded, queue_pending, require_model

BATCH = 500
# How long a request updates before it asks to be sent again; below the published client's 30 s and a Lambda's 29 s.
BUDGET_S = 22.0
# Every time a row is read again, somebody else has succeeded in changing it.
ATTEMPTS = 30

_SQL = statements("updates")


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be different: None is left as it is."""

    set_metadata: dict[str, Any] | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    values: list[float] | None = field(default=None, repr=False)

    def check(self, collection: CollectionRef) -> None:
        """Raises ValidationFailed for what no vector of the collection could have."""
        if self.set_metadata is not None:
            check_set_metadata(self.set_metadata)
        if self.text is not None:
            check_text(self.text)
            if self.values is None and collection.dimension != TEXT_DIMENSION:
                raise ValidationFailed.of(
                    "text",
                    f"needs values too: embeddings have {TEXT_DIMENSION}, the collection {collection.dimension}",
                )
        if self.values is not None:
            nonzero = collection.metric == "cosine"
            if fault := fault_of(self.values, dimension=collection.dimension, nonzero=nonzero):
                raise ValidationFailed.of(f"values{fault[0]}", fault[1])


@dataclass(frozen=True, slots=True)
class Updated:
    """What became of vectors: `updated` are as they were asked to be, `unchanged` of them were so already."""

    updated: int = 0
    unchanged: int = 0
    embedded: Embedded = NOTHING_EMBEDDED


async def update_by_id(
    database: Database,
    embedder: Embedder,
    collection: CollectionRef,
    place: Place,
    change: Change,
    *,
    vector_id: str,
    meter: Meter,
    latency_ms: float,
    budget_s: float,
) -> Updated:
    """Changes one vector, then embeds its text if that is new; none is changed where there is none of that id.

    A text without values takes the place of values that were sent, and is embedded. Values without a text leave the
    text. Raises ValidationFailed or ModelMismatch before anything is stored.
    """
    deadline = Deadline(budget_s)
    if fault := id_fault(vector_id):
        raise ValidationFailed.of("id", fault)
    change.check(collection)
    if change.text is not None and change.values is None:
        require_model(collection, embedder.model)
    for attempt in range(ATTEMPTS):
        read = Statement(_SQL["read_vector"], place.params | {"id": vector_id})
        [rows] = await database.transact(place.account_no, read)
        if not rows:
            await database.transact(place.account_no, meter.event(Work(requests=1), latency_ms=latency_ms))
            return Updated()
        wanted = _wanted(vector_id, rows[0], change, collection)
        stored = await _store(database, collection, place, wanted, rows[0], meter=meter, latency_ms=latency_ms)
        if stored is not None:
            is_written, pending_ids = stored
            if change.text is None and pending_ids:
                # An old text that waits still: this request did not ask for its units, the job does.
                await release(database, place, list(pending_ids))
                return Updated(1, int(not is_written), Embedded(pending=len(pending_ids)))
            embedded = await embed_records(
                database, embedder, place, [wanted], pending_ids, meter=meter, deadline=deadline
            )
            return Updated(1, int(not is_written), embedded)
        await _pause(attempt)
    raise _too_busy()


async def update_matching(
    database: Database,
    collection: CollectionRef,
    place: Place,
    condition: Condition,
    set_metadata: dict[str, Any],
    *,
    meter: Meter,
    latency_ms: float,
) -> Updated:
    """Sets metadata of the vectors of a namespace that match, in short transactions along their ids.

    What is too large for one of them is refused, with ValidationFailed, before anything is stored. Raises Unavailable
    when the time is up, QuotaExceeded or SpendingCapReached when the units are, and these tell how many are updated:
    called again, it finds unchanged what it has done.
    """
    check_set_metadata(set_metadata)
    run = _Run(database, collection, place, condition, set_metadata, meter, Deadline(BUDGET_S))
    await run.check_sizes()
    try:
        await run.update()
    except PaymentRequired as error:
        if run.updated:
            error.message += f" {run.updated} vectors are updated; the same request, sent again, goes on."
        raise
    await database.transact(place.account_no, meter.event(Work(requests=1), latency_ms=latency_ms))
    return Updated(run.updated, run.updated - run.written)


def _wanted(vector_id: str, row: Row, change: Change, collection: CollectionRef) -> Prepared:
    """The row as it shall be."""
    document, text, raw_values, seen_hash, _, expires_at = row
    metadata, encoded = merged(vector_id, document, change.set_metadata or {})
    if change.text is not None:
        text = change.text
    if change.values is not None:
        raw_values = vector_binary(change.values)
    elif change.text is not None:
        raw_values = None
    wanted_hash = content_hash(text, raw_values)
    # Of the same content the same words are stored: they are not looked for again.
    has_new_words = text is not None and wanted_hash != seen_hash
    return Prepared(
        id=vector_id,
        text=text,
        raw_values=raw_values,
        metadata=document.encode() if encoded is None else encoded,
        facets=facets_binary(metadata, collection.collection_no),
        terms=words_of_text(text, collection) if has_new_words else None,
        content_hash=wanted_hash,
        expires_at=expires_at,
    )


async def _store(
    database: Database,
    collection: CollectionRef,
    place: Place,
    wanted: Prepared,
    seen: Row,
    *,
    meter: Meter,
    latency_ms: float,
) -> tuple[bool, frozenset[str]] | None:
    """Whether the row had to be written, and its id if its text waits; None where it is no longer as it was seen."""
    types = await database.vector_types()
    ids, slot = arrays.texts([wanted.id]), random_slot()
    params = {
        "id": wanted.id,
        "seen": seen[0],
        "seen_hash": seen[3],
        "text": wanted.text,
        "raw_values": None if wanted.raw_values is None else arrays.Binary(wanted.raw_values),
        "content_hash": wanted.content_hash,
        "metadata": arrays.jsonb(wanted.metadata),
        "facets": arrays.Binary(wanted.facets),
        "slot": slot,
    }
    metering = meter.params(latency_ms=latency_ms, requests=1)
    steps = [Statement(_SQL["update_vector"], metering | place.params | params)]
    average_length = mean_length([wanted], collection)
    is_new = wanted.content_hash != seen[3]
    has_words = is_new and wanted.terms is not None and average_length is not None
    if is_new:
        steps += [dequeue_embedded(place, ids, slot), remove_stale(place, ids, slot)]
    if has_words and average_length is not None:
        steps += add(
            place, [wanted], collection, average_length=average_length, slot=slot, sparsevec_oid=types.sparsevec
        )
    lengths_at = len(steps) - 1
    waits = wanted.raw_values is None and (is_new or seen[4])
    if waits:
        steps += queue_pending(place, ids, slot)
    results = await database.transact(place.account_no, *steps)
    [(found, as_seen, written)] = results[0]
    if not found:
        raise unknown_collection()
    if not as_seen:
        return None
    if has_words:
        await keep_up(database, place, lengths_of(results[lengths_at]))
    return bool(written), frozenset(row[0] for row in results[-1]) if waits else frozenset()


@dataclass(slots=True)
class _Run:
    """One update of all that matches."""

    database: Database
    collection: CollectionRef
    place: Place
    condition: Condition
    set_metadata: dict[str, Any]
    meter: Meter
    deadline: Deadline
    updated: int = 0
    written: int = 0

    async def check_sizes(self) -> None:
        """Merges whatever could become too large. Raises ValidationFailed."""
        sizes = {"set_metadata": arrays.jsonb(msgspec.json.encode(self.set_metadata)), "max_bytes": MAX_METADATA_BYTES}
        async for rows in self._pages("list_large_matching", sizes, BATCH):
            for vector_id, metadata in rows:
                merged(vector_id, metadata, self.set_metadata)

    async def update(self) -> None:
        """Writes page by page. Raises Unavailable when the time is up, or where others change a row all the time."""
        async for rows in self._pages("list_matching_metadata", {}, BATCH):
            left = rows
            for attempt in range(ATTEMPTS):
                changed_by_others = await self._write(left)
                if not changed_by_others:
                    break
                await _pause(attempt)
                left = await self._read_again(changed_by_others)
            else:
                raise _too_busy()
            if self.deadline.remaining_s == 0:
                raise Unavailable(
                    f"{self.updated} vectors are updated, and there may be more: send the request again to go on.",
                    retry_after_s=1,
                )

    async def _pages(self, name: str, params: dict[str, object], limit: int) -> AsyncIterator[list[Row]]:
        after = ""
        while True:
            wanted = self.place.params | self.condition.params | params | {"after": after, "limit": limit}
            [rows] = await self.database.transact(self.place.account_no, Statement(_SQL[name], wanted))
            if rows:
                yield rows
                after = rows[-1][0]
            if len(rows) < limit:
                return

    async def _write(self, rows: Sequence[Row]) -> list[str]:
        """Writes what of the rows is to be changed; answers the ids of those that others changed meanwhile."""
        ids: list[str] = []
        seen: list[bytes] = []
        documents: list[bytes] = []
        facets: list[bytes] = []
        for vector_id, before in rows:
            metadata, document = merged(vector_id, before, self.set_metadata)
            if document is not None:
                ids.append(vector_id)
                seen.append(before.encode())
                documents.append(document)
                facets.append(facets_binary(metadata, self.collection.collection_no))
        written: set[str] = set()
        if ids:
            params = {
                "ids": arrays.texts(ids),
                "seen": arrays.jsonbs(seen),
                "metadata": arrays.jsonbs(documents),
                "facets": arrays.tsvectors(facets),
                "slot": random_slot(),
            }
            async with reserved(self.database, self.meter, vectors=len(ids)) as meter:
                metering = meter.params(latency_ms=0, requests=0)
                update = Statement(_SQL["update_metadata"], metering | self.place.params | params)
                [done] = await self.database.transact_bulk(self.place.account_no, update)
            written = {row[0] for row in done}
        changed_by_others = [vector_id for vector_id in ids if vector_id not in written]
        self.updated += len(rows) - len(changed_by_others)
        self.written += len(written)
        return changed_by_others

    async def _read_again(self, ids: Sequence[str]) -> list[Row]:
        again = {"ids": arrays.texts(ids)}
        statement = Statement(_SQL["read_metadata_again"], self.place.params | self.condition.params | again)
        [rows] = await self.database.transact(self.place.account_no, statement)
        return rows


async def _pause(attempt: int) -> None:
    """A moment that is not everyone's, so that those who meet at a row do not meet again."""
    await asyncio.sleep(random.uniform(0, 0.002 * (attempt + 1)))  # noqa: S311  # spreads load, guards nothing


def _too_busy() -> Unavailable:
    return Unavailable("Others change the same vectors all the time. Please try again.", retry_after_s=1)
