"""Every minute: remove rows that nothing may see any more, and keep the usage partitions ahead of time."""

from __future__ import annotations

from shared.purge import purge
from shared.web.context import database
from shared.web.job import job_handler


async def run() -> int:
    """Answers how many rows were removed."""
    return await purge(database())


handler = job_handler("purge", run)
