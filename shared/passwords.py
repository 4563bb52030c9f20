"""Passwords: bcrypt over a keyed hash.

bcrypt reads 72 bytes and refuses more, so it is given HMAC-SHA-256(pepper, password) in base64: every character of any
length counts, and a stolen table is of no use without the pepper. Which passwords are accepted: shared.password_rules.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

import bcrypt

from shared.config import settings
from shared.errors import Unavailable
from shared.password_rules import normalized
from shared.secret_keys import SecretKey, key_of_id

T = TypeVar("T")

MAX_WAITING = 64


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """What is stored of a password: `$2b$…`, and the id of the pepper that it was made with."""

    text: str = field(repr=False)
    pepper_id: str


class Hasher:
    """Hashes beside the event loop, on at most one thread a processor; who would wait too long is told to come back."""

    def __init__(self, peppers: tuple[SecretKey, ...], cost: int, *, threads: int | None = None) -> None:
        self._peppers = peppers
        self._cost = cost
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="bcrypt")
        self._waiting = 0
        # What is compared where there is no account: a salt and no password's hash, which takes as long to find out.
        self._nobody = PasswordHash(bcrypt.gensalt(cost).decode() + "." * 31, peppers[0].key_id)

    def __repr__(self) -> str:
        return f"Hasher(cost={self._cost})"

    async def hash(self, password: str) -> PasswordHash:
        """The hash to store. Raises Unavailable."""
        return await self._run(lambda: hash_password(password, pepper=self._peppers[0], cost=self._cost))

    async def verify(self, password: str, stored: PasswordHash | None) -> bool:
        """Whether the password is the stored one; as slow where there is none. Raises Unavailable."""
        is_right = await self._run(lambda: verify_password(password, stored or self._nobody, peppers=self._peppers))
        return is_right and stored is not None

    def is_outdated(self, stored: PasswordHash) -> bool:
        """Whether the hash was made with another cost or pepper than new ones are."""
        return stored.pepper_id != self._peppers[0].key_id or _cost(stored) != self._cost

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= MAX_WAITING:
            raise Unavailable("The service is busy with sign-ins. Please try again.", retry_after_s=5)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


@cache
def hasher() -> Hasher:
    """The hasher of this process."""
    config = settings()
    return Hasher(config.password_peppers, config.bcrypt_cost)


def hash_password(password: str, *, pepper: SecretKey, cost: int) -> PasswordHash:
    """The bcrypt hash to store. Takes about 0.2 s at cost 12: never call it on the event loop."""
    return PasswordHash(bcrypt.hashpw(_keyed(password, pepper), bcrypt.gensalt(cost)).decode(), pepper.key_id)


def verify_password(password: str, stored: PasswordHash, *, peppers: tuple[SecretKey, ...]) -> bool:
    """Whether the password is the stored one; as slow as hashing, whatever the answer.

    A hash whose pepper is not known by its id is tried with the current one.
    """
    pepper = key_of_id(peppers, stored.pepper_id) or peppers[0]
    return bcrypt.checkpw(_keyed(password, pepper), stored.text.encode())


def _cost(stored: PasswordHash) -> int:
    return int(stored.text.split("$")[2])


def _keyed(password: str, pepper: SecretKey) -> bytes:
    return base64.b64encode(hmac.digest(pepper.secret, normalized(password).encode(), hashlib.sha256))
