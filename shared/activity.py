"""What happened to an account: sign-ins, and events of its keys, its password and its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.admission import Principal
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import ValidationFailed
from shared.pages import Page

Kind = Literal[
    "signed_up",
    "email_confirmed",
    "signed_in",
    "sign_in_failed",
    "signed_out",
    "session_ended",
    "sessions_ended",
    "refresh_token_reused",
    "password_changed",
    "password_reset_requested",
    "password_reset",
    "email_change_requested",
    "email_changed",
    "key_created",
    "key_rotated",
    "key_revoked",
]

_SQL = statements("activity")
_END = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Activity:
    """One event; `session_id` and `key_id` name what it is about."""

    activity_no: int
    occurred_at: datetime
    kind: Kind
    session_id: str | None
    key_id: str | None
    ip_address: str | None


def noted(
    account_no: int,
    kind: Kind,
    *,
    user_no: int | None = None,
    session_id: str | None = None,
    key_id: str | None = None,
    ip_address: str | None = None,
) -> Statement:
    """The statement that notes an event; run it in the transaction of what happened."""
    params = {
        "account_no": account_no,
        "kind": kind,
        "user_no": user_no,
        "session_id": session_id,
        "key_id": key_id,
        "ip_address": ip_address,
    }
    return Statement(_SQL["note_activity"], params)


async def list_activity(database: Database, principal: Principal, *, before: str, limit: int) -> Page[Activity]:
    """A page of the account's events, the latest first, those before the position of a cursor ("" is the start).

    Raises ValidationFailed for a cursor of something else.
    """
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        raise ValidationFailed.of("cursor", "is not a cursor of this listing")
    params = {"account_no": principal.account_no, "before": int(before or _END), "limit": limit + 1}
    [rows] = await database.transact(principal.account_no, Statement(_SQL["list_activity"], params))
    return Page.cut([Activity(*row) for row in rows], limit, position=lambda event: str(event.activity_no))
