"""Enters events that nobody delivered, after the service was down for longer than Stripe tries."""

from __future__ import annotations

from datetime import datetime, timedelta

from infra.stripe.failure import SetupFailure
from shared.billing.client import Stripe
from shared.billing.inbox import KEPT, enter_missed
from shared.clock import now
from shared.db.connection import Database

# What the inbox has forgotten would be handled again, and mailed again.
OLDEST = KEPT - timedelta(hours=1)


async def replay(account: Stripe, owner_url: str, since: datetime) -> int:
    """Enters what Stripe lists since then and the inbox lacks; answers how many events. The job handles them.

    Raises SetupFailure for a time that is too long ago, and StripeFault.
    """
    if since < now() - OLDEST:
        raise SetupFailure("Stripe lists 30 days, and so does the inbox: choose a later time.")
    database = Database(owner_url)
    try:
        return await enter_missed(database, account, since)
    finally:
        await database.close()
