"""Signing up, confirming an address, and choosing another password by mail.

None of it tells whether an address has an account: the answer, its time and its limits are the same, and whoever owns
the address reads the rest in the mail.
"""

from __future__ import annotations

from typing import Literal

from shared.attempts import take
from shared.config import Settings
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.email.addresses import Address, checked_address
from shared.errors import Conflict, LinkNotValid, PasswordRequired, ValidationFailed
from shared.ids import new_id
from shared.opaque_tokens import is_token, token_hash
from shared.password_rules import fault_of_password
from shared.passwords import PasswordHash, hasher
from shared.sign_in import buckets_of

MINIMUM_AGE = 13

_SQL = statements("sign_in")
_ACCOUNTS = statements("accounts")


def address_of(email: str) -> Address:
    """The address of a request. Raises ValidationFailed."""
    try:
        return checked_address(email)
    except ValueError as error:
        raise ValidationFailed.of("email", str(error)) from None


def require_good_password(password: str, *, email: str) -> None:
    """Raises ValidationFailed where the password is not acceptable for this account."""
    if fault := fault_of_password(password, email=email):
        raise ValidationFailed.of("password", fault)


async def sign_up(
    database: Database,
    settings: Settings,
    *,
    address: Address,
    password: str,
    policy_version: str,
    ip_address: str | None,
) -> None:
    """Makes an account, and has a mail sent that confirms the address. Raises ValidationFailed, RateLimited."""
    require_good_password(password, email=address.email)
    await take(database, buckets_of(settings, ip_address).mail("sign up", address.key))
    hashed = await hasher().hash(password)
    params = {
        "email_key": address.key,
        "email": address.email,
        "account_id": new_id("acc"),
        "user_id": new_id("usr"),
        "password_hash": hashed.text,
        "pepper_id": hashed.pepper_id,
        "policy": policy_version,
        "ip_address": ip_address,
    }
    await database.execute(Statement(_SQL["sign_up"], params))


async def request_link(
    database: Database,
    settings: Settings,
    *,
    address: Address,
    purpose: Literal["confirm", "reset"],
    ip_address: str | None,
) -> None:
    """Has a mail sent with a link, if the address is one of ours. Raises RateLimited."""
    await take(database, buckets_of(settings, ip_address).mail(purpose, address.key))
    params = {"email_key": address.key, "purpose": purpose, "ip_address": ip_address}
    await database.execute(Statement(_SQL["request_link"], params))


async def confirm(
    database: Database, settings: Settings, token: str, *, password: str | None, ip_address: str | None
) -> Literal["confirm", "change_email"]:
    """Uses the link of a confirmation or of a change of address; answers which it was.

    A password that is given must be the one of the sign-up: whoever was sent the mail of somebody else's sign-up thus
    notices. Raises LinkNotValid, PasswordRequired, RateLimited, or Conflict where the address is another account's.
    """
    hashed = await _hash_of(database, settings, token, ip_address)
    if password is not None:
        await _require_password_of_link(database, hashed, password)
    [(address,)] = await database.execute(Statement(_SQL["address_of_link"], {"token_hash": hashed}))
    params = {
        "token_hash": hashed,
        "email_key": None if address is None else checked_address(address).key,
        "ip_address": ip_address,
    }
    [(was_for,)] = await database.execute(Statement(_SQL["use_link"], params))
    if was_for is None:
        raise _not_valid()
    if was_for == "taken":
        raise Conflict("There is an account of that e-mail address already.")
    return "confirm" if was_for == "confirm" else "change_email"


async def _require_password_of_link(database: Database, hashed: bytes, password: str) -> None:
    rows = await database.execute(Statement(_SQL["find_link"], {"token_hash": hashed, "purpose": "confirm"}))
    if not rows:
        return  # a change of address, which a password began
    account_no, user_no, _ = rows[0]
    [found] = await database.transact(account_no, Statement(_ACCOUNTS["password_of"], {"user_no": user_no}))
    stored = PasswordHash(found[0][0], found[0][1]) if found else None
    if not await hasher().verify(password, stored):
        raise PasswordRequired(
            "This mail belongs to a sign-up with another password. If it was not yours, sign up again."
        )


async def reset_password(
    database: Database, settings: Settings, *, token: str, password: str, ip_address: str | None
) -> None:
    """Chooses another password by a link's token; every session ends.

    Raises LinkNotValid, ValidationFailed (the link stays good), RateLimited.
    """
    hashed = await _hash_of(database, settings, token, ip_address)
    rows = await database.execute(Statement(_SQL["find_link"], {"token_hash": hashed, "purpose": "reset"}))
    if not rows:
        raise _not_valid()
    require_good_password(password, email=rows[0][2])
    new = await hasher().hash(password)
    params = {
        "token_hash": hashed,
        "password_hash": new.text,
        "pepper_id": new.pepper_id,
        "ip_address": ip_address,
    }
    [(is_done,)] = await database.execute(Statement(_SQL["reset_password"], params))
    if not is_done:  # somebody used it while the password was hashed
        raise _not_valid()


async def _hash_of(database: Database, settings: Settings, token: str, ip_address: str | None) -> bytes:
    if not is_token(token, "fvl"):
        raise _not_valid()
    await take(database, buckets_of(settings, ip_address).open_call())
    return token_hash(token)


def _not_valid() -> LinkNotValid:
    return LinkNotValid("This link was used, is too old, or never was: ask for another one.")
