"""API keys: `fv_live_` or `fv_test_`, 32 random base62 characters, 6 of checksum.

The checksum is the CRC-32 of everything before it, in base62, as GitHub's tokens have it: a mistyped key is refused
without a query, and a scanner can tell a real key from a look-alike. Stored are the SHA-256 of the whole key and its
first 8 random characters (see infra/decisions/0006-api-keys.md).
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass, field
from typing import Literal

from shared.ids import base62, random_base62

Env = Literal["live", "test"]
Scope = Literal["read", "write", "admin"]
ALL_SCOPES: tuple[Scope, ...] = ("read", "write", "admin")

RANDOM_LENGTH = 32
CHECKSUM_LENGTH = 6
PREFIX_LENGTH = 8

_SHAPE = re.compile(rf"fv_(?:live|test)_[0-9A-Za-z]{{{RANDOM_LENGTH + CHECKSUM_LENGTH}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at its birth, the only time its text exists here; the text stays out of the repr."""

    text: str = field(repr=False)
    env: Env
    prefix: str
    key_hash: bytes = field(repr=False)


def new_key(env: Env) -> NewKey:
    """A new random key of 190 bits."""
    random = random_base62(RANDOM_LENGTH)
    body = f"fv_{env}_{random}"
    text = body + _checksum(body)
    return NewKey(text=text, env=env, prefix=random[:PREFIX_LENGTH], key_hash=key_hash(text))


def key_hash(text: str) -> bytes:
    """The 32 bytes by which a key is stored and looked up."""
    return hashlib.sha256(text.encode()).digest()


def is_well_formed(text: str) -> bool:
    """Whether the text has a key's shape and its checksum fits. Says nothing about whether the key exists."""
    return _SHAPE.fullmatch(text) is not None and _checksum(text[:-CHECKSUM_LENGTH]) == text[-CHECKSUM_LENGTH:]


def _checksum(body: str) -> str:
    return base62(zlib.crc32(body.encode()), CHECKSUM_LENGTH)
