"""Every minute: embed the texts that upserts left waiting."""

from __future__ import annotations

from shared.embedding import embedder
from shared.pending import embed_pending
from shared.web.context import database
from shared.web.job import job_handler


async def run() -> int:
    """Answers how many texts were embedded."""
    return await embed_pending(database(), embedder())


handler = job_handler("embed_pending", run)
