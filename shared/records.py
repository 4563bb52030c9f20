"""Records on their way in: their shape, their checks, and the form in which they are stored."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from shared import clock
from shared.admission import CollectionRef
from shared.config import TEXT_DIMENSION
from shared.errors import Detail, ValidationFailed
from shared.filters.facets import facets_of, tsvector_binary
from shared.keywords.terms import Terms, terms_of
from shared.vector_values import fault_of, vector_binary

MAX_RECORDS = 1_000
MAX_ID_LENGTH = 512
MAX_TEXT_BYTES = 64 * 1024
MAX_METADATA_BYTES = 40 * 1024
MAX_METADATA_DEPTH = 64
TOO_DEEP = f"is nested deeper than {MAX_METADATA_DEPTH} levels"
MAX_FAULTS = 20
# The furthest expiry, so that a date stays one that every client can read.
MAX_TTL_SECONDS = 100 * 366 * 86_400

NO_FACETS = tsvector_binary([])

_EXPONENT = re.compile(rb"[0-9]e[+-]?[0-9]{2}")

NAMESPACE_PATTERN = r"^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,127})?\Z"
Namespace = Annotated[str, Meta(pattern=NAMESPACE_PATTERN)]
"""A namespace as requests name it; "" is the default one."""


class Record(Struct, forbid_unknown_fields=True):
    """One record of an upsert: an id with text, values, or both."""

    id: str
    text: str | None = None
    values: list[float] | None = None
    metadata: dict[str, Any] | None = None
    expires_at: datetime | None = None
    ttl_seconds: Annotated[int, Meta(ge=1, le=MAX_TTL_SECONDS)] | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record as it is stored.

    `raw_values` is a `vector` in binary form; None means that the text is embedded. `facets` is a `tsvector` in binary
    form. `terms` are the text's words; None where it has none. An import brings along the `embedding` of a text, a
    `halfvec` in binary form, and when the record was made and last changed; else those are None.
    """

    id: str
    text: str | None = field(repr=False)
    raw_values: bytes | None = field(repr=False)
    metadata: bytes = field(repr=False)
    facets: bytes = field(repr=False)
    terms: Terms | None = field(repr=False)
    content_hash: bytes = field(repr=False)
    expires_at: datetime | None
    embedding: bytes | None = field(default=None, repr=False)
    created_at: datetime | None = None
    updated_at: datetime | None = None


def prepare(records: Sequence[Record], collection: CollectionRef) -> list[Prepared]:
    """Checks every record and prepares it; of records with the same id the last one stands.

    Raises ValidationFailed with up to 20 faults, each with its path; then nothing of the batch is stored.
    """
    prepared: dict[str, Prepared] = {}
    faults: list[Detail] = []
    for index, record in enumerate(records):
        found = [Detail(f"vectors[{index}]{path}", error) for path, error in record_faults(record, collection)]
        faults += found
        if not found:
            ready = prepared_record(record, collection)
            prepared.pop(ready.id, None)
            prepared[ready.id] = ready
        if len(faults) >= MAX_FAULTS:
            break
    if faults:
        raise ValidationFailed.all(faults[:MAX_FAULTS])
    return list(prepared.values())


def id_fault(vector_id: str) -> str | None:
    """What is wrong with a vector id, or None."""
    if not 1 <= len(vector_id) <= MAX_ID_LENGTH:
        return f"is not 1 to {MAX_ID_LENGTH} characters long"
    if not vector_id.isprintable() and any(unicodedata.category(char) in ("Cc", "Cs") for char in vector_id):
        return "holds a control character or a lone surrogate"
    return None


def check_ids(ids: Sequence[str], *, field: str = "ids") -> list[str]:
    """The ids, each once. Raises ValidationFailed, naming the first 20 that cannot be ids."""
    faults = [
        Detail(f"{field}[{index}]", fault) for index, vector_id in enumerate(ids) if (fault := id_fault(vector_id))
    ]
    if faults:
        raise ValidationFailed.all(faults[:MAX_FAULTS])
    return list(dict.fromkeys(ids))


def text_fault(text: str) -> str | None:
    """What is wrong with a text, or None."""
    if not text.strip():
        return "is empty"
    if "\0" in text:
        return "holds a NUL character"
    # Only a text that could be too long is encoded to see: a character is at most four bytes.
    if len(text) * 4 > MAX_TEXT_BYTES and (size := len(text.encode())) > MAX_TEXT_BYTES:
        return f"is {size} bytes of UTF-8; the bound is {MAX_TEXT_BYTES}"
    return None


