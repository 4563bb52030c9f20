"""The cursor of an export: when the export began, and the place that it has come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from shared import clock
from shared.account_export.section import Position, Section
from shared.errors import ValidationFailed
from shared.pages import decode_cursor, encode_cursor


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next page begins: behind a position of a section, by its number; None is its start."""

    as_of: datetime
    section: int
    behind: Position | None


class _Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    as_of: datetime
    section: str
    behind: msgspec.Raw


def cursor_of(place: Place, sections: Sequence[Section]) -> str:
    """The cursor behind a place; it names the section, so that it stays good where others come between."""
    behind = msgspec.Raw(msgspec.json.encode(place.behind))
    return encode_cursor(msgspec.json.encode(_Cursor(place.as_of, sections[place.section].name, behind)).decode())


def place_of(cursor: str, sections: Sequence[Section]) -> Place:
    """The place of a cursor; the very start for "". Raises ValidationFailed for what never was one of an export."""
    if not cursor:
        return Place(clock.now(), 0, None)
    text = decode_cursor(cursor)
    try:
        read = msgspec.json.decode(text, type=_Cursor)
        number = [section.name for section in sections].index(read.section)
        behind = _position(bytes(read.behind), sections[number])
        if not all(map(_is_sound, [read.as_of, *(behind or ())])):
            raise ValueError("no position holds this")
    except (ValueError, RecursionError):
        raise ValidationFailed.of("cursor", "is not a cursor of this listing") from None
    return Place(read.as_of, number, behind)


def _position(document: bytes, section: Section) -> Position | None:
    if document == b"null":
        return None
    position: Position = msgspec.json.decode(document, type=section.shape)
    return position


def _is_sound(value: object) -> bool:
    """Whether the database takes it."""
    if isinstance(value, datetime):
        return clock.fault_of(value) is None
    return not (isinstance(value, str) and "\0" in value)
