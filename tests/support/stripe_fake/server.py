"""The fake on a real socket of this machine."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from tests.support.stripe_fake.app import StripeFake


@asynccontextmanager
async def stripe_fake(*, port: int | None = None, automatic: bool = False) -> AsyncIterator[StripeFake]:
    """A fake of Stripe, served over HTTP until the block ends; with `automatic` it delivers webhooks at once."""
    fake = StripeFake(is_automatic=automatic)
    async with served(fake, port or _free_port()):
        yield fake


@asynccontextmanager
async def served(fake: StripeFake, port: int) -> AsyncIterator[None]:
    """Serves a fake until the block ends."""
    server = Server(
        fake.app(),
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    serving = asyncio.create_task(server.serve())
    fake.serve_at(f"http://127.0.0.1:{port}")
    delivering = asyncio.create_task(fake.deliver_automatically())
    try:
        await _until_listening(port)
        yield
    finally:
        delivering.cancel()
        with suppress(asyncio.CancelledError):
            await delivering
        server.stop()  # type: ignore[no-untyped-call]
        await serving


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _until_listening(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
                continue
            writer.close()
            await writer.wait_closed()
            return
