"""The fake on a real socket of this machine."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from tests.support.stripe_fake.app import StripeFake


@asynccontextmanager
async def stripe_fake() -> AsyncIterator[StripeFake]:
    """A fake of Stripe, served over HTTP until the block ends."""
    fake = StripeFake()
    port = _free_port()
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
    fake.url = f"http://127.0.0.1:{port}"
    try:
        await _until_listening(port)
        yield fake
    finally:
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
