"""Room for bodies: how many bytes all requests together may hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from embedder.errors import Overloaded


class Share:
    """What one request holds of a room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.bytes = 0

    def grow(self, size: int) -> None:
        """Hold so many bytes more.

        Raises:
            Overloaded: the room is full.
        """
        if self._room.used + size > self._room.limit:
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
