"""Embeddings for a caller who keeps the vectors elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.db.connection import Database
from shared.deadline import Deadline
from shared.embedders.endpoint import Kind
from shared.embedding import Embedder
from shared.limits import MARKS, MAX_TOKENS
from shared.usage import Meter, Work
from shared.vector_values import values_of_row

BATCH = 64
# Of queries, so many tokens at once: half of what an embedder lets wait of them (EMBEDDER_QUERY_QUEUE_TOKENS, which is
# 16,384 unless set). It takes no request of more, and those of others shall get in as well.
QUERY_TOKENS = 8_192


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
    batches = list(_batches(texts, kind))
    # What one call has embedded would stay in the embedder's cache though a later one fails: paid by nobody, and free
    # from then on.
    scope = embedder.cache_scope(meter.account_no, meter.env) if len(batches) == 1 else None
    embeddings: list[list[float]] = []
    truncated: set[int] = set()
    new = tokens = 0
    for batch in batches:
        start = len(embeddings)
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


def _batches(texts: Sequence[str], kind: Kind) -> Iterator[Sequence[str]]:
    """The texts in their order, as many in a batch as may go to an embedder at once."""
    most = QUERY_TOKENS if kind == "query" else BATCH * MAX_TOKENS
    start = tokens = 0
    for place, text in enumerate(texts):
        # No less than the embedder reckons, which counts a token for three characters before it knows better.
        own = min(MAX_TOKENS, len(text) + MARKS)
        if place > start and (place - start == BATCH or tokens + own > most):
            yield texts[start:place]
            start, tokens = place, 0
        tokens += own
    yield texts[start:]
