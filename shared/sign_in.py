"""Signing in by e-mail and password.

An address that is nobody's is answered as a wrong password is, after as long a time and within the same limits.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.activity import noted
from shared.attempts import Buckets, given_back, take
from shared.config import Settings
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.email.addresses import Address
from shared.errors import Unauthenticated, Unavailable
from shared.passwords import PasswordHash, hasher
from shared.sessions import SessionTokens, opening

_SQL = statements("sign_in")
_ACCOUNTS = statements("accounts")


@dataclass(frozen=True, slots=True)
class _User:
    """Whom an address belongs to; `knows_address` is about where the request came from."""

    account_no: int
    user_no: int
    user_id: str
    stored: PasswordHash
    knows_address: bool
    signed_in_before: bool


async def sign_in(
    database: Database, settings: Settings, *, address: Address, password: str, ip_address: str | None
) -> SessionTokens:
    """Opens a session. Raises Unauthenticated, RateLimited after too many failures, or Unavailable."""
    user = await _find(database, address, ip_address)
    buckets = buckets_of(settings, ip_address).sign_in(
        address.key, knows_address=user is not None and user.knows_address
    )
    await take(database, buckets)
    try:
        is_right = await hasher().verify(password, user.stored if user else None)
    except Unavailable:
        await database.execute(given_back(buckets))
        raise
    if user is None:
        raise _refused()
    if not is_right:
        failed = noted(user.account_no, "sign_in_failed", user_no=user.user_no, ip_address=ip_address)
        await database.transact(user.account_no, failed)
        raise _refused()
    opened = opening(
        settings,
        user_no=user.user_no,
        user_id=user.user_id,
        checked=user.stored,
        ip_address=ip_address,
        is_told=user.signed_in_before and not user.knows_address,
    )
    steps = [opened.statement, given_back(buckets)]
    if hasher().is_outdated(user.stored):
        steps.append(await _rehashed(user, password))
    [[(is_open,)], *_] = await database.transact(user.account_no, *steps)
    if not is_open:  # another password was chosen while this one was being checked
        raise _refused()
    return opened.tokens


def buckets_of(settings: Settings, ip_address: str | None) -> Buckets:
    """The limits that a request from this address meets."""
    return Buckets(settings.password_peppers[0], ip_address, factor=settings.attempts_factor)


async def _find(database: Database, address: Address, ip_address: str | None) -> _User | None:
    params = {"email_key": address.key, "ip_address": ip_address}
    rows = await database.execute(Statement(_SQL["find_sign_in"], params))
    if not rows:
        return None
    account_no, user_no, user_id, text, pepper_id, knows_address, signed_in_before = rows[0]
    return _User(account_no, user_no, user_id, PasswordHash(text, pepper_id), knows_address, signed_in_before)


async def _rehashed(user: _User, password: str) -> Statement:
    anew = await hasher().hash(password)
    params = {
        "user_no": user.user_no,
        "checked_hash": user.stored.text,
        "password_hash": anew.text,
        "pepper_id": anew.pepper_id,
    }
    return Statement(_ACCOUNTS["rehash_password"], params)


def _refused() -> Unauthenticated:
    return Unauthenticated("The e-mail address or the password is wrong.")
