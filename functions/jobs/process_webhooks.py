"""Every minute: handle Stripe's events that were left, and every ten minutes fetch those that never arrived."""

from __future__ import annotations

from shared.billing.client import stripe_account
from shared.billing.faults import StripeFault
from shared.billing.inbox import handle_ready, read_missed, report_waiting
from shared.config import settings
from shared.deadline import Deadline
from shared.log import event
from shared.web.context import database
from shared.web.job import job_handler

# A run ends before the next one begins.
RUN_S = 50.0


async def run() -> int:
    """Answers how many events were handled; without a key of Stripe none is, and what waits is logged."""
    config = settings()
    if not config.stripe_api_key:
        await report_waiting(database())
        return 0
    deadline = Deadline(RUN_S)
    async with stripe_account(api_key=config.stripe_api_key, api_base=config.stripe_api_base) as stripe:
        try:
            await read_missed(database(), stripe)
        except StripeFault as fault:
            # What has arrived is handled all the same; the list is read again in ten minutes, from where it was.
            event("stripe_events_unread", status=fault.status, code=fault.code)
        ended = await handle_ready(database(), stripe, deadline)
    await report_waiting(database())
    return ended


handler = job_handler("process_webhooks", run)
