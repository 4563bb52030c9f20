"""Request bodies and query strings: bounded, decoded once, straight into their struct.

msgspec tells where a value of the wrong type stands. What it refuses as JSON though other writers produce it (NaN,
Infinity, lone surrogates) is looked for again, so that the caller is told the field.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request

from shared.errors import Detail, InvalidRequest, PayloadTooLarge, UnsupportedMediaType, ValidationFailed

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

_UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING_FIELD = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The whole body. Raises PayloadTooLarge as soon as it is known to be longer than `max_bytes`."""
    too_large = PayloadTooLarge(f"The body is larger than {max_bytes} bytes.")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise too_large
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_bytes:
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)


def require_json(request: Request) -> None:
    """Raises UnsupportedMediaType unless the body says that it is JSON in UTF-8."""
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.replace(" ", "").lower()
    if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8", 'charset="utf-8"'):
        raise UnsupportedMediaType("Send JSON, with the header Content-Type: application/json.")


def decode_json(body: bytes, shape: type[T]) -> T:
    """The body as a `shape`. Raises InvalidRequest (not JSON) or ValidationFailed, with the path of the fault."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise _validation_failed(error) from None
    except RecursionError:
        raise ValidationFailed.of("", "is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _not_json(body) from None


def decode_query(request: Request, shape: type[S]) -> S:
    """The query string as a `shape`; a list field takes every occurrence, any other refuses a second one."""
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(shape)}
    values: dict[str, object] = {}
    for name in request.query_params:
        occurrences = request.query_params.getlist(name)
        takes_list = name in fields and getattr(fields[name], "__origin__", fields[name]) is list
        if takes_list:
            values[name] = occurrences
        elif len(occurrences) > 1:
            raise ValidationFailed.of(name, "stands more than once")
        else:
            values[name] = occurrences[0]
        if any("\0" in value for value in occurrences):
            raise ValidationFailed.of(name, "holds a NUL character")
    return convert(values, shape)


def convert(values: Mapping[str, object], shape: type[T]) -> T:
    """Strings as a `shape`, numbers and booleans read from them. Raises ValidationFailed."""
    try:
        return msgspec.convert(values, type=shape, strict=False)
    except msgspec.ValidationError as error:
        raise _validation_failed(error) from None


def _validation_failed(error: msgspec.ValidationError) -> ValidationFailed:
    match = _AT.match(str(error))
    what, path = (match["what"], match["path"] or "") if match else (str(error), "")
    path = path.removeprefix(".")
    for pattern, sentence in ((_UNKNOWN_FIELD, "is not a field of this call"), (_MISSING_FIELD, "is required")):
        if named := pattern.fullmatch(what):
            return ValidationFailed.of(f"{path}.{named[1]}" if path else named[1], sentence)
    return ValidationFailed.of(path, what[:1].lower() + what[1:])


def _not_json(body: bytes) -> InvalidRequest | ValidationFailed:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return InvalidRequest("The body is not JSON.")
    for path, error in _outside_json(document, ""):
        return ValidationFailed.all([Detail(path.removeprefix("."), error)])
    return InvalidRequest("The body is not JSON.")


def _outside_json(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Paths of what Python's reader takes and JSON does not have; recursion is bounded by that reader."""
    if isinstance(value, dict):
        for key, item in value.items():
            if _has_lone_surrogate(key):
                yield path, "holds a lone surrogate in a key"
            else:
                yield from _outside_json(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _outside_json(item, f"{path}[{index}]")
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, "is not a finite number"
    elif isinstance(value, str) and _has_lone_surrogate(value):
        yield path, "holds a lone surrogate"


def _has_lone_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)
