"""Opaque ids for the outside: a marker that says what it is, then 128 random bits in base62."""

from __future__ import annotations

import secrets

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def new_id(marker: str) -> str:
    """A new id such as `req_4fJ…`: 22 random base62 characters behind the marker."""
    return f"{marker}_{random_base62(22)}"


def random_base62(length: int) -> str:
    """Random base62 characters from the system's generator."""
    return base62(secrets.randbelow(62**length), length)


def base62(number: int, length: int) -> str:
    """A number below 62**length as exactly `length` base62 digits."""
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(BASE62[digit])
    return "".join(reversed(digits))