def check_text(text: str, *, field: str = "text") -> str:
    """The text. Raises ValidationFailed."""
    if fault := text_fault(text):
        raise ValidationFailed.of(field, fault)
    return text


def record_faults(record: Record, collection: CollectionRef) -> Iterator[tuple[str, str]]:
    """What is wrong with a record: paths below it ("", ".id", ".values[3]") and sentences."""
    if fault := id_fault(record.id):
        yield ".id", fault
    if record.text is None and record.values is None:
        yield "", "has neither text nor values"
    if record.text is not None:
        if fault := text_fault(record.text):
            yield ".text", fault
        elif record.values is None and collection.dimension != TEXT_DIMENSION:
            yield ".text", f"needs values too: embeddings have {TEXT_DIMENSION}, the collection {collection.dimension}"
    if record.values is not None:
        nonzero = collection.metric == "cosine"
        if found := fault_of(record.values, dimension=collection.dimension, nonzero=nonzero):
            yield f".values{found[0]}", found[1]
    if record.metadata and (fault := metadata_fault(record.metadata)):
        yield ".metadata", fault
    if record.expires_at is not None:
        if record.ttl_seconds is not None:
            yield ".ttl_seconds", "stands beside expires_at; send one of them"
        elif fault := clock.fault_of(record.expires_at):
            yield ".expires_at", fault


def metadata_fault(metadata: dict[str, Any]) -> str | None:
    """What is wrong with metadata, or None."""
    try:
        document = msgspec.json.encode(metadata)
    except RecursionError:
        return TOO_DEEP
    if len(document) > MAX_METADATA_BYTES:
        return f"is {len(document)} bytes as JSON; the bound is {MAX_METADATA_BYTES}"
    # A walk through the document only where its bytes leave something to find.
    nested = document.count(b"{") + document.count(b"[") > MAX_METADATA_DEPTH
    if nested or b"\\u0000" in document or _EXPONENT.search(document):
        return _walk_fault(metadata, len(document))
    return None


def _walk_fault(metadata: dict[str, Any], size: int) -> str | None:
    """Level by level, without recursion: the depth is the caller's.

    jsonb keeps numbers written out, so `1e300` is stored and answered as 301 digits: they count too.
    """
    level: list[Any] = [metadata]
    for _ in range(MAX_METADATA_DEPTH):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += value.keys()
                below += value.values()
            else:
                below += value
        if any(isinstance(value, str) and "\0" in value for value in below):
            return "holds a NUL character"
        size += sum(_digits(value) for value in below if isinstance(value, float))
        if size > MAX_METADATA_BYTES:
            return f"is more than {MAX_METADATA_BYTES} bytes as JSON with its numbers written out"
        level = [value for value in below if isinstance(value, dict | list)]
        if not level:
            return None
    return TOO_DEEP


def _digits(number: float) -> int:
    """Digits that writing out an exponent takes."""
    return abs(math.frexp(number)[1]) * 3 // 10


def prepared_record(record: Record, collection: CollectionRef) -> Prepared:
    """A record without faults, as it is stored."""
    raw_values = None if record.values is None else vector_binary(record.values)
    expires_at = record.expires_at
    if record.ttl_seconds is not None:
        expires_at = clock.now() + timedelta(seconds=record.ttl_seconds)
    metadata = record.metadata or {}
    return Prepared(
        id=record.id,
        text=record.text,
        raw_values=raw_values,
        metadata=msgspec.json.encode(metadata),
        facets=facets_binary(metadata, collection.collection_no),
        terms=None if record.text is None else words_of_text(record.text, collection),
        content_hash=content_hash(record.text, raw_values),
        expires_at=expires_at,
    )


def facets_binary(metadata: Mapping[str, Any], collection_no: int) -> bytes:
    """The facets of metadata as a `tsvector` in binary form."""
    return tsvector_binary(facets_of(metadata, collection_no)) if metadata else NO_FACETS


def words_of_text(text: str, collection: CollectionRef) -> Terms | None:
    """The words of a text as its collection reads them; None where it has only signs."""
    terms = terms_of(text, language=collection.language, collection_no=collection.collection_no)
    return terms if terms.length else None


def content_hash(text: str | None, raw_values: bytes | None) -> bytes:
    """SHA-256 of everything that an embedding comes from; equal hashes need no new embedding."""
    digest = hashlib.sha256()
    digest.update(b"values:" + raw_values if raw_values is not None else b"text:")
    digest.update(b"\0none" if text is None else b"\0text" + text.encode())
    return digest.digest()
