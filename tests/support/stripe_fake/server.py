"""The fake on a real socket of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.support.listening import listening
from tests.support.product import free_port
from tests.support.stripe_fake.app import StripeFake


@asynccontextmanager
async def stripe_fake(*, port: int | None = None, automatic: bool = False) -> AsyncIterator[StripeFake]:
    """A fake of Stripe, served over HTTP until the block ends; with `automatic` it delivers webhooks at once."""
    fake = StripeFake(is_automatic=automatic)
    async with served(fake, port or free_port()):
        yield fake


@asynccontextmanager
async def served(fake: StripeFake, port: int) -> AsyncIterator[None]:
    """Serves a fake until the block ends."""
    fake.serve_at(f"http://127.0.0.1:{port}")
    async with listening(fake.app(), port):
        delivering = asyncio.create_task(fake.deliver_automatically())
        try:
            yield
        finally:
            delivering.cancel()
            with suppress(asyncio.CancelledError):
                await delivering
