"""Has a mail sent: a row that a service writes in the transaction of its cause."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.db.connection import Statement
from shared.db.sql_files import statements
from shared.email.kinds import FAREWELL, KINDS
from shared.email.rendering import Value, params_of

_SQL = statements("emails")


def queue(
    kind: str, account_no: int, user_no: int | None, params: Mapping[str, Value], to_email: str | None = None
) -> Statement:
    """The statement that queues a mail to a user of the account; `user_no` None is its owner.

    `params` are what the templates of the kind name, no more and no less. It goes to `to_email`, or to the user's
    address as it is when the mail is sent. Raises ValueError on a kind or a parameter that is none.
    """
    if kind not in KINDS or kind == FAREWELL:
        raise ValueError(f"{kind} is not a kind of mail that is queued")
    if params.keys() != params_of(kind):
        raise ValueError(f"a mail of kind {kind} takes {sorted(params_of(kind))}, not {sorted(params)}")
    if KINDS[kind].names_address and to_email is None:
        raise ValueError(f"a mail of kind {kind} needs an address")
    values = {
        "account_no": account_no,
        "user_no": user_no,
        "kind": kind,
        "to_email": to_email,
        "params": msgspec.json.encode(params).decode(),
    }
    return Statement(_SQL["queue_email_to_owner" if user_no is None else "queue_email"], values)
