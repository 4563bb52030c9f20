"""Embeddings for a caller who keeps the vectors elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.db.connection import Database
from shared.deadline import Deadline
from shared.embedders.endpoint import Kind
from shared.embedding import Embedder
from shared.usage import Meter, Work
from shared.vector_values import values_of_row

BATCH = 64


@dataclass(frozen=True, slots=True)
class Embedded:
    """Embeddings in the order of their texts, and the indexes of texts that were cut short.

    `new` texts were embedded now, with `tokens` in all; the others the embedder had already.
    """

    embeddings: list[list[float]]
    new: int
    tokens: int
    truncated: frozenset[int]


async def embed_texts(
    database: Database, embedder: Embedder, texts: Sequence[str], kind: Kind, *, meter: Meter, budget_s: float
) -> Embedded:
    """Embeds all texts within the budget; metered when all are done. Raises Unavailable, and then nothing is billed."""
    deadline = Deadline(budget_s)
    scope = embedder.cache_scope(meter.account_no, meter.env)
    embeddings: list[list[float]] = []
    truncated: set[int] = set()
    new = tokens = 0
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        found = await embedder.embed(kind, batch, budget_s=deadline.remaining_s, dtype="float32", scope=scope)
        embeddings += [values_of_row(row) for row in found.rows]
        truncated |= {start + index for index in found.truncated}
        if not found.cached:
            new += len(batch)
            tokens += sum(found.tokens)
    work = Work(requests=1, embeddings=new, tokens=tokens)
    latency_ms = 1000 * (budget_s - deadline.remaining_s)
    await database.transact(meter.account_no, meter.event(work, latency_ms=latency_ms))
    return Embedded(embeddings, new, tokens, frozenset(truncated))
