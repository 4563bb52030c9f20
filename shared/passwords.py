"""Passwords: bcrypt over a keyed hash.

bcrypt reads 72 bytes and refuses more, so it is given HMAC-SHA-256(pepper, password) in base64: every character of any
length counts, and a stolen table is of no use without the pepper.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

import bcrypt

DEFAULT_COST = 12


def hash_password(password: str, *, pepper: bytes, cost: int = DEFAULT_COST) -> str:
    """The bcrypt hash to store, `$2b$…`. Takes about 0.2 s at cost 12: never call it on the event loop."""
    return bcrypt.hashpw(_keyed(password, pepper), bcrypt.gensalt(cost)).decode()


def verify_password(password: str, stored: str, *, pepper: bytes) -> bool:
    """Whether the password is the stored one; as slow as hashing, whatever the answer."""
    return bcrypt.checkpw(_keyed(password, pepper), stored.encode())


def _keyed(password: str, pepper: bytes) -> bytes:
    if len(pepper) < 32:
        raise ValueError("The pepper is shorter than 32 bytes.")
    return base64.b64encode(hmac.digest(pepper, password.encode(), hashlib.sha256))
