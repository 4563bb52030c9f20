"""The second half of a write: the texts of stored records are embedded as far as the time goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.db.connection import Database
from shared.deadline import Deadline
from shared.embedding import Embedder
from shared.pending import PendingText, embed_and_store, release
from shared.places import Place
from shared.records import Prepared
from shared.usage import Meter


@dataclass(frozen=True, slots=True)
class Embedded:
    """What became of texts, in records: `pending` wait still; `failed` of those wait for nothing, being given up."""

    pending: int = 0
    failed: int = 0
    truncated: int = 0
    embeddings: int = 0
    tokens: int = 0

    def __add__(self, other: Embedded) -> Embedded:
        return Embedded(
            self.pending + other.pending,
            self.failed + other.failed,
            self.truncated + other.truncated,
            self.embeddings + other.embeddings,
            self.tokens + other.tokens,
        )


NOTHING_EMBEDDED = Embedded()


async def embed_records(
    database: Database,
    embedder: Embedder,
    place: Place,
    records: Sequence[Prepared],
    pending_ids: Collection[str],
    *,
    meter: Meter,
    deadline: Deadline,
) -> Embedded:
    """Embeds those of the stored records that are queued, until the deadline; the job takes what is left.

    Nothing that befalls the embedder is an error here: the records are stored.
    """
    texts = [
        PendingText(record.id, record.text, record.content_hash)
        for record in records
        if record.id in pending_ids and record.text is not None
    ]
    progress = await embed_and_store(database, embedder, place, texts, meter=meter, deadline=deadline)
    left = [pending.id for pending in texts if pending.id not in progress.done | progress.failed]
    if left:
        await release(database, place, left)
    return Embedded(
        pending=len(left) + len(progress.failed),
        failed=len(progress.failed),
        truncated=progress.truncated,
        embeddings=len(progress.done),
        tokens=progress.tokens,
    )
