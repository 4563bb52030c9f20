"""How many requests of one caller are being admitted at once.

The database admits an account's requests one after the other, so more of them would only hold connections. Where they
have to wait there, because the account is being erased, they shall not hold all that this process has.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

from shared.credentials import Credential
from shared.db.connection import ACQUIRE_TIMEOUT_S
from shared.errors import Unavailable

AT_ONCE = 4
# As long as anybody waits for a connection: who waits here holds none.
PATIENCE_S = ACQUIRE_TIMEOUT_S


@dataclass(slots=True)
class _Turn:
    slots: asyncio.Semaphore
    users: int = 0


class Turns:
    """Turns of callers, each by his credential. Nothing is kept of those who have no request."""

    def __init__(self, at_once: int = AT_ONCE, patience_s: float = PATIENCE_S) -> None:
        self._at_once = at_once
        self._patience_s = patience_s
        self._turns: dict[Credential, _Turn] = {}

    @asynccontextmanager
    async def of(self, credential: Credential) -> AsyncIterator[None]:
        """The caller's turn, for the time of the block. Raises Unavailable where it does not come soon."""
        turn = self._turns.setdefault(credential, _Turn(asyncio.Semaphore(self._at_once)))
        turn.users += 1
        try:
            await self._acquire(turn.slots)
            try:
                yield
            finally:
                turn.slots.release()
        finally:
            turn.users -= 1
            if not turn.users:
                self._turns.pop(credential, None)

    async def _acquire(self, slots: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                await slots.acquire()
        except TimeoutError:
            raise Unavailable("This account's requests wait for each other. Please try again.") from None


@cache
def turns() -> Turns:
    """Those of this process."""
    return Turns()
