"""What a filter says, as a typed tree.

The tree is in negation normal form: `Not` stands on a leaf only, so that what reads the tree handles denial in one
place. Every node is true or false of every document; a path that is missing makes a leaf false, never unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Scalar = str | int | float | bool | None
Path = tuple[str, ...]
"""Keys from the top of the metadata downwards, through objects only; at least one, none empty."""
RangeOperator = Literal["$gt", "$gte", "$lt", "$lte"]

MAX_PATH_LENGTH = 512
"""Characters of a path with its dots."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The value at `path`, or an element of the list there, equals one of `values`; with no values, nothing does."""

    path: Path
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The value at `path` is of the bound's kind (number or string) and stands on the named side of it."""

    path: Path
    operator: RangeOperator
    bound: str | int | float


@dataclass(frozen=True, slots=True)
class Exists:
    """There is a value at `path`, be it null."""

    path: Path


Leaf = Equals | Range | Exists


@dataclass(frozen=True, slots=True)
class Not:
    """The leaf does not hold."""

    leaf: Leaf


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more hold; none of them is itself an And."""

    children: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of two or more holds; none of them is itself an Or."""

    children: tuple[Filter, ...]


Filter = Leaf | Not | And | Or


def conjunction(filters: Sequence[Filter]) -> Filter:
    """All of one or more filters."""
    flat = [part for each in filters for part in (each.children if isinstance(each, And) else (each,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(filters: Sequence[Filter]) -> Filter:
    """One of one or more filters."""
    flat = [part for each in filters for part in (each.children if isinstance(each, Or) else (each,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negation(denied: Filter) -> Filter:
    """The filter that holds exactly where `denied` does not."""
    match denied:
        case Not(leaf):
            return leaf
        case And(children):
            return disjunction([negation(child) for child in children])
        case Or(children):
            return conjunction([negation(child) for child in children])
        case _:
            return Not(denied)
