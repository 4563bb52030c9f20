"""Facets: what a record's metadata holds, as the lexemes of a tsvector, so that one GIN index narrows every filter.

A lexeme is ASCII, at most 82 bytes:

    hash of collection and path (8) | kind (1) | value

- The hash keeps collections apart in the shared index. A path is written with dots; a key that holds a dot, or is
  empty, cannot be named by a filter and has no facet, nor has what is below it.
- Kinds: `n` number, `s` string, `t` true, `f` false, `z` null, `o` object, `a` list without a scalar. The elements of a
  list that are scalars have the facets that they would have in the list's place.
- Values are digits whose order is the order of the values, so that prefixes are ranges. A number is the float64 nearest
  to it, so equal numbers have equal digits, and a greater one never has smaller digits. A string is its first 16 bytes
  of UTF-8, and where there is more, a dot and a hash of the whole. The base is four: a bound of a range
  takes up to three prefixes a digit, so 12 a byte, where hexadecimal digits would take 30.

A record with more than 256 facets has one alone, the collection's overflow, which every query accepts.
"""

from __future__ import annotations

import struct
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from shared.filters.tree import MAX_PATH_LENGTH, Scalar

MAX_FACETS = 256
TEXT_BYTES = 16
"""Bytes of a string that its facet spells out."""

_FLOAT = struct.Struct(">d")
_UINT = struct.Struct(">Q")
_COUNT = struct.Struct("!i")
_ZERO = 1 << 63
_DIGITS = [bytes(48 + (byte >> shift & 3) for shift in (6, 4, 2, 0)) for byte in range(256)]
_NESTED = (list, dict)
# The end of a lexeme in tsvectorrecv's layout: NUL, and no positions (uint16).
_END = b"\0\0\0"


class _TooMany(Exception):
    """The record goes to the overflow."""


def facets_of(metadata: Mapping[str, Any], collection_no: int) -> list[bytes]:
    """The facets of one record, sorted, each once. `metadata` is decoded JSON, as it will be stored."""
    found: list[bytes] = []
    try:
        _collect(metadata, "", collection_no, found)
    except _TooMany:
        return [overflow(collection_no)]
    return sorted(set(found))


def tsvector_binary(lexemes: Sequence[bytes]) -> bytes:
    """The tsvector of these sorted lexemes in PostgreSQL's binary form, without positions.

    Layout of tsvectorrecv (src/backend/utils/adt/tsvector.c): a count, then each lexeme, NUL, and a count of positions.
    """
    return b"".join((_COUNT.pack(len(lexemes)), *(lexeme + _END for lexeme in lexemes)))


@lru_cache(maxsize=8192)
def path_prefix(collection_no: int, path: str) -> bytes:
    """What all facets of a path begin with: 8 characters."""
    return _hash(b"%d\0%b" % (collection_no, path.encode()))


def overflow(collection_no: int) -> bytes:
    """The one facet of a record that has too many."""
    return path_prefix(collection_no, "") + b"x"  # no field has an empty path


def value_facet(value: Scalar) -> bytes:
    """The part of a facet behind its path: the kind, and the value's digits."""
    if isinstance(value, str):
        return b"s" + text_digits(value)
    if value is True:
        return b"t"
    if value is False:
        return b"f"
    if value is None:
        return b"z"
    return b"n" + number_digits(value)


def text_digits(text: str) -> bytes:
    """A string in digits (in the order of code points), and a hash where it is longer than 16 bytes."""
    encoded = text.encode()
    if len(encoded) <= TEXT_BYTES:
        return _digits(encoded)
    return _digits(encoded[:TEXT_BYTES]) + b"." + _hash(encoded)


def number_digits(number: float) -> bytes:
    """A number in up to 32 digits, which sort as numbers do; zeros at the end are left out."""
    try:
        pattern: int = _UINT.unpack(_FLOAT.pack(abs(float(number))))[0]
    except OverflowError:  # an integer beyond float64: as infinity
        pattern = 0x7FF0 << 48
    return _digits(_UINT.pack(_ZERO + pattern if number >= 0 else _ZERO - pattern)).rstrip(b"0")


def _collect(fields: Mapping[str, Any], above: str, collection_no: int, found: list[bytes]) -> None:
    for key, value in fields.items():
        path = above + key
        if not key or "." in key or len(path) > MAX_PATH_LENGTH:
            continue
        prefix = path_prefix(collection_no, path)
        if isinstance(value, list):
            scalars = [each for each in value if not isinstance(each, _NESTED)]
            if len(found) + len(scalars) > MAX_FACETS:
                raise _TooMany
            found += [prefix + value_facet(each) for each in scalars] or [prefix + b"a"]
        elif isinstance(value, dict):
            found.append(prefix + b"o")
            _collect(value, path + ".", collection_no, found)
        else:
            found.append(prefix + value_facet(value))
        if len(found) > MAX_FACETS:
            raise _TooMany


def _digits(data: bytes) -> bytes:
    """Four digits a byte."""
    return b"".join(map(_DIGITS.__getitem__, data))


def _hash(data: bytes) -> bytes:
    return urlsafe_b64encode(blake2b(data, digest_size=6).digest())
