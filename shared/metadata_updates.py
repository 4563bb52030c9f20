"""Setting fields of metadata: merged at the top level, where null removes a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from shared.errors import ValidationFailed
from shared.records import metadata_fault

FIELD = "set_metadata"
# Characters of an id that an error tells.
_TOLD = 100


def check_set_metadata(fields: dict[str, Any]) -> None:
    """Raises ValidationFailed for fields that no metadata could have."""
    if fault := metadata_fault(fields):
        raise ValidationFailed.of(FIELD, fault)


def merged(vector_id: str, metadata: str, fields: Mapping[str, Any]) -> tuple[dict[str, Any], bytes | None]:
    """Metadata with the fields set, and the same as JSON; None for the latter where nothing is changed.

    `metadata` is the JSON that the database gave. Numbers come out equal: what is stored once went through the same
    decoder. Raises ValidationFailed, naming the vector, where it becomes too large.
    """
    before: dict[str, Any] = msgspec.json.decode(metadata)
    after = {name: value for name, value in {**before, **fields}.items() if name not in fields or value is not None}
    document = msgspec.json.encode(after)
    if document == msgspec.json.encode(before):
        return after, None
    if fault := metadata_fault(after):
        shown = vector_id if len(vector_id) <= _TOLD else f"{vector_id[:_TOLD]}…"
        raise ValidationFailed.of(FIELD, f"does not fit into the vector {shown!r}, whose metadata then {fault}")
    return after, document
