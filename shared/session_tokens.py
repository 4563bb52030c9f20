"""Session tokens: short-lived JWTs, signed by HMAC-SHA-256 and by nothing else.

What a token says is checked here, without a statement; whether its session still is, admission asks with its only one.
The claims are RFC 9068's for access tokens, `typ` is its `at+jwt`; RFC 8725 is what the tests attack by.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt

from shared import clock
from shared.errors import Unauthenticated
from shared.secret_keys import SecretKey, key_of_id

ALGORITHM = "HS256"
AUDIENCE = "fluxvector"
TYPE = "at+jwt"
LIFETIME = timedelta(minutes=15)
# A token is refused to the second; its issuer and its reader are the same clock.
LEEWAY_S = 0
_CLAIMS = ["iss", "aud", "sub", "sid", "jti", "iat", "exp"]
_HEADERS = {"alg", "typ", "kid"}


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: the service by its public URL, with its keys, the current one first."""

    url: str
    keys: tuple[SecretKey, ...]


def issue(issuer: Issuer, *, user_id: str, session_id: str) -> str:
    """A new token of a session."""
    now = clock.now()
    claims = {
        "iss": issuer.url,
        "aud": AUDIENCE,
        "sub": user_id,
        "sid": session_id,
        "jti": secrets.token_urlsafe(16),
        "iat": now,
        "exp": now + LIFETIME,
    }
    key = issuer.keys[0]
    return jwt.encode(claims, key.secret, ALGORITHM, {"typ": TYPE, "kid": key.key_id})


def session_of(issuer: Issuer, token: str) -> str:
    """The id of the session that a token speaks for. Raises Unauthenticated, which tells nobody why."""
    try:
        header = jwt.get_unverified_header(token)
        key = key_of_id(issuer.keys, str(header.get("kid")))
        # Nothing in a header leads anywhere: no `jku`, no `jwk`, no `crit`.
        if key is None or header.keys() != _HEADERS or header["alg"] != ALGORITHM or header["typ"] != TYPE:
            raise _refused()
        claims: dict[str, Any] = jwt.decode(
            token,
            key.secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=issuer.url,
            leeway=LEEWAY_S,
            options={"require": _CLAIMS, "strict_aud": True, "enforce_minimum_key_length": True},
        )
    except jwt.PyJWTError:
        raise _refused() from None
    session_id = claims["sid"]
    if not isinstance(session_id, str) or "\0" in session_id:
        raise _refused()
    return session_id


def _refused() -> Unauthenticated:
    return Unauthenticated("The session token is not valid, or it has expired: refresh it, or sign in again.")
