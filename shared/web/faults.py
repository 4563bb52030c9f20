"""What msgspec says of a value that does not fit its struct, as a path and a sentence for a person."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import inspect

from shared.errors import ValidationFailed

# Sentences for the patterns that fields have; msgspec would show the expression.
PATTERNS: dict[str, str] = {}

# Characters of a path or a sentence that an error tells.
MAX_TOLD = 300
_UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING_FIELD = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_TYPE = re.compile(r"Expected `([a-z |]+)`, got `([a-z]+)`")
_LENGTH = re.compile(r"Expected `(array|object|str)` of length (<=|>=) (\d+)")
_BOUND = re.compile(r"Expected `(?:int|float)` (<=|>=) (\S+)")
_PATTERN = re.compile(r"Expected `str` matching regex '?(.*?)'?", re.DOTALL)

_NAMES = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "an array",
    "object": "an object",
    "datetime": "a time as RFC 3339 has it",
    "null": "null",
}
_UNITS = {"array": "items", "object": "fields", "str": "characters"}


def described(pattern: str, sentence: str) -> str:
    """The pattern, with the sentence that a value gets which does not match it: "is not …"."""
    PATTERNS[pattern] = sentence
    return pattern


def validation_failed(error: msgspec.ValidationError, shape: type[Any]) -> ValidationFailed:
    """Our error for msgspec's, which names the first fault only."""
    # The caller's own words may stand in front, whatever they are; the place comes last.
    what, at, place = str(error).rpartition(" - at `")
    path = place.removesuffix("`").removeprefix("key in ").removeprefix("$").removeprefix(".") if at else ""
    if not at:
        what = place
    if named := _UNKNOWN_FIELD.fullmatch(what):
        return ValidationFailed.of(shortened(_below(path, named[1])), "is not a field of this call")
    if named := _MISSING_FIELD.fullmatch(what):
        return ValidationFailed.of(shortened(_below(path, named[1])), "is required")
    return ValidationFailed.of(shortened(path), shortened(_sentence(what, path, shape)))


def shortened(text: str) -> str:
    """A text that a caller made, no longer than an error should be."""
    return text if len(text) <= MAX_TOLD else f"{text[:MAX_TOLD]}…"


def _below(path: str, field: str) -> str:
    return f"{path}.{field}" if path else field


def _sentence(what: str, path: str, shape: type[Any]) -> str:
    if what == "Invalid RFC3339 encoded datetime":
        return "is not a time as RFC 3339 has it"
    if what.startswith("Invalid enum value") and (allowed := _allowed(inspect.type_info(shape), path)):
        return f"is not one of {', '.join(allowed)}"
    for expression, sentence in (
        (_TYPE, _of_type),
        (_LENGTH, _of_length),
        (_BOUND, _of_bound),
        (_PATTERN, _of_pattern),
    ):
        found = expression.fullmatch(what)
        if found:
            return sentence(found)
    return what[:1].lower() + what[1:]


def _of_type(found: re.Match[str]) -> str:
    return "is not " + " or ".join(_NAMES.get(name, name) for name in found[1].split(" | "))


def _of_length(found: re.Match[str]) -> str:
    kind, bound, number = found.groups()
    if (bound, number) == (">=", "1"):
        return "is empty"
    return f"has {'more' if bound == '<=' else 'fewer'} than {number} {_UNITS[kind]}"


def _of_bound(found: re.Match[str]) -> str:
    return f"is {'greater' if found[1] == '<=' else 'less'} than {found[2].removesuffix('.0')}"


def _of_pattern(found: re.Match[str]) -> str:
    shown = (sentence for pattern, sentence in PATTERNS.items() if found[1] in (pattern, repr(pattern)[1:-1]))
    return next(shown, "has not the form that it should have")


def _allowed(kind: inspect.Type, path: str) -> list[str]:
    """The values of the literal at a path such as `scopes[0]`, or none where there is no literal."""
    for step in re.findall(r"[^.\[\]]+|\[\d+\]", path):
        kind = _plain(kind)
        if step.startswith("[") and isinstance(kind, inspect.ListType):
            kind = kind.item_type
        elif isinstance(kind, inspect.StructType):
            kind = next((field.type for field in kind.fields if field.encode_name == step), kind)
    kind = _plain(kind)
    return [str(value) for value in kind.values] if isinstance(kind, inspect.LiteralType) else []


def _plain(kind: inspect.Type) -> inspect.Type:
    """The type without its constraints and without null."""
    if isinstance(kind, inspect.Metadata):
        return _plain(kind.type)
    if isinstance(kind, inspect.UnionType):
        return next((_plain(one) for one in kind.types if not isinstance(one, inspect.NoneType)), kind)
    return kind
