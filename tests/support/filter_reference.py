"""What the contract says a filter matches, in plain Python on the filter as callers write it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

MISSING = object()
RANGES = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}


def matches(document: Mapping[str, Any], metadata: Mapping[str, Any]) -> bool:
    """Whether the filter `document` matches."""
    return all(_member(key, value, metadata) for key, value in document.items())


def _member(key: str, value: Any, metadata: Mapping[str, Any]) -> bool:
    if key == "$and":
        return all(matches(each, metadata) for each in value)
    if key == "$or":
        return any(matches(each, metadata) for each in value)
    if key == "$not":
        return not matches(value, metadata)
    found: Any = metadata
    for name in key.split("."):
        found = found.get(name, MISSING) if isinstance(found, dict) else MISSING
    return _holds(value if isinstance(value, dict) else {"$eq": value}, found)


def _holds(operators: Mapping[str, Any], found: Any) -> bool:
    candidates = [found, *found] if isinstance(found, list) else [found]
    tests: dict[str, Callable[[Any], bool]] = {
        "$eq": lambda value: any(_equal(value, each) for each in candidates),
        "$ne": lambda value: not tests["$eq"](value),
        "$in": lambda values: any(map(tests["$eq"], values)),
        "$nin": lambda values: not any(map(tests["$eq"], values)),
        "$exists": lambda expected: (found is not MISSING) == expected,
        "$not": lambda denied: not _holds(denied, found),
    }
    return all(tests[op](value) if op in tests else _beyond(op, value, found) for op, value in operators.items())


def _beyond(name: str, bound: Any, found: Any) -> bool:
    return _kind(bound) == _kind(found) and RANGES[name](_exact(found), _exact(bound))


def _equal(value: Any, found: Any) -> bool:
    return _kind(value) == _kind(found) and _exact(value) == _exact(found)


def _kind(value: Any) -> type:
    return float if type(value) is int else type(value)


def _exact(value: Any) -> Any:
    """Numbers as they are written: float64's nearest neighbours of one decimal are not that decimal."""
    return Decimal(repr(value)) if _kind(value) is float else value
