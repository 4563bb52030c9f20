"""The demo account of the first start: one live API key, a password, and lines to copy."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shlex
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import psycopg

from infra.local.net import Address
from shared.accounts import create_account
from shared.api_keys import create_key
from shared.config import DEFAULT_BCRYPT_COST
from shared.db.connection import Database
from shared.keys import ALL_SCOPES, key_hash
from shared.passwords import PasswordHash, hash_password
from shared.secret_keys import SecretKey

EMAIL = "demo@fluxvector.local"
COLLECTION = "demo"

_KEY_EXISTS = b"SELECT EXISTS (SELECT FROM key_hashes WHERE key_hash = %(key_hash)s)"
_ACCOUNT_OF_EMAIL = b"SELECT account_no FROM account_emails WHERE email_key = %(email_key)s"
# Who has a customer at Stripe has the plan that is paid for.
_SET_PLAN = (
    b"UPDATE accounts a SET plan = %(plan)s FROM account_emails e"
    b" WHERE e.account_no = a.account_no AND e.email_key = %(email_key)s AND a.stripe_customer_id IS NULL"
)
_SET_PASSWORD = (
    b"UPDATE users SET password_hash = %(password_hash)s, pepper_id = %(pepper_id)s WHERE account_no = %(account_no)s"
)


class Made(Enum):
    """What had to be made for the demo account to have a key that works."""

    NOTHING = 0
    CREDENTIALS = 1
    """A key and a password, for the account was there but its key was revoked, or the file that tells it lost."""
    ACCOUNT = 2


@dataclass(frozen=True, slots=True, repr=False)
class Demo:
    """The demo account's credentials, and what of them is new."""

    api_key: str
    email: str
    password: str
    made: Made


def ensure_demo(owner_url: str, credentials: Path, pepper: SecretKey) -> Demo:
    """The demo account: the one that `credentials` tells of while its key works, else a new key and password.

    A first start that was killed half way, a lost file or a revoked key thus end well at the next start. Raises
    psycopg.Error.
    """
    known = _read(credentials)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        if known is not None:
            row = owner.execute(_KEY_EXISTS, {"key_hash": key_hash(known.api_key)}).fetchone()
            if row == (True,):
                return known
        password = secrets.token_urlsafe(16)
        hashed = hash_password(password, pepper=pepper, cost=DEFAULT_BCRYPT_COST)
        row = owner.execute(_ACCOUNT_OF_EMAIL, {"email_key": EMAIL}).fetchone()
        if row is not None:
            params = {"password_hash": hashed.text, "pepper_id": hashed.pepper_id, "account_no": row[0]}
            owner.execute(_SET_PASSWORD, params)
    account_no = None if row is None else int(row[0])
    made = Made.ACCOUNT if account_no is None else Made.CREDENTIALS
    return Demo(asyncio.run(_new_key(owner_url, account_no, hashed)), EMAIL, password, made)


async def _new_key(owner_url: str, account_no: int | None, password: PasswordHash) -> str:
    database = Database(owner_url)
    try:
        if account_no is None:
            account_no = await create_account(database, email=EMAIL, password=password)
        key = await create_key(database, account_no, name="demo", env="live", scopes=ALL_SCOPES, expires_at=None)
    finally:
        await database.close()
    if key.text is None:
        raise AssertionError("a key has its text at its birth")
    return key.text


def set_plan(owner_url: str, plan: str) -> None:
    """Gives the demo account a plan, unless it pays for one. Raises psycopg.Error."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(_SET_PLAN, {"plan": plan, "email_key": EMAIL})


def _read(credentials: Path) -> Demo | None:
    try:
        found: dict[str, Any] = json.loads(credentials.read_text(encoding="utf-8"))
        return Demo(str(found["api_key"]), str(found["email"]), str(found["password"]), Made.NOTHING)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def credentials_line(made: Made, credentials: Path) -> str:
    """Where the credentials are, and which of them are new."""
    match made:
        case Made.NOTHING:
            return f"The credentials are in {credentials}"
        case Made.CREDENTIALS:
            return f"The demo account got a new key and a new password; they are in {credentials}"
        case Made.ACCOUNT:
            return f"A demo account was made; its credentials are in {credentials}"


def lines_to_copy(address: Address, api_key: str) -> tuple[str, str, str]:
    """Shell lines that work as they are: an upsert and a search by curl, a search by the Python client."""
    vectors = [
        {"id": "cat", "text": "A cat sleeps on the warm windowsill."},
        {"id": "invoice", "text": "The invoice is due at the end of the month."},
        {"id": "bread", "text": "Knead the dough and let it rise for an hour."},
    ]
    question = "When do I have to pay?"
    search = (
        f"from fluxvector import FluxVector; fv = FluxVector(api_key={api_key!r}, base_url={address.base_url!r}); "
        f"[print(round(hit.score, 3), hit.text) for hit in fv.search({COLLECTION!r}, {question!r}).results]"
    )
    return (
        _curl(address, api_key, "/v1/vectors/upsert", {"collection": COLLECTION, "vectors": vectors}),
        _curl(address, api_key, "/v1/search", {"collection": COLLECTION, "text": question, "top_k": 3}),
        f'{_python()} -c "{search}"',
    )


def _curl(address: Address, api_key: str, path: str, body: dict[str, Any]) -> str:
    headers = f"-H 'Authorization: Bearer {api_key}' -H 'Content-Type: application/json'"
    return f"curl -sS {shlex.quote(address.base_url + path)} {headers} -d {shlex.quote(json.dumps(body))}"


def _python() -> str:
    """This environment's Python, which has the client."""
    python = Path(sys.executable)
    return shlex.quote(os.path.relpath(python) if python.is_relative_to(Path.cwd()) else str(python))
