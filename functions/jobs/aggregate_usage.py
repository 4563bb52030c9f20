"""Every minute: roll usage up by hour and day, count what is stored, tell of quotas that are nearly used up."""

from __future__ import annotations

from shared.usage_rollups import aggregate_usage
from shared.web.context import database
from shared.web.job import job_handler


async def run() -> int:
    """Answers how many events were rolled up."""
    return await aggregate_usage(database())


handler = job_handler("aggregate_usage", run)
