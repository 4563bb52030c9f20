"""An account's API keys: made, listed, renamed, rotated, revoked. The text of a key leaves once, at its birth.

The account's owner reads of each new, rotated and revoked key in a mail. A live key governs all keys of its account, a
test key the test keys only: who holds a test key gets at no live data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.admission import Principal
from shared.db.connection import Database, Row, Statement
from shared.db.sql_files import statements
from shared.errors import NotFound
from shared.ids import new_id
from shared.keys import Env, NewKey, Scope, new_key

_SQL = statements("api_keys")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A stored key. `prefix` is its first 8 random characters; `text` is there only at its birth."""

    key_id: str
    prefix: str
    name: str
    env: Env
    scopes: tuple[str, ...]
    # The name of the one collection that it is for.
    collection: str | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    text: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Rotated:
    """The successor of a key, and until when the old one works."""

    successor: ApiKey
    old_expires_at: datetime


def governed(principal: Principal) -> list[Env]:
    """The environments whose keys the principal may see and change."""
    return ["live", "test"] if principal.env == "live" else ["test"]


async def create_key(
    database: Database,
    account_no: int,
    *,
    name: str,
    env: Env,
    scopes: Sequence[Scope],
    expires_at: datetime | None,
    collection: str | None = None,
    maker: Principal | None = None,
    ip_address: str | None = None,
) -> ApiKey:
    """Makes a key of the account; it ends with the key that made it, if that one ends.

    Without a maker it is the service itself that makes it, and nobody is told.
    """
    key, key_id = new_key(env), new_id("key")
    params = _birth(key, key_id) | {
        "account_no": account_no,
        "name": name,
        "env": env,
        "scopes": list(scopes),
        "expires_at": expires_at,
        "collection": collection,
        "maker_key_no": maker.key_no if maker else None,
        "user_no": maker.user_no if maker else None,
        "ip_address": ip_address,
        "is_told": maker is not None,
    }
    [[(created_at, ends_at)]] = await database.transact(account_no, Statement(_SQL["create_api_key"], params))
    return ApiKey(key_id, key.prefix, name, env, tuple(scopes), collection, created_at, None, ends_at, key.text)


async def list_keys(database: Database, principal: Principal) -> list[ApiKey]:
    """The keys that still work, oldest first."""
    params = {"account_no": principal.account_no, "envs": governed(principal)}
    [rows] = await database.transact(principal.account_no, Statement(_SQL["list_api_keys"], params))
    return [_stored(row) for row in rows]


async def rename_key(database: Database, principal: Principal, key_id: str, name: str) -> ApiKey:
    """Renames a key. Raises NotFound."""
    params = _known(principal, key_id) | {"name": name}
    [rows] = await database.transact(principal.account_no, Statement(_SQL["rename_api_key"], params))
    if not rows:
        raise _unknown_key()
    return _stored(rows[0])


async def delete_key(database: Database, principal: Principal, key_id: str, *, ip_address: str | None = None) -> None:
    """Revokes a key: the next request with it is refused. Raises NotFound."""
    by = {"user_no": principal.user_no, "ip_address": ip_address}
    statement = Statement(_SQL["delete_api_key"], _known(principal, key_id) | by)
    [rows] = await database.transact(principal.account_no, statement)
    if not rows:
        raise _unknown_key()


async def rotate_key(
    database: Database, principal: Principal, key_id: str, overlap: timedelta, *, ip_address: str | None = None
) -> Rotated:
    """Makes the successor of a key, with its name, scopes and end; the old one works on for the overlap.

    Raises NotFound.
    """
    account_no = principal.account_no
    [rows] = await database.transact(account_no, Statement(_SQL["get_api_key"], _known(principal, key_id)))
    if not rows:
        raise _unknown_key()
    env = _stored(rows[0]).env
    key, new_key_id = new_key(env), new_id("key")
    params = _birth(key, new_key_id) | {
        "account_no": account_no,
        "old_key_id": key_id,
        "env": env,
        "overlap": overlap,
        "maker_key_no": principal.key_no,
        "user_no": principal.user_no,
        "ip_address": ip_address,
    }
    [rows] = await database.transact(account_no, Statement(_SQL["rotate_api_key"], params))
    if not rows:
        raise _unknown_key()
    name, env, scopes, collection, created_at, expires_at, old_expires_at = rows[0]
    successor = ApiKey(
        new_key_id, key.prefix, name, env, tuple(scopes), collection, created_at, None, expires_at, key.text
    )
    return Rotated(successor, old_expires_at)


def _known(principal: Principal, key_id: str) -> dict[str, object]:
    return {"account_no": principal.account_no, "key_id": key_id, "envs": governed(principal)}


def _birth(key: NewKey, key_id: str) -> dict[str, object]:
    return {"key_id": key_id, "prefix": key.prefix, "key_hash": key.key_hash}


def _stored(row: Row) -> ApiKey:
    key_id, prefix, name, env, scopes, *rest = row
    return ApiKey(key_id, prefix, name, env, tuple(scopes), *rest)


def _unknown_key() -> NotFound:
    return NotFound("There is no API key of that id.")
