"""What a restored database takes for unreported usage may have been reported after its backup was made."""

from __future__ import annotations

from shared.billing.meter_reports import OLDEST
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements

BATCH = 10_000

# Hours that are not over belong to it as well: the service went on with them.
_QUEUE = b"SELECT queue_meter_reports(%(limit)s, interval '-1 hour', %(oldest)s::interval)"

# As if each had been sent long ago: Stripe's own count of the hour is asked before anything is sent.
_DOUBT = b"""
UPDATE meter_reports SET state = 'sent', first_sent_at = 'epoch' WHERE state IN ('waiting', 'refused')
"""

_ROLL_UPS = statements("usage_rollups")


async def doubt_reports(database: Database) -> None:
    """Has the job that reports usage ask Stripe about all that is not known to have arrived, as the tables' owner.

    Run it after a restore, before anybody else uses the database. What Stripe has of an hour is not sent again; what it
    lacks is.
    """
    await _until_less(database, Statement(_ROLL_UPS["roll_up"], {"limit": BATCH}))
    await _until_less(database, Statement(_QUEUE, {"limit": BATCH, "oldest": OLDEST}))
    await database.execute(Statement(_DOUBT))


async def _until_less(database: Database, batch: Statement) -> None:
    while True:
        [(done,)] = await database.execute(batch)
        if done < BATCH:
            return
