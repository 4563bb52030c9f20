"""Every five minutes: end the subscriptions of accounts that are gone."""

from __future__ import annotations

from shared.billing.client import stripe_account
from shared.billing.closures import close_billing, report_waiting
from shared.config import settings
from shared.web.context import database
from shared.web.job import job_handler


async def run() -> int:
    """Answers how many closures came to their end; without a key of Stripe none does, and what waits is logged."""
    config = settings()
    if not config.stripe_api_key:
        await report_waiting(database())
        return 0
    async with stripe_account(api_key=config.stripe_api_key, api_base=config.stripe_api_base) as stripe:
        return await close_billing(database(), stripe)


handler = job_handler("close_billing", run)
