"""Reading a request's body within bounds: of its size, of its time, and of the memory that all bodies together take."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from starlette.requests import ClientDisconnect, Request

from shared.errors import IncompleteBody, PayloadTooLarge, Unavailable

# A body that takes longer belongs to a client that is stuck, or means to be.
READ_TIMEOUT_S = 30.0
# What all bodies under way in this process may take; beyond it a request is told to come back.
BUFFER_BYTES = 512 << 20
# Bodies above this are read for known callers only.
LARGE_BYTES = 256 << 10
# A client that sends everything before it reads the answer gets its 413 if the rest is taken from it first.
DRAIN_BYTES = 64 << 20
DRAIN_TIMEOUT_S = 2.0


class Buffered:
    """Bytes of bodies under way."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0

    @contextlib.contextmanager
    def share(self) -> Iterator[Share]:
        """A request's share, given back at the end of the block."""
        share = Share(self)
        try:
            yield share
        finally:
            self._held -= share.held

    def take(self, size: int) -> None:
        """Raises Unavailable where the limit would be passed."""
        if self._held + size > self._limit:
            raise Unavailable("The service is busy with large requests. Please try again.", retry_after_s=2)
        self._held += size


class Share:
    """What one request holds of the buffers."""

    def __init__(self, buffered: Buffered) -> None:
        self._buffered = buffered
        self.held = 0

    def take(self, size: int) -> None:
        """Raises Unavailable where all requests together hold too much."""
        self._buffered.take(size)
        self.held += size


buffered = Buffered(BUFFER_BYTES)


def is_large(request: Request) -> bool:
    """Whether the body is large, or of a length that is not told."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit():
        return int(declared) > LARGE_BYTES
    return "transfer-encoding" in request.headers


async def read_body(request: Request, max_bytes: int, share: Share) -> bytes:
    """The whole body. Raises PayloadTooLarge as soon as it is known to be too long, IncompleteBody, or Unavailable."""
    too_large = PayloadTooLarge(f"The body is larger than {max_bytes} bytes.")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        await _drain(request)
        raise too_large
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(READ_TIMEOUT_S):
            async for chunk in request.stream():
                size += len(chunk)
                if size > max_bytes:
                    break
                share.take(len(chunk))
                chunks.append(chunk)
    except (TimeoutError, ClientDisconnect):
        raise IncompleteBody("The body did not arrive completely.") from None
    if size > max_bytes:
        await _drain(request)
        raise too_large
    return b"".join(chunks)


async def _drain(request: Request) -> None:
    """Takes what is still coming and drops it, within bounds."""
    dropped = 0
    with contextlib.suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(DRAIN_TIMEOUT_S):
            while dropped <= DRAIN_BYTES:
                message = await request.receive()
                dropped += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
