"""Whole columns of rows as binary array parameters, for `unnest()`.

psycopg turns Python lists into arrays element by element in text; for a thousand vectors of 1,024 values that costs
seconds. Here the elements are already in PostgreSQL's binary form and are only framed, in the layout that array_recv
reads (src/backend/utils/adt/arrayfuncs.c): number of dimensions, null flag, element type, length, lower bound, then
each element behind its length.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from psycopg.adapt import AdaptersMap, Dumper
from psycopg.pq import Format

_HEAD = struct.Struct("!iiIii")
_LENGTH = struct.Struct("!i")
_INT8 = struct.Struct("!q")
_NULL = _LENGTH.pack(-1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

# Fixed in pg_type.dat; those of pgvector's types differ by database (see connection.py).
TEXT_OID = 25
BYTEA_OID = 17
JSONB_OID = 3802
TIMESTAMPTZ_OID = 1184
TSVECTOR_OID = 3614


@dataclass(frozen=True, slots=True)
class Column:
    """One array parameter: the element type and each element in its binary form (None is NULL)."""

    element_oid: int
    elements: Sequence[bytes | None]


@dataclass(frozen=True, slots=True)
class Binary:
    """A single value of any type, already in its binary form; the statement casts it."""

    data: bytes


def texts(values: Iterable[str | None]) -> Column:
    """A text[] column."""
    return Column(TEXT_OID, [None if value is None else value.encode() for value in values])


def blobs(values: Iterable[bytes | None]) -> Column:
    """A bytea[] column."""
    return Column(BYTEA_OID, list(values))


def jsonbs(documents: Iterable[bytes]) -> Column:
    """A jsonb[] column from JSON documents (binary jsonb is a version byte and the text)."""
    return Column(JSONB_OID, [b"\x01" + document for document in documents])


def jsonb(document: bytes) -> Binary:
    """A single jsonb from a JSON document."""
    return Binary(b"\x01" + document)


def tsvectors(values: Iterable[bytes]) -> Column:
    """A tsvector[] column from tsvectors in binary form."""
    return Column(TSVECTOR_OID, list(values))


def timestamps(moments: Iterable[datetime | None]) -> Column:
    """A timestamptz[] column, to the microsecond."""
    return Column(TIMESTAMPTZ_OID, [None if moment is None else _microseconds(moment) for moment in moments])


def _microseconds(moment: datetime) -> bytes:
    since = moment - _EPOCH
    return _INT8.pack((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


class _ColumnDumper(Dumper):
    format: ClassVar[Format] = Format.BINARY  # type: ignore[misc]  # psycopg declares it as an instance attribute
    oid = 0  # the statement's cast says which array it is

    def dump(self, obj: Column) -> bytes:
        elements = obj.elements
        if not elements:
            return struct.pack("!iiI", 0, 0, obj.element_oid)
        parts = [_HEAD.pack(1, 1 if None in elements else 0, obj.element_oid, len(elements), 1)]
        for element in elements:
            if element is None:
                parts.append(_NULL)
            else:
                parts.append(_LENGTH.pack(len(element)))
                parts.append(element)
        return b"".join(parts)


class _BinaryDumper(Dumper):
    format: ClassVar[Format] = Format.BINARY  # type: ignore[misc]  # as above
    oid = 0

    def dump(self, obj: Binary) -> bytes:
        return obj.data


def register(adapters: AdaptersMap) -> None:
    """Teaches a connection the two parameter types above."""
    adapters.register_dumper(Column, _ColumnDumper)
    adapters.register_dumper(Binary, _BinaryDumper)
