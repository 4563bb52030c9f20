"""A filter as callers write it, read into its typed tree.

    {"genre": "drama"}                             equals; true of a list that holds it, too
    {"year": {"$gte": 1990, "$lt": 2000}}          several operators: all of them
    {"genre": {"$in": ["drama", "noir"]}, "author.born": {"$exists": true}}
    {"$or": [{"year": 1999}, {"$not": {"tags": "old"}}]}

Operators of a field: $eq $ne $gt $gte $lt $lte $in $nin $exists $not. Of filters: $and $or $not. Dots in a field's name
lead into nested objects, not through lists; so a key that itself holds a dot cannot be named, nor can an empty one, nor
one that begins with `$` at the top. Values of unlike types are never equal, nor smaller, nor greater; numbers compare
exactly, as they are written in decimals.
"""

from __future__ import annotations

import math
import re
from typing import NoReturn, cast

from shared.errors import ValidationFailed
from shared.filters.tree import (
    MAX_PATH_LENGTH,
    Equals,
    Exists,
    Filter,
    Path,
    Range,
    RangeOperator,
    Scalar,
    conjunction,
    disjunction,
    negation,
)

MAX_DEPTH = 8
"""Objects within each other; `{"field": {"$gt": 1}}` is two."""
MAX_CLAUSES = 64
"""Comparisons: a field with one operator and its value."""
MAX_VALUES = 256
# What Python turns into decimals without a switch; a body with a longer number is not JSON to the decoder either.
MAX_NUMBER_BITS = 14_284
MAX_SHOWN = 64

_RANGES = ("$gt", "$gte", "$lt", "$lte")
_OF_FIELDS = "$eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $not"
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def parse_filter(document: object, *, field: str = "filter") -> Filter | None:
    """The filter in a decoded JSON document; None where it is null or `{}`, which every record satisfies.

    Raises ValidationFailed for the first fault, with its path below `field`, such as `filter.$and[1].tags.$in[3]`.
    """
    if document is None or document == {}:
        return None
    return _Reader().filter(document, field, depth=1)


class _Reader:
    """Reads one filter and counts its clauses."""

    def __init__(self) -> None:
        self._clauses = 0

    def filter(self, document: object, at: str, depth: int) -> Filter:
        """What an object of fields and of $and, $or, $not says."""
        members = _members(document, at, depth, "is not an object of fields")
        return conjunction([self._member(key, value, at, depth) for key, value in members.items()])

    def _member(self, key: str, value: object, at: str, depth: int) -> Filter:
        if not key.startswith("$"):
            path = _path(key, at)
            at = f"{at}.{_shown(key)}"
            if isinstance(value, dict):
                return self._operators(path, value, at, depth + 1)
            return self._clause(path, "$eq", value, at)
        at = f"{at}.{_operator(key, at)}"
        if key == "$not":
            return negation(self.filter(value, at, depth + 1))
        if key not in ("$and", "$or"):
            _refuse(at, "is not an operator of filters: those are $and, $or, $not")
        if not isinstance(value, list) or not value:
            _refuse(at, "is not a list of one filter or more")
        children = [self.filter(child, f"{at}[{index}]", depth + 1) for index, child in enumerate(value)]
        return conjunction(children) if key == "$and" else disjunction(children)

    def _operators(self, path: Path, document: object, at: str, depth: int) -> Filter:
        """What the object of operators behind a field says."""
        children: list[Filter] = []
        for operator, value in _members(document, at, depth, "is not an object of operators").items():
            below = f"{at}.{_operator(operator, at)}"
            if operator == "$not":
                children.append(negation(self._operators(path, value, below, depth + 1)))
            else:
                children.append(self._clause(path, operator, value, below))
        return conjunction(children)

    def _clause(self, path: Path, operator: str, value: object, at: str) -> Filter:
        self._clauses += 1
        if self._clauses > MAX_CLAUSES:
            _refuse(at, f"is one comparison too many: a filter holds at most {MAX_CLAUSES}")
        if operator in _RANGES:
            return Range(path, cast(RangeOperator, operator), _bound(value, at))
        match operator:
            case "$eq":
                return Equals(path, (_scalar(value, at),))
            case "$ne":
                return negation(Equals(path, (_scalar(value, at),)))
            case "$in":
                return Equals(path, _scalars(value, at))
            case "$nin":
                return negation(Equals(path, _scalars(value, at)))
            case "$exists":
                if not isinstance(value, bool):
                    _refuse(at, "is neither true nor false")
                return Exists(path) if value else negation(Exists(path))
        if operator.startswith("$"):
            _refuse(at, f"is not an operator of fields: those are {_OF_FIELDS}")
        _refuse(at, "is not an operator; a field of a nested object is named with dots")


def _members(document: object, at: str, depth: int, otherwise: str) -> dict[str, object]:
    if not isinstance(document, dict):
        _refuse(at, otherwise)
    if not document:
        _refuse(at, "is empty")
    if depth > MAX_DEPTH:
        _refuse(at, f"is nested deeper than {MAX_DEPTH} levels")
    return document


def _path(name: str, at: str) -> Path:
    if fault := _text_fault(name):
        _refuse(at, f"names a field that {fault}")
    if len(name) > MAX_PATH_LENGTH:
        _refuse(f"{at}.{_shown(name)}", f"is {len(name)} characters long; the bound is {MAX_PATH_LENGTH}")
    path = tuple(name.split("."))
    if "" in path:
        _refuse(f"{at}.{name}", "has an empty name between its dots" if name else "is an empty name")
    return path


def _operator(name: str, at: str) -> str:
    """A key that stands in an operator's place, as a path shows it."""
    if fault := _text_fault(name):
        _refuse(at, f"names an operator that {fault}")
    return _shown(name)


def _scalars(value: object, at: str) -> tuple[Scalar, ...]:
    if not isinstance(value, list):
        _refuse(at, "is not a list")
    if len(value) > MAX_VALUES:
        _refuse(at, f"is a list of {len(value)} values; the bound is {MAX_VALUES}")
    return tuple(_scalar(each, f"{at}[{index}]") for index, each in enumerate(value))


def _scalar(value: object, at: str) -> Scalar:
    if isinstance(value, list):
        _refuse(at, "is a list; a value is a string, a number, true, false or null, and $in takes several")
    if value is not None and not isinstance(value, str | int | float):
        _refuse(at, "is not a string, a number, true, false or null")
    if isinstance(value, str) and (fault := _text_fault(value)):
        _refuse(at, fault)
    if isinstance(value, float) and not math.isfinite(value):
        _refuse(at, "is not a finite number")
    if isinstance(value, int) and value.bit_length() > MAX_NUMBER_BITS:
        _refuse(at, "is a number of too many digits")
    return value


def _bound(value: object, at: str) -> str | int | float:
    bound = _scalar(value, at) if isinstance(value, str | int | float) else None
    if bound is None or isinstance(bound, bool):
        _refuse(at, "is neither a number nor a string")
    return bound


def _text_fault(text: str) -> str | None:
    """No stored string holds these, and PostgreSQL takes none that does."""
    return "holds a NUL character or a lone surrogate" if _UNSTORABLE.search(text) else None


def _shown(name: str) -> str:
    return name if len(name) <= MAX_SHOWN else f"{name[:MAX_SHOWN]}…"


def _refuse(at: str, error: str) -> NoReturn:
    raise ValidationFailed.of(at, error)
