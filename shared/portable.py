"""A vector as it is exported and imported: one line of JSON that holds all of it.

`values` are the numbers that were sent: the shortest decimals that are read as the same float32 again. Where there are
none, `embedding` is what the text was embedded to, base64 of little-endian float16; `model` names the model that did
it, `embedded_sha256` is of that text: where both are still the same, an import need not embed it again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shared import clock
from shared.admission import CollectionRef
from shared.db.connection import Row
from shared.records import Namespace, Prepared, Record, prepared_record, record_faults
from shared.vector_values import halfvec_binary_of_row, length_of_row, row_of_halfvec_binary

# Of all float32 within a halfvec's range this one alone is read back as its neighbour from its shortest decimal, if
# that is rounded to float64 before (all were tried): it is written with the digits of a float64.
_SHORTEST_MISREAD, _MISREAD = "7.038531e-26", "7.0385306918512091e-26"
_NEGATIVE_ZERO = re.compile(r"(?<=[\[,])-0(?=[,\]])")
_FLOAT16_BYTES = 2
# How far float16 may take an embedding's length from 1: each value is off by a 2,048th of itself at most.
_LENGTH_TOLERANCE = 0.001


class PortableVector(Struct, forbid_unknown_fields=True, kw_only=True):
    """One line. `pending` tells that the text has no embedding yet; an import finds that out itself."""

    namespace: Namespace = ""
    id: str
    text: str | None = None
    values: list[float] | None = None
    embedding: str | None = None
    model: str | None = None
    embedded_sha256: str | None = None
    metadata: dict[str, Any] | None = None
    pending: bool = False
    expires_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


def place_of(number: int, path: str) -> str:
    """How faults name a place: `line 17: values[3]`, or `line 17` for all of it."""
    return f"line {number}: {path}" if path else f"line {number}"


class _Line(Struct):
    """The same on its way out: what the database wrote as JSON goes as it is."""

    namespace: str
    id: str
    text: str | None
    values: msgspec.Raw | None
    embedding: str | None
    model: str | None
    embedded_sha256: str | None
    metadata: msgspec.Raw
    pending: bool
    expires_at: str | None
    created_at: str
    updated_at: str


def model_of(collection: CollectionRef) -> str | None:
    """How a line names the model of a collection's embeddings."""
    return None if collection.model is None else f"{collection.model}@{collection.model_revision}"


def line_of(row: Row, model: str | None) -> bytes:
    """A row of the statement read_vectors as a line."""
    _, namespace, vector_id, text, values, embedding, metadata, pending, expires_at, created_at, updated_at = row
    line = _Line(
        namespace=namespace,
        id=vector_id,
        text=text,
        values=None if values is None else msgspec.Raw(_exact(values).encode()),
        embedding=None if embedding is None else base64.b64encode(row_of_halfvec_binary(embedding)).decode(),
        model=None if embedding is None else model,
        embedded_sha256=None if embedding is None else _sha256(text),
        metadata=msgspec.Raw(metadata.encode()),
        pending=pending,
        expires_at=clock.rfc3339(expires_at) if expires_at else None,
        created_at=clock.rfc3339(created_at),
        updated_at=clock.rfc3339(updated_at),
    )
    return msgspec.json.encode(line) + b"\n"


def faults_of(vector: PortableVector, collection: CollectionRef) -> list[tuple[str, str]]:
    """What is wrong with a line: paths ("", "values[3]") and sentences."""
    found = [(path.removeprefix("."), error) for path, error in record_faults(_record(vector), collection)]
    if vector.embedding is not None and (fault := _embedding_fault(vector, collection)):
        found.append(("embedding", fault))
    for name in ("created_at", "updated_at"):
        moment = getattr(vector, name)
        if moment is not None and (fault := clock.fault_of(moment)):
            found.append((name, fault))
    return found


def prepared_of(vector: PortableVector, collection: CollectionRef) -> Prepared:
    """A line without faults as it is stored, its embedding too if that is of its text and by the collection's model."""
    embedding = None
    if vector.embedding is not None and _is_current(vector, collection):
        embedding = halfvec_binary_of_row(base64.b64decode(vector.embedding))
    return replace(
        prepared_record(_record(vector), collection),
        embedding=embedding,
        created_at=vector.created_at,
        updated_at=vector.updated_at,
    )


def _record(vector: PortableVector) -> Record:
    return Record(
        id=vector.id, text=vector.text, values=vector.values, metadata=vector.metadata, expires_at=vector.expires_at
    )


def _is_current(vector: PortableVector, collection: CollectionRef) -> bool:
    """Whether the embedding is what the collection's model makes of the record; a text may have been edited since."""
    is_of_model = vector.model is not None and vector.model == model_of(collection)
    return vector.values is None and is_of_model and vector.embedded_sha256 == _sha256(vector.text)


def _sha256(text: str | None) -> str:
    return hashlib.sha256((text or "").encode()).hexdigest()


def _embedding_fault(vector: PortableVector, collection: CollectionRef) -> str | None:
    if vector.text is None:
        return "is of a text, and there is none"
    try:
        row = base64.b64decode(vector.embedding or "", validate=True)
    except (binascii.Error, ValueError):
        return "is not base64"
    if len(row) != _FLOAT16_BYTES * collection.dimension:
        return f"has {len(row)} bytes; the collection's embeddings have {_FLOAT16_BYTES * collection.dimension}"
    length = length_of_row(row)
    if not math.isfinite(length):
        return "holds what is not a finite number"
    # Its inner product with a query is taken for the cosine.
    if collection.metric == "cosine" and abs(length - 1) > _LENGTH_TOLERANCE:
        return "is not of length 1"
    return None


def _exact(values: str) -> str:
    """The numbers of a `vector` as JSON from which every reader gets them back, bit by bit."""
    if "-0," in values or "-0]" in values:
        values = _NEGATIVE_ZERO.sub("-0.0", values)  # some readers take -0 for a whole number, which has no sign
    return values.replace(_SHORTEST_MISREAD, _MISREAD)
