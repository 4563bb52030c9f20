"""Vectors of queries that were asked before, kept apart by their callers' scopes."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ENTRY_BYTES = 400
"""What an entry takes besides its vector: key, objects, a place in the dictionary."""


@dataclass(frozen=True, slots=True)
class Cached:
    """A vector's bytes (float32, native width), the text's tokens, and whether it was cut."""

    vector: bytes
    tokens: int
    truncated: bool


class QueryCache:
    """Bounded in bytes; what was not asked for longest goes first. For one thread: the event loop's.

    Keys are keyed hashes with a secret of the process, so that memory holds no text, and nobody can choose texts that
    collide. A scope is part of the key: an entry is found under the scope that put it there and under no other.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._secret = os.urandom(32)
        self._entries: OrderedDict[bytes, Cached] = OrderedDict()
        self.bytes = 0

    def key(self, scope: str, kind: str, text: str) -> bytes:
        """Where a text's vector is kept. ``scope`` and ``kind`` hold no NUL."""
        message = b"\0".join((scope.encode(), kind.encode(), text.encode()))
        return hashlib.blake2b(message, digest_size=32, key=self._secret).digest()

    def get(self, key: bytes) -> Cached | None:
        """What was put under the key, if it is still there."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: bytes, vector: NDArray[np.float32], tokens: int, truncated: bool) -> None:
        """Keep a vector, and let go of others where the room is needed."""
        entry = Cached(vector.tobytes(), tokens, truncated)
        size = len(entry.vector) + ENTRY_BYTES
        if size > self._limit:
            return
        replaced = self._entries.pop(key, None)
        self._entries[key] = entry
        self.bytes += 0 if replaced is not None else size
        while self.bytes > self._limit:
            _, oldest = self._entries.popitem(last=False)
            self.bytes -= len(oldest.vector) + ENTRY_BYTES

    def __len__(self) -> int:
        return len(self._entries)
