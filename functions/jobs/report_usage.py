"""Every five minutes: report what was used to Stripe's meters."""

from __future__ import annotations

from shared.billing.client import stripe_account
from shared.billing.meter_reports import IN_FLIGHT, report_open, report_usage
from shared.config import settings
from shared.web.context import database
from shared.web.job import job_handler


async def run() -> int:
    """Answers how many reports arrived; without a key of Stripe none does, and what is open is logged."""
    config = settings()
    if not config.stripe_api_key:
        await report_open(database())
        return 0
    account = stripe_account(api_key=config.stripe_api_key, api_base=config.stripe_api_base, connections=IN_FLIGHT)
    async with account as stripe:
        return await report_usage(database(), stripe)


handler = job_handler("report_usage", run)
