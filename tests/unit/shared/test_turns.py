"""A caller's requests are admitted a few at once, and nobody waits for another caller's."""

from __future__ import annotations

import asyncio

import pytest

from shared.credentials import Credential
from shared.errors import Unavailable
from shared.web.turns import Turns

ONE, OTHER = Credential(key_hash=b"one"), Credential(session_id="other")


async def test_so_many_have_their_turn_and_the_next_has_it_afterwards() -> None:
    turns, inside, most = Turns(at_once=3, patience_s=5.0), 0, 0

    async def request() -> None:
        nonlocal inside, most
        async with turns.of(ONE):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(request() for _ in range(20)))
    assert (inside, most) == (0, 3)


async def test_whoever_waits_too_long_is_told_and_others_do_not_wait() -> None:
    turns = Turns(at_once=1, patience_s=0.01)
    async with turns.of(ONE):
        with pytest.raises(Unavailable):
            async with turns.of(ONE):
                pass
        async with turns.of(OTHER):
            pass
    async with turns.of(ONE):
        pass


async def test_nothing_is_kept_of_callers_who_are_gone() -> None:
    turns = Turns(at_once=1, patience_s=5.0)
    async with turns.of(ONE):
        waiting = asyncio.ensure_future(turns.of(ONE).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert not turns._turns
