"""Accounts: what their owner sees and changes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared import clock
from shared.activity import noted
from shared.admission import Principal
from shared.attempts import Buckets, given_back, take
from shared.config import Settings
from shared.db.connection import Database, Statement, UniqueConflict
from shared.db.sql_files import statements
from shared.email.addresses import Address, checked_address
from shared.email.outbox import queue
from shared.errors import Conflict, NotFound, PasswordRequired
from shared.ids import new_id
from shared.passwords import PasswordHash, hasher
from shared.sessions import FRESH, SessionTokens, opening
from shared.sign_in import buckets_of
from shared.sign_up import require_good_password

_SQL = statements("accounts")


@dataclass(frozen=True, slots=True)
class Account:
    """An account and its owner; `pending_email` waits to be confirmed."""

    account_id: str
    plan: str
    status: str
    created_at: datetime
    user_id: str
    email: str
    confirmed_at: datetime | None
    password_changed_at: datetime
    accepted_policy: str | None
    accepted_at: datetime | None
    pending_email: str | None


@dataclass(frozen=True, slots=True)
class Checked:
    """A password that was found right: its hash, and the address of its owner."""

    stored: PasswordHash
    email: str


async def create_account(database: Database, *, email: str, password: PasswordHash, plan: str = "free") -> int:
    """Makes a confirmed account, as the owner of the tables, and answers its number.

    Raises Conflict on a known e-mail.
    """
    address = checked_address(email)
    params = {
        "account_id": new_id("acc"),
        "user_id": new_id("usr"),
        "plan": plan,
        "password_hash": password.text,
        "pepper_id": password.pepper_id,
        "email_key": address.key,
        "email": address.email,
    }
    try:
        [(account_no,)] = await database.execute(Statement(_SQL["create_account"], params))
    except UniqueConflict:
        raise Conflict("There is an account of that e-mail address already.") from None
    return int(account_no)


async def get_account(database: Database, principal: Principal) -> Account:
    """The account of a session. Raises NotFound where it was erased a moment ago."""
    params = {"account_no": principal.account_no, "user_no": principal.user}
    [rows] = await database.transact(principal.account_no, Statement(_SQL["get_account"], params))
    if not rows:
        raise NotFound("The account is gone.")
    return Account(*rows[0])


async def check_password(
    database: Database, settings: Settings, principal: Principal, password: str | None, *, ip_address: str | None
) -> Checked:
    """The password of whoever signed in, given again. Raises PasswordRequired, RateLimited after too many failures."""
    if password is None:
        raise PasswordRequired("Send the account's password in `current_password`.")
    params = {"user_no": principal.user}
    [rows] = await database.transact(principal.account_no, Statement(_SQL["password_of"], params))
    if not rows:
        raise NotFound("The account is gone.")
    text, pepper_id, email = rows[0]
    stored = PasswordHash(text, pepper_id)
    taken = buckets_of(settings, ip_address).sign_in(checked_address(email).key, knows_address=True)
    await take(database, taken)
    if not await hasher().verify(password, stored):
        raise PasswordRequired("The password is wrong.")
    await database.execute(given_back(taken))
    return Checked(stored, email)


async def change_password(
    database: Database,
    settings: Settings,
    principal: Principal,
    *,
    checked: Checked,
    password: str,
    ip_address: str | None,
) -> SessionTokens:
    """Changes the password. Every session ends, and a new one is opened for whoever changed it.

    Raises ValidationFailed, or PasswordRequired where another call changed it first.
    """
    require_good_password(password, email=checked.email)
    new = await hasher().hash(password)
    params = {
        "user_no": principal.user,
        "checked_hash": checked.stored.text,
        "password_hash": new.text,
        "pepper_id": new.pepper_id,
        "ip_address": ip_address,
    }
    user_id = (await get_account(database, principal)).user_id
    opened = opening(settings, user_no=principal.user, user_id=user_id, checked=new, ip_address=ip_address)
    [[(is_changed,)], [(is_open,)]] = await database.transact(
        principal.account_no, Statement(_SQL["change_password"], params), opened.statement
    )
    if not (is_changed and is_open):
        raise PasswordRequired("The password was changed a moment ago.")
    return opened.tokens


async def request_email_change(
    database: Database,
    settings: Settings,
    principal: Principal,
    *,
    checked: Checked,
    address: Address,
    ip_address: str | None,
) -> None:
    """Has both addresses told; the new one becomes the account's once its link is used.

    Raises RateLimited, or PasswordRequired where the password that was checked is another one by now.
    """
    await take(database, buckets_of(settings, ip_address).mail("change", address.key))
    account_no, user_no = principal.account_no, principal.user
    await database.transact(
        account_no,
        unchanged(principal, checked),
        queue("change_email", account_no, user_no, {}, to_email=address.email),
        queue("change_email_requested", account_no, user_no, {"new_email": address.email}),
        noted(account_no, "email_change_requested", user_no=user_no, ip_address=ip_address),
    )


def unchanged(principal: Principal, checked: Checked | None) -> Statement:
    """The first statement of what a password or a fresh session allows: it fails where that is gone by now."""
    params = {
        "user_no": principal.user,
        "session_no": principal.session_no,
        "checked_hash": checked.stored.text if checked else None,
    }
    return Statement(_SQL["require_unchanged"], params)


def is_fresh(principal: Principal) -> bool:
    """Whether the session's password was given a moment ago."""
    return principal.authenticated_at is not None and clock.now() - principal.authenticated_at < FRESH


def buckets_to_erase(buckets: Buckets, email: str) -> list[bytes]:
    """What is kept of attempts on an account of this address."""
    return buckets.of_account(checked_address(email).key)
