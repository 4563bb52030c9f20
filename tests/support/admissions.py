"""Admission without a service around it: a caller with a key, straight to the database as the functions have it."""

from __future__ import annotations

from dataclasses import dataclass

from shared import keys
from shared.admission import Admission, admit, end_ticket
from shared.credentials import Credential
from shared.db.connection import Database
from shared.limits import Ask
from shared.usage import Meter, Work


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever has the key."""

    database: Database
    key: str

    async def ask(self, ask: Ask, *, takes: bool = True) -> Admission:
        """Admits, or does not: `grant` tells."""
        return await admit(self.database, Credential(key_hash=keys.key_hash(self.key)), ask, takes=takes)

    async def record(self, admission: Admission, work: Work) -> None:
        """The request's only and last event: it ends the ticket."""
        who = admission.principal
        meter = Meter(who.account_no, who.env, who.plan, "POST /test", who.key_no, ticket=admission.grant.ticket)
        await self.database.transact(who.account_no, meter.event(work, latency_ms=1.0))

    async def end(self, admission: Admission) -> None:
        """Ends the ticket of a request that failed."""
        if admission.grant.ticket is not None:
            who = admission.principal
            await self.database.transact(who.account_no, end_ticket(who.env, admission.grant.ticket))


def set_plan(**columns: object) -> str:
    """The words of SET that give a plan other limits; values are the test's own."""
    return ", ".join(f"{name} = {value}" for name, value in columns.items())
