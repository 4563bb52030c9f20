"""Accounts."""

from __future__ import annotations

from shared.db.connection import Database, Statement, UniqueConflict
from shared.db.sql_files import statements
from shared.errors import Conflict
from shared.ids import new_id

_SQL = statements("accounts")


def email_key(email: str) -> str:
    """The form of an address in which two are the same: without outer spaces, case folded."""
    return email.strip().casefold()


async def create_account(database: Database, *, email: str, password_hash: str, plan: str = "free") -> int:
    """Makes a confirmed account, as the owner, and answers its number. Raises Conflict on a known e-mail."""
    params = {
        "account_id": new_id("acc"),
        "plan": plan,
        "password_hash": password_hash,
        "email_key": email_key(email),
        "email": email.strip(),
    }
    try:
        [(account_no,)] = await database.execute(Statement(_SQL["create_account"], params))
    except UniqueConflict:
        raise Conflict("There is an account of that e-mail address already.") from None
    return int(account_no)
