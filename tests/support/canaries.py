"""Canaries: random words and numbers, one for each place of each request, that are then looked for in all that is said.

What a request looks like is read from the struct of its endpoint, so that a new field cannot be forgotten.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import combinations
from typing import Any

import msgspec
from msgspec import inspect

MARKER = "zqx"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TAIL = 12
# So much of a canary is found, should something shorten it.
_KNOWN_BY = 9
_WORD = re.compile(rf"{MARKER}[a-z]{{{_KNOWN_BY - len(MARKER)}}}")
_HEX = re.compile(r"7a7178(?:6[1-9a-f]|7[0-9a]){6}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_NUMBER = re.compile(r"-0\.[5-9][0-9]{4}")
_VECTOR_LENGTH = 3


class Kind(Enum):
    """What a canary stands for: whoever sent a name may be told it in an error, nobody is ever told the others."""

    NAME = auto()
    CONTENT = auto()
    SECRET = auto()


@dataclass(frozen=True, slots=True)
class Canary:
    """A word or number that stands nowhere else, and where it was planted."""

    text: str
    kind: Kind
    where: str


class Flock:
    """All canaries of a test."""

    def __init__(self) -> None:
        self._words: dict[str, Canary] = {}
        self._numbers: dict[str, Canary] = {}
        self._literals: list[Canary] = []

    def word(self, kind: Kind, where: str) -> str:
        """A new word of small letters."""
        text = MARKER + "".join(secrets.choice(_LETTERS) for _ in range(_TAIL))
        self._words[text[:_KNOWN_BY]] = Canary(text, kind, where)
        return text

    def number(self, where: str) -> float:
        """A number that halfvec, float32 and JSON all write with the same first five decimals; numbers are content."""
        value = -(2 * secrets.randbelow(512) + 1025) / 2048
        self._numbers[f"{value:.11f}"[:8]] = Canary(str(value), Kind.CONTENT, where)
        return value

    def adopt(self, text: str, where: str) -> str:
        """Takes a secret that somebody else made, and answers it."""
        self._literals.append(Canary(text, Kind.SECRET, where))
        return text

    def found_in(self, said: str) -> list[Canary]:
        """The canaries in a text: as they are, in hexadecimal digits and in base64."""
        small = said.lower()
        found = [self._words.get(each) for each in _WORD.findall(small)]
        found += [self._words.get(bytes.fromhex(each).decode()) for each in _HEX.findall(small)]
        found += [self._words.get(each) for run in _BASE64.findall(said) for each in _words_of_base64(run)]
        found += [self._numbers.get(each) for each in _NUMBER.findall(said)]
        return [each for each in found if each is not None] + [each for each in self._literals if each.text in said]


def _words_of_base64(run: str) -> Iterator[str]:
    plain = run.replace("-", "+").replace("_", "/")
    for start in range(4):
        part = plain[start:]
        decoded = base64.b64decode(part[: len(part) // 4 * 4])
        yield from _WORD.findall(decoded.decode("latin-1").lower())


# What a field is, by its name, wherever it stands; all others are names.
_SECRETS = {"email", "password", "current_password", "token", "refresh_token"}
_CONTENTS = {"text", "texts", "input", "values", "vector", "metadata", "set_metadata", "filter", "description"}


def kind_of(name: str) -> Kind:
    """What stands in a field of that name."""
    return Kind.SECRET if name in _SECRETS else Kind.CONTENT if name in _CONTENTS else Kind.NAME


@dataclass(slots=True)
class Planter:
    """Makes requests with a canary in every place. `known` says what stands in fields that lead somewhere."""

    flock: Flock
    known: Mapping[str, Callable[[], Any]] = field(default_factory=dict)

    def email(self, where: str) -> str:
        """An address that nobody has."""
        return f"{self.flock.word(Kind.SECRET, where)}@example.com"

    def password(self, where: str) -> str:
        """A password that is good enough."""
        return " ".join(self.flock.word(Kind.SECRET, where) for _ in range(3))

    def token(self, marker: str, where: str) -> str:
        """A token of the right form that was never given out."""
        return f"{marker}_{(self.password(where)).replace(' ', 'X').ljust(43, 'Z')[:43]}"

    def value(self, shape: inspect.Type, name: str, where: str) -> Any:
        """A value of the type for a field of that name."""
        if name in self.known:
            return self.known[name]()
        match shape:
            case inspect.Metadata():
                return self.value(shape.type, name, where)
            case inspect.UnionType():
                return self.value(next(t for t in shape.types if not isinstance(t, inspect.NoneType)), name, where)
            case inspect.StructType():
                return {each.encode_name: self._of_field(each, where) for each in shape.fields}
            case inspect.ListType():
                length = _VECTOR_LENGTH if isinstance(_bare(shape.item_type), inspect.FloatType) else 1
                return [self.value(shape.item_type, name, f"{where}[]") for _ in range(length)]
            case inspect.DictType() | inspect.AnyType():
                key = self.flock.word(Kind.NAME, f"{where}, a key")
                return {key: self.flock.word(Kind.CONTENT, f"{where}, a value")}
            case inspect.StrType():
                return self._text(name, where)
            case inspect.FloatType():
                bounds = (shape.ge, shape.le, shape.gt, shape.lt)
                return self.flock.number(where) if bounds == (None,) * 4 else float(shape.le or shape.ge or 0)
            case inspect.IntType():
                return shape.ge if shape.ge is not None else 1
            case inspect.BoolType():
                return True
            case inspect.LiteralType():
                return shape.values[0]
            case inspect.DateTimeType():
                return "2091-01-01T00:00:00Z"
        raise AssertionError(f"{where}: what stands in a {type(shape).__name__}?")

    def _text(self, name: str, where: str) -> str:
        match name:
            case "email":
                return self.email(where)
            case "password" | "current_password":
                return self.password(where)
            case "token" | "refresh_token":
                return self.token("fvl" if name == "token" else "fvr", where)
            case "filter":  # of a query string: JSON
                return json.dumps({self.flock.word(Kind.NAME, where): self.flock.word(Kind.CONTENT, where)})
            case _:
                return self.flock.word(kind_of(name), where)

    def _of_field(self, each: inspect.Field, where: str) -> Any:
        return self.value(each.type, each.encode_name, f"{where}.{each.encode_name}")

    def good(self, shape: type[msgspec.Struct], where: str, *, together: int) -> Iterator[dict[str, Any]]:
        """Requests whose types are right: with all fields, and with up to so many of the optional ones at once."""
        fields = _fields(shape)
        yield {each.encode_name: self._of_field(each, where) for each in fields}
        optional = [each for each in fields if not each.required]
        for count in range(together + 1):
            for chosen in combinations(optional, count):
                wanted = [each for each in fields if each.required or each in chosen]
                yield {each.encode_name: self._of_field(each, where) for each in wanted}

    def bad(self, shape: type[msgspec.Struct], where: str) -> Iterator[dict[str, Any]]:
        """Requests with one field of a wrong type, or one that is no field, beside good ones."""
        fields = _fields(shape)
        for wrong in fields:
            place = f"{where}.{wrong.encode_name}, of a wrong type"
            kind = kind_of(wrong.encode_name)
            word = self.flock.word
            for value in (word(kind, place), {word(Kind.NAME, place): word(kind, place)}, [[word(kind, place)]], 7.5):
                request = {each.encode_name: self._of_field(each, where) for each in fields if each.required}
                yield request | {wrong.encode_name: value}
        yield {word_of_field: 1 for word_of_field in (self.flock.word(Kind.NAME, f"{where}, an unknown field"),)}


def _fields(shape: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    described = inspect.type_info(shape)
    assert isinstance(described, inspect.StructType)
    return described.fields


def _bare(shape: inspect.Type) -> inspect.Type:
    return _bare(shape.type) if isinstance(shape, inspect.Metadata) else shape


def told(canaries: Iterable[Canary]) -> str:
    """What a failed test says of canaries that were found."""
    return "\n".join(sorted({f"{each.kind.name} {each.text} of {each.where}" for each in canaries}))
