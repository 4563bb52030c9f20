"""Request bodies and query strings: decoded once, straight into their struct.

msgspec tells where a value of the wrong type stands. What it refuses as JSON though other writers produce it (NaN,
Infinity, lone surrogates) is looked for again, so that the caller is told the field.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec
from starlette.requests import Request

from shared.errors import Detail, InvalidRequest, UnsupportedMediaType, ValidationFailed
from shared.web.faults import shortened, validation_failed

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

# A body that is not JSON is read a second time to say where, up to this size.
DIAGNOSED_BYTES = 1 << 20
SLOW_NUMBERS = 1_000
# Where a number can stand: behind a digit, and not before a quote or more letters, as in hexadecimal text. The letter
# comes first, by which the expression is found twenty times faster (11 ms in 22 MB).
_SLOW_NUMBERS = tuple(
    re.compile(letter + rb"(?<=[0-9.]" + letter + rb")[+-]?[0-9]{3,}(?=[\s,\]}])") for letter in (b"e", b"E")
)


def require_json(request: Request) -> None:
    """Raises UnsupportedMediaType unless the body says that it is JSON in UTF-8."""
    require_plain(request)
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.replace(" ", "").lower()
    if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8", 'charset="utf-8"'):
        raise UnsupportedMediaType("Send JSON, with the header Content-Type: application/json.")


def require_plain(request: Request) -> None:
    """Raises UnsupportedMediaType for a compressed body."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise UnsupportedMediaType("Send the body as it is, without a Content-Encoding.")


def decode_json(body: bytes, shape: type[T]) -> T:
    """The body as a `shape`. Raises InvalidRequest (not JSON) or ValidationFailed, with the path of the fault."""
    refuse_slow_numbers(body)
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise validation_failed(error, shape) from None
    except RecursionError:
        raise ValidationFailed.of("", "is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _not_json(body) from None


def refuse_slow_numbers(body: bytes) -> None:
    """Refuses what would hold the process for minutes: the decoder takes 20 µs for a number near float64's ends.

    No data has thousands of them (measured: 32 MB of `1e308,` took 115 s, of ordinary numbers 0.1 s).
    """
    if len(body) < SLOW_NUMBERS * 5:
        return
    found = itertools.chain.from_iterable(expression.finditer(body) for expression in _SLOW_NUMBERS)
    if next(itertools.islice(found, SLOW_NUMBERS, None), None) is not None:
        raise ValidationFailed.of("", f"holds more than {SLOW_NUMBERS} numbers with exponents of three digits")


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
        raise validation_failed(error, shape) from None


def _not_json(body: bytes) -> InvalidRequest | ValidationFailed:
    if len(body) > DIAGNOSED_BYTES:
        return InvalidRequest("The body is not JSON.")
    try:
        document = json.loads(body.decode())
    except UnicodeDecodeError:
        return InvalidRequest("The body is not UTF-8.")
    except json.JSONDecodeError as error:
        return InvalidRequest(f"The body is not JSON: see line {error.lineno}, column {error.colno}.")
    except (RecursionError, ValueError):  # the latter for whole numbers of more than 4,300 digits
        return ValidationFailed.of("", "is nested too deeply, or holds a number of too many digits")
    fault = _outside_json(document)
    return ValidationFailed.all([fault]) if fault else InvalidRequest("The body is not JSON.")


def _outside_json(document: object) -> Detail | None:
    """The first place of something that Python's reader takes and JSON does not have.

    A walk without recursion, whose memory is the depth's: only the path that is told is ever put together.
    """
    steps: list[str | int] = []
    walk: list[Iterator[tuple[str | int, object]]] = [iter([("", document)])]
    while walk:
        step, value = next(walk[-1], (None, None))
        if step is None:
            walk.pop()
            del steps[-1:]
            continue
        if fault := _fault_outside_json(value):
            return Detail(_path([*steps, step]), fault)
        if isinstance(value, dict | list):
            walk.append(iter(value.items()) if isinstance(value, dict) else enumerate(value))
            steps.append(step)
    return None


def _fault_outside_json(value: object) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return "is not a finite number"
    if isinstance(value, str) and _has_lone_surrogate(value):
        return "holds a lone surrogate"
    if isinstance(value, dict) and any(_has_lone_surrogate(key) for key in value):
        return "holds a lone surrogate in a key"
    return None


def _path(steps: Sequence[str | int]) -> str:
    """`vectors[3].values[0]` from its steps."""
    return shortened("".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip("."))


def _has_lone_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)
