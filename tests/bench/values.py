"""Random vectors of 1,024 float32 values of length 1, as a client sends them and as PostgreSQL takes them."""

from __future__ import annotations

import json
import random
import struct
from array import array
from collections.abc import Sequence

from pgvector import HalfVector

from shared.vector_values import vector_binary

DIMENSION = 1_024

_LENGTH = struct.Struct("!i")
_BIGINT = struct.Struct("!iq")
_COLUMNS = struct.Struct("!h")
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
_COPY_END = _COLUMNS.pack(-1)


def vectors(count: int, *, seed: int) -> list[list[float]]:
    """Vectors whose values are float32 numbers, so that JSON shows up to 17 digits of each: what a client sends."""
    chance = random.Random(seed)
    return [_vector(chance) for _ in range(count)]


def _vector(chance: random.Random) -> list[float]:
    raw = [chance.gauss(0, 1) for _ in range(DIMENSION)]
    length = sum(value * value for value in raw) ** 0.5
    return array("f", [value / length for value in raw]).tolist()


def upsert_body(collection: str, ids: Sequence[str], rows: Sequence[Sequence[float]]) -> bytes:
    """The JSON of an upsert."""
    records = [{"id": name, "values": values} for name, values in zip(ids, rows, strict=True)]
    return json.dumps({"collection": collection, "vectors": records}, separators=(",", ":")).encode()


def copy_body(ids: Sequence[str], rows: Sequence[Sequence[float]]) -> bytes:
    """The same as COPY's binary format: a number, the id, a `halfvec` and a `vector` a row."""
    parts = [_COPY_HEAD]
    for number, (name, values) in enumerate(zip(ids, rows, strict=True)):
        parts += [_COLUMNS.pack(4), _BIGINT.pack(8, number)]
        for field in (name.encode(), HalfVector(list(values)).to_binary(), vector_binary(values)):
            parts += [_LENGTH.pack(len(field)), field]
    return b"".join([*parts, _COPY_END])
