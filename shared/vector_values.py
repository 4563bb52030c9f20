"""Vector values between JSON numbers, the embedder's rows and pgvector's binary form.

pgvector's binary form of `vector` and `halfvec` is two 16-bit numbers (dimension, unused) and the values, big-endian
(pgvector, src/vector.c vector_send; src/halfvec.c halfvec_send).
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Sequence

HALF_MAX = 65_504.0
"""The largest finite float16; what is searched is stored as halfvec."""

SURELY_NONZERO = 1e-30
"""A vector longer than this has a value that float32 does not round to zero."""

_HEAD = struct.Struct("!HH")


def fault_of(values: Sequence[float], *, dimension: int, nonzero: bool) -> tuple[str, str] | None:
    """What is wrong with values as a vector: the path below them ("" or "[3]") and a sentence, or None."""
    # One pass clears nearly everything: a length within bounds means that every value is finite and within them too.
    if len(values) == dimension and (SURELY_NONZERO if nonzero else -1.0) < math.hypot(*values) <= HALF_MAX:
        return None
    if len(values) != dimension:
        return "", f"has {len(values)} values; the collection's dimension is {dimension}"
    # max() and min() pass over a NaN that is not first; a sum does not.
    if not (max(values) <= HALF_MAX and min(values) >= -HALF_MAX and math.isfinite(sum(values))):
        index = next(i for i, value in enumerate(values) if not abs(value) <= HALF_MAX)
        return f"[{index}]", "is not a finite number within ±65504"
    if nonzero and not any(array("f", values)):
        return "", "is all zero, which has no direction and so no cosine"
    return None


def vector_binary(values: Sequence[float]) -> bytes:
    """Values as a `vector`: float32, rounded once, which is exact for what a client sent as float32."""
    return _HEAD.pack(len(values), 0) + _big_endian(array("f", values))


def halfvec_binary_of_row(row: bytes) -> bytes:
    """An embedder's row of little-endian float16 as a `halfvec`."""
    halves = array("H", row)
    return _HEAD.pack(len(halves), 0) + _big_endian(halves, source_is_little=True)


def vector_binary_of_row(row: bytes) -> bytes:
    """An embedder's row of little-endian float16 as a `vector`."""
    return vector_binary(struct.unpack(f"<{len(row) // 2}e", row))


def row_of_halfvec_binary(data: bytes) -> bytes:
    """A `halfvec` as a row of little-endian float16, as embedders write it."""
    halves = array("H", data[_HEAD.size :])
    if sys.byteorder == "little":
        halves.byteswap()
    return halves.tobytes()


def length_of_row(row: bytes) -> float:
    """The Euclidean length of a row of little-endian float16; not finite where one of its values is not."""
    return math.hypot(*struct.unpack(f"<{len(row) // 2}e", row))


def values_of_row(row: bytes) -> list[float]:
    """The numbers of an embedder's row of little-endian float32."""
    return list(struct.unpack(f"<{len(row) // 4}f", row))


def values_of_binary(data: bytes) -> list[float]:
    """The numbers of a `vector` in pgvector's binary form."""
    dimension, _ = _HEAD.unpack_from(data)
    return list(struct.unpack_from(f"!{dimension}f", data, _HEAD.size))


def _big_endian(values: array[float] | array[int], *, source_is_little: bool = sys.byteorder == "little") -> bytes:
    if source_is_little:
        values.byteswap()
    return values.tobytes()
