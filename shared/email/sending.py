"""Sends the mail that is due.

At least once: a row goes when its mail has been taken, so a crash in between sends the same Message-ID again. A row is
claimed by lease, and the claim is renewed right before its mail is sent; whoever deleted the row meanwhile, with the
account or because its link is of no use any more, stopped the mail.

Links are made here. Only their hashes are stored; a mail that is tried again carries another one, and all work until
one of them is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from shared import log
from shared.clock import now
from shared.db.connection import Database, Row, Statement
from shared.db.sql_files import statements
from shared.deadline import Deadline
from shared.email.addresses import Sender, checked_address
from shared.email.kinds import FAREWELL, KINDS, Kind
from shared.email.message import Mail, build
from shared.email.rendering import RenderFault, render
from shared.email.transports.transport import DeliveryFault, NotNow, Refused, Transport, Unreachable
from shared.opaque_tokens import NewToken, new_token

# Few enough that a crash holds up few.
BATCH = 10
# Longer than any mail takes; renewed for each.
LEASE = timedelta(minutes=5)
LONGEST_WAIT = timedelta(minutes=60)

_SQL = statements("emails")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all mails of a deployment say: whom they are from, where the service is, whom to ask about one's data."""

    sender: Sender
    public_url: str
    privacy_contact: str


async def send_due(
    database: Database, transport: Transport, letterhead: Letterhead, deadline: Deadline, *, limit: int = BATCH
) -> int:
    """One pass: claims up to `limit` mails of accounts, and as many last ones, that are due; answers how many it sent.

    Where the way out takes none at all, or the deadline comes, the rest is put back untried. Raises Unavailable where
    the database is away; what was claimed is due again after its lease.
    """
    rows = await _claim(database, limit)
    sent = 0
    while rows and deadline.remaining_s > 0:
        outcome = await _send(database, transport, letterhead, rows.pop(0))
        sent += outcome is _Outcome.SENT
        if outcome is _Outcome.NOBODY_THERE:
            break
    for row in rows:
        await row.run(database, "release")
    return sent


def wait_after(attempts: int) -> timedelta:
    """How long a mail waits after so many tries: 1, 2, 4 … 60 minutes."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_WAIT)


class _Outcome(Enum):
    """What became of a mail in this pass."""

    SENT = auto()
    NOT_SENT = auto()
    NOBODY_THERE = auto()


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A row that is ours for the time of a lease; without an account it is the last mail of one that is gone."""

    account_no: int | None
    email_no: int
    kind: str
    to_email: str = field(repr=False)
    params: Mapping[str, object] = field(repr=False)
    created_at: datetime
    attempts: int

    async def run(self, database: Database, name: str, **params: object) -> list[Row]:
        """Runs the statement of that name for this row, and answers its rows."""
        own = {"account_no": self.account_no, "email_no": self.email_no, "attempts": self.attempts}
        if self.account_no is None:
            return await database.execute(Statement(_SQL[f"{name}_farewell"], own | params))
        [rows] = await database.transact(self.account_no, Statement(_SQL[f"{name}_email"], own | params))
        return rows

    async def keep(self, database: Database, kind: Kind, token: NewToken | None) -> bool:
        """Renews the claim, and makes the link that the mail carries. False where it is not to be sent any more."""
        if token is None:
            return bool(await self.run(database, "keep", lease=LEASE))
        link = {
            "token_hash": token.token_hash,
            "purpose": kind.purpose,
            # Whoever reads the mail owns the address that it was sent to, and no other.
            "new_email": self.to_email if kind.names_address else None,
            "valid_for": kind.valid_for,
        }
        return bool(await self.run(database, "keep_linked", lease=LEASE, **link))


async def _claim(database: Database, limit: int) -> list[_Claimed]:
    params = {"limit": limit, "lease": LEASE}
    mails = await database.execute(Statement(_SQL["claim_emails"], params))
    farewells = await database.execute(Statement(_SQL["claim_farewells"], params))
    return [_Claimed(*row) for row in mails] + [
        _Claimed(None, email_no, FAREWELL, to_email, {}, created_at, attempts)
        for email_no, to_email, created_at, attempts in farewells
    ]


async def _send(database: Database, transport: Transport, letterhead: Letterhead, row: _Claimed) -> _Outcome:
    kind = KINDS.get(row.kind, Kind())
    token = None if kind.purpose is None else new_token("fvl")
    try:
        mail = _written(row, kind, token, letterhead)
        if not await row.keep(database, kind, token):
            return _Outcome.NOT_SENT
        await _hand_over(transport, mail)
    except DeliveryFault as fault:
        await _note_failure(database, row, kind, fault)
        return _Outcome.NOBODY_THERE if isinstance(fault, Unreachable) else _Outcome.NOT_SENT
    await row.run(database, "forget")
    log.event("email_sent", kind=row.kind, attempts=row.attempts)
    return _Outcome.SENT


def _written(row: _Claimed, kind: Kind, token: NewToken | None, letterhead: Letterhead) -> Mail:
    try:
        recipient = checked_address(row.to_email)
        built_in: dict[str, object] = {
            "public_url": letterhead.public_url,
            "privacy_contact": letterhead.privacy_contact,
            "email": recipient.email,
        }
        if token is not None:
            built_in |= {
                "token": token.text,
                "valid_for": _hours(kind.valid_for),
            }
        return build(
            render(row.kind, {**row.params, **built_in}),
            email_no=row.email_no,
            kind=row.kind,
            created_at=row.created_at,
            sender=letterhead.sender,
            recipient=recipient,
            now=now(),
        )
    except RenderFault:
        raise NotNow("not_written") from None  # a newer version of the code may know how
    except ValueError:
        raise Refused("bad_address") from None


async def _hand_over(transport: Transport, mail: Mail) -> None:
    try:
        await transport.send(mail)
    except DeliveryFault:
        raise
    except Exception as error:  # a mail that nobody thought of must not hold up the others
        log.event("email_error", kind=mail.kind, type=type(error).__name__, where=log.where(error))
        raise NotNow("unexpected") from None


async def _note_failure(database: Database, row: _Claimed, kind: Kind, fault: DeliveryFault) -> None:
    wait = wait_after(row.attempts)
    is_last = isinstance(fault, Refused) or now() + wait > row.created_at + kind.valid_for
    if is_last:
        await row.run(database, "forget")
    else:
        await row.run(database, "postpone", wait=wait)
    log.event("email_gave_up" if is_last else "email_failed", kind=row.kind, reason=fault.reason, attempts=row.attempts)


def _hours(time: timedelta) -> str:
    hours = round(time.total_seconds() / 3600)
    return "1 hour" if hours == 1 else f"{hours} hours"
