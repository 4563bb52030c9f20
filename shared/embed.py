"""Embeddings for a caller who keeps the vectors elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.db.connection import Database
from shared.embedding import Deadline, Embedder, Kind
from shared.usage import Meter, Work
from shared.vector_values import values_of_row

BATCH = 64


@dataclass(frozen=True, slots=True)
class Embedded:
    """Embeddings in the order of their texts, tokens in all, and the indexes of texts that were cut short."""

    embeddings: list[list[float]]
    tokens: int
    truncated: frozenset[int]


async def embed_texts(
    database: Database, embedder: Embedder, texts: Sequence[str], kind: Kind, *, meter: Meter, budget_s: float
) -> Embedded:
    """Embeds all texts within the budget; metered when all are done. Raises Unavailable, and then nothing is billed."""
    deadline = Deadline(budget_s)
    embeddings: list[list[float]] = []
    truncated: set[int] = set()
    tokens = 0
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        found = await embedder.embed(kind, batch, budget_s=max(deadline.remaining_s, 0.001), dtype="float32")
        embeddings += [values_of_row(row) for row in found.rows]
        truncated |= {start + index for index in found.truncated}
        tokens += sum(found.tokens)
    work = Work(requests=1, embeddings=len(texts), tokens=tokens)
    latency_ms = 1000 * (budget_s - deadline.remaining_s)
    await database.transact(meter.account_no, meter.event(work, latency_ms=latency_ms))
    return Embedded(embeddings, tokens, frozenset(truncated))
