"""Room for bodies: how many bytes all requests together may hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from embedder.errors import Overloaded

FREE_BYTES = 64 * 1024
"""The first bytes of a body are not counted: queries go on while large bodies fill the room, or stall in it."""


class Share:
    """What one request holds of a room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._free = FREE_BYTES
        self.bytes = 0

    def grow(self, size: int) -> None:
        """Hold so many bytes more.

        Raises:
            Overloaded: the room is full.
        """
        free = min(size, self._free)
        self._free -= free
        size -= free
        if size and self._room.used + size > self._room.limit:
            raise Overloaded("The embedder is reading as many bytes of requests as it may.")
        self._room.used += size
        self.bytes += size


class Room:
    """Bodies are counted from their first byte to the answer. For one thread: the event loop's."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit = limit_bytes
        self.used = 0

    @contextmanager
    def share(self) -> Iterator[Share]:
        """A request's share, given back at the end."""
        share = Share(self)
        try:
            yield share
        finally:
            self.used -= share.bytes
