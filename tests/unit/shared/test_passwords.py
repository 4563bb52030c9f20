"""Passwords: every character counts, and a hash is of no use without the pepper."""

from __future__ import annotations

import pytest

from shared.passwords import hash_password, verify_password

PEPPER = b"p" * 32
LONG = "correct horse battery staple " * 8


def test_a_password_is_verified_to_its_last_character() -> None:
    stored = hash_password(LONG, pepper=PEPPER, cost=4)
    assert stored.startswith("$2b$04$")
    assert verify_password(LONG, stored, pepper=PEPPER)
    assert not verify_password(LONG[:-1], stored, pepper=PEPPER)
    assert not verify_password(LONG, stored, pepper=b"q" * 32)


def test_a_short_pepper_is_refused() -> None:
    with pytest.raises(ValueError, match="pepper"):
        hash_password("x", pepper=b"short", cost=4)
