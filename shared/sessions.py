"""Sessions: opened by a password, kept up by a refresh token that changes with each use, ended by whoever owns them.

A session is a row: with it go all its tokens, at once and everywhere. A refresh token that is used twice is in two
hands, and nobody can tell which is the right one: the session ends, and its owner is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.admission import Principal
from shared.config import Settings
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import NotFound, Unauthenticated
from shared.ids import new_id
from shared.opaque_tokens import is_token, new_token, token_hash
from shared.passwords import PasswordHash
from shared.session_tokens import LIFETIME, Issuer, issue

SESSION_LIFETIME = timedelta(days=30)
MAX_SESSIONS = 50
"""Of one user; the oldest beyond end."""
FRESH = timedelta(minutes=10)
"""How long ago the password was given at most, where a session alone may do what cannot be undone."""

_SQL = statements("sessions")


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """What whoever signed in holds: the token for calls, and the one that fetches the next."""

    session_id: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in_s: int = int(LIFETIME.total_seconds())


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is open."""

    session_id: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ip_address: str | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """A session that is about to be opened, and the statement that does it: its answer says whether it could."""

    tokens: SessionTokens
    statement: Statement


def issuer_of(settings: Settings) -> Issuer:
    """Who signs the sessions of this deployment."""
    return Issuer(settings.public_url, settings.session_keys)


def opening(
    settings: Settings,
    *,
    user_no: int,
    user_id: str,
    checked: PasswordHash,
    ip_address: str | None,
    is_told: bool = False,
) -> Opening:
    """A new session of a user whose password is the one of the hash; `is_told` has the owner get a mail about it."""
    session_id, refresh = new_id("ses"), new_token("fvr")
    params = {
        "user_no": user_no,
        "password_hash": checked.text,
        "session_id": session_id,
        "token_hash": refresh.token_hash,
        "lifetime": SESSION_LIFETIME,
        "ip_address": ip_address,
        "most": MAX_SESSIONS,
        "is_told": is_told,
    }
    access = issue(issuer_of(settings), user_id=user_id, session_id=session_id)
    return Opening(SessionTokens(session_id, access, refresh.text), Statement(_SQL["open_session"], params))


async def refresh_session(
    database: Database, settings: Settings, token: str, *, ip_address: str | None
) -> SessionTokens:
    """New tokens for a refresh token, which is used up. Raises Unauthenticated, and ends the session of a used one."""
    refused = Unauthenticated("The refresh token is not valid: sign in again.")
    if not is_token(token, "fvr"):
        raise refused
    refresh = new_token("fvr")
    params = {"token_hash": token_hash(token), "new_hash": refresh.token_hash, "ip_address": ip_address}
    rows = await database.execute(Statement(_SQL["rotate_refresh_token"], params))
    if not rows:
        raise refused
    session_id, user_id, is_reused = rows[0]
    if is_reused:
        raise Unauthenticated("The refresh token was used before, so the session has ended: sign in again.")
    access = issue(issuer_of(settings), user_id=user_id, session_id=session_id)
    return SessionTokens(session_id, access, refresh.text)


async def list_sessions(database: Database, principal: Principal) -> list[Session]:
    """The open sessions of the user, the latest first."""
    [rows] = await database.transact(principal.account_no, Statement(_SQL["list_sessions"], _of_user(principal)))
    return [Session(*row) for row in rows]


async def end_session(
    database: Database, principal: Principal, *, session_id: str | None, ip_address: str | None
) -> None:
    """Ends one session of the user, at once: the named one, or the one that asks. Raises NotFound."""
    params = _of_user(principal) | {"session_id": session_id, "ip_address": ip_address}
    [rows] = await database.transact(principal.account_no, Statement(_SQL["end_session"], params))
    if not rows:
        raise NotFound("There is no session of that id.")


async def end_sessions(database: Database, principal: Principal, *, keeps_current: bool, ip_address: str | None) -> int:
    """Ends all sessions of the user, at once, or all but the one that asks; answers how many."""
    params = _of_user(principal) | {"keeps_current": keeps_current, "ip_address": ip_address}
    [[(ended,)]] = await database.transact(principal.account_no, Statement(_SQL["end_sessions"], params))
    return int(ended)


def _of_user(principal: Principal) -> dict[str, object]:
    return {
        "account_no": principal.account_no,
        "user_no": principal.user_no,
        "session_no": principal.session_no,
    }
