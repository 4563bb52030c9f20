"""Bodies and answers of many records: lines of JSON (application/x-ndjson)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec
from starlette.requests import Request

from shared.errors import Detail, InvalidRequest, UnsupportedMediaType, ValidationFailed
from shared.portable import place_of
from shared.web.body import decode_json, refuse_slow_numbers, require_plain

T = TypeVar("T", bound=msgspec.Struct)

NDJSON = "application/x-ndjson"
MAX_FAULTS = 20
_NOT_JSON = "is not JSON in UTF-8"


class NextCursor(msgspec.Struct, forbid_unknown_fields=True):
    """The last line of a page of lines: where the next one begins; null where there is none."""

    next_cursor: str | None


def require_lines(request: Request) -> None:
    """Raises UnsupportedMediaType unless the body says that it is lines of JSON."""
    require_plain(request)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != NDJSON:
        raise UnsupportedMediaType(f"Send lines of JSON, with the header Content-Type: {NDJSON}.")


def decode_lines(body: bytes, shape: type[T], *, max_lines: int) -> list[tuple[int, T]]:
    """The records of a body, each with the number of its line from 1; empty lines and those of cursors are passed over.

    Raises ValidationFailed, naming up to 20 places, for lines that are no `shape` or are too many, and InvalidRequest
    where no line is JSON.
    """
    refuse_slow_numbers(body)
    decoder = msgspec.json.Decoder(shape)
    found: list[tuple[int, T]] = []
    faults: list[Detail] = []
    for number, line in enumerate(_lines(body), 1):
        if not line or line.isspace() or _is_cursor(line):
            continue
        if len(found) == max_lines:
            raise ValidationFailed.of(place_of(number, ""), f"is one too many: send at most {max_lines} records")
        try:
            found.append((number, decoder.decode(line)))
        except (ValueError, RecursionError):
            faults += _faults(number, line, shape)
            if len(faults) >= MAX_FAULTS:
                break
    if faults and not found and all(fault.error == _NOT_JSON for fault in faults):
        raise InvalidRequest(f"The body is not lines of JSON in UTF-8: see {faults[0].field}.")
    if faults:
        raise ValidationFailed.all(faults[:MAX_FAULTS])
    return found


def _lines(body: bytes) -> Iterator[bytes]:
    """Line by line, so that a body is never there twice."""
    start = 0
    while start < len(body):
        end = body.find(b"\n", start)
        if end < 0:
            end = len(body)
        yield body[start:end]
        start = end + 1


def _is_cursor(line: bytes) -> bool:
    if b'"next_cursor"' not in line[:64]:
        return False
    try:
        msgspec.json.decode(line, type=NextCursor)
    except ValueError:
        return False
    return True


def _faults(number: int, line: bytes, shape: type[T]) -> list[Detail]:
    """What is wrong with a line, as it would be told of a body."""
    try:
        decode_json(line, shape)
    except InvalidRequest:
        return [Detail(place_of(number, ""), _NOT_JSON)]
    except ValidationFailed as refused:
        return [Detail(place_of(number, one.field), one.error) for one in refused.details]
    return [Detail(place_of(number, ""), "is not a record")]
