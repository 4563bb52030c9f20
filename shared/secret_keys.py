"""Secrets that new ones replace while old ones are still understood: `id:secret,id:secret`, the current first."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MIN_BYTES = 32

_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A secret and the id by which it is named where it was used."""

    key_id: str
    secret: bytes = field(repr=False)


def secret_keys(raw: str) -> tuple[SecretKey, ...]:
    """The keys of a setting. Raises ValueError, with a sentence's end that quotes none of them."""
    keys = []
    for each in raw.split(","):
        key_id, colon, secret = each.strip().partition(":")
        if not colon or not _ID.fullmatch(key_id):
            raise ValueError("is not <id>:<secret>, or several of them separated by commas")
        if len(secret.encode()) < MIN_BYTES:
            raise ValueError(f"holds a secret of less than {MIN_BYTES} bytes")
        keys.append(SecretKey(key_id, secret.encode()))
    if len({key.key_id for key in keys}) < len(keys):
        raise ValueError("names two secrets alike")
    return tuple(keys)


def key_of_id(keys: tuple[SecretKey, ...], key_id: str) -> SecretKey | None:
    """The key of an id, None where there is none of it (any more)."""
    return next((key for key in keys if key.key_id == key_id), None)
