"""Every minute: bring facets, words and weights of collections up to their settings."""

from __future__ import annotations

from shared.maintenance import maintain
from shared.web.context import database
from shared.web.job import job_handler


async def run() -> int:
    """Answers how many tasks came to their end."""
    return await maintain(database())


handler = job_handler("maintain", run)
