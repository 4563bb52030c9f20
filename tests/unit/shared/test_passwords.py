"""Passwords: every character counts, and a hash is of no use without the pepper."""

from __future__ import annotations

import asyncio
import unicodedata

import bcrypt
import pytest

from shared import passwords
from shared.errors import Unavailable
from shared.passwords import Hasher, hash_password, verify_password
from shared.secret_keys import SecretKey

PEPPER = SecretKey("one", b"p" * 32)
OTHER = SecretKey("two", b"q" * 32)
LONG = "correct horse battery staple " * 8


def test_a_password_is_verified_to_its_last_character() -> None:
    stored = hash_password(LONG, pepper=PEPPER, cost=4)
    assert stored.text.startswith("$2b$04$")
    assert verify_password(LONG, stored, peppers=(PEPPER,))
    assert not verify_password(LONG[:-1], stored, peppers=(PEPPER,))
    assert not verify_password(LONG, stored, peppers=(SecretKey("one", b"q" * 32),))


def test_the_pepper_is_found_by_its_id() -> None:
    stored = hash_password(LONG, pepper=PEPPER, cost=4)
    assert verify_password(LONG, stored, peppers=(OTHER, PEPPER))
    assert not verify_password(LONG, stored, peppers=(OTHER,))


def test_two_spellings_of_one_text_are_one_password() -> None:
    text = "Ångström über café ñandú"
    stored = hash_password(unicodedata.normalize("NFC", text), pepper=PEPPER, cost=4)
    assert verify_password(unicodedata.normalize("NFD", text), stored, peppers=(PEPPER,))


async def test_hashing_does_not_hold_up_the_event_loop() -> None:
    hasher = Hasher((PEPPER,), 12, threads=1)
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.001)
            turns += 1

    turning = asyncio.create_task(turn())
    stored = await hasher.hash(LONG)
    turning.cancel()
    assert turns > 10
    assert not hasher.is_outdated(stored)
    assert hasher.is_outdated(hash_password(LONG, pepper=PEPPER, cost=4))
    assert hasher.is_outdated(hash_password(LONG, pepper=OTHER, cost=12))


async def test_nobodys_password_is_compared_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    checkpw = bcrypt.checkpw

    def noted(password: bytes, stored: bytes) -> bool:
        compared.append(stored[:7])
        return checkpw(password, stored)

    monkeypatch.setattr(bcrypt, "checkpw", noted)
    hasher = Hasher((PEPPER,), 4)
    assert await hasher.verify(LONG, None) is False
    assert compared == [b"$2b$04$"]


async def test_who_would_wait_too_long_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MAX_WAITING", 3)
    hasher = Hasher((PEPPER,), 4, threads=1)
    results = await asyncio.gather(*(hasher.hash(LONG) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(result, Unavailable) for result in results) == 7
    assert (await hasher.hash(LONG)).pepper_id == "one"


def test_a_hash_stays_out_of_the_repr() -> None:
    assert "$2b$" not in repr(hash_password(LONG, pepper=PEPPER, cost=4))
    assert "ppp" not in repr(PEPPER)
