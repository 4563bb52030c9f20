"""A filter as a tsquery over facets, which finds the rows worth looking at through one GIN index.

The query holds for every row that the filter matches, and for some others: the jsonpath decides. What facets cannot
narrow (a denial, an alternative with a denial in it) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.filters.facets import TEXT_BYTES, number_digits, overflow, path_prefix, text_digits, value_facet
from shared.filters.tree import And, Equals, Exists, Filter, Leaf, Or, Path, Range

MAX_TERMS = 512
"""Terms of a whole query; what would exceed them does not narrow."""
MAX_RANGE_TERMS = 80
"""Terms of one range; a range that would take more is rounded outwards."""

_DIGITS = "0123"
_MAX_TEXT_DIGITS = 4 * TEXT_BYTES
# A kind that no facet has.
_NOTHING = "!"


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """A part of the query and its number of terms."""

    text: str
    terms: int


def to_tsquery(filter: Filter, collection_no: int) -> str | None:
    """Text for `facets @@ $1::tsquery`, not for the function to_tsquery; None where facets cannot narrow the filter."""
    narrowed = _narrowed(filter, collection_no)
    if narrowed is None:
        return None
    return f"{narrowed.text} | {_term(overflow(collection_no).decode())}"


def _narrowed(filter: Filter, collection_no: int) -> _Narrowed | None:
    match filter:
        case And(children):
            return _all_of(children, collection_no)
        case Or(children):
            return _any_of([_narrowed(child, collection_no) for child in children])
        case Equals() | Range() | Exists():
            return _of_leaf(filter, collection_no)
        case _:
            return None


def _of_leaf(leaf: Leaf, collection_no: int) -> _Narrowed:
    prefix = _prefix(leaf.path, collection_no)
    match leaf:
        case Equals(_, values):
            return _one_of(_term(prefix + value_facet(value).decode()) for value in values) or _nothing(prefix)
        case Range():
            return _in_interval([leaf], collection_no)
        case Exists():
            return _Narrowed(_term(prefix, begins=True), 1)


def _all_of(children: Iterable[Filter], collection_no: int) -> _Narrowed | None:
    """The parts that narrow, cheapest first, as far as the bound allows."""
    intervals: dict[tuple[Path, bool], list[Range]] = {}
    wide: list[Exists] = []
    parts: list[_Narrowed] = []
    for child in children:
        if isinstance(child, Range):
            intervals.setdefault((child.path, isinstance(child.bound, str)), []).append(child)
        elif isinstance(child, Exists):
            wide.append(child)
        elif part := _narrowed(child, collection_no):
            parts.append(part)
    parts += [_in_interval(ranges, collection_no) for ranges in intervals.values()]
    # A field that is there is there in most rows: the index would read them all, to no use beside another condition.
    parts = parts or [_of_leaf(leaf, collection_no) for leaf in wide]
    taken: list[str] = []
    terms = 0
    for part in sorted(parts, key=lambda part: part.terms):
        if terms + part.terms > MAX_TERMS:
            break
        taken.append(part.text)
        terms += part.terms
    return _Narrowed(f"({' & '.join(taken)})", terms) if taken else None


def _any_of(parts: list[_Narrowed | None]) -> _Narrowed | None:
    """All parts, or nothing: a row may match by any of them."""
    narrowed = [part for part in parts if part is not None]
    terms = sum(part.terms for part in narrowed)
    if len(narrowed) < len(parts) or terms > MAX_TERMS:
        return None
    return _Narrowed(f"({' | '.join(part.text for part in narrowed)})", terms)


def _in_interval(ranges: list[Range], collection_no: int) -> _Narrowed:
    """What all of one or more ranges leave; they are of one path and one kind."""
    prefix = _prefix(ranges[0].path, collection_no)
    text = isinstance(ranges[0].bound, str)
    kind = "s" if text else "n"
    lows = [_digits(each.bound) for each in ranges if each.operator in ("$gt", "$gte")]
    highs = [_digits(each.bound) for each in ranges if each.operator in ("$lt", "$lte")]
    cover = _cover(max(lows, default=None), min(highs, default=None), text=text)
    return _one_of(_term(prefix + kind + digits, begins=begins) for digits, begins in cover) or _nothing(prefix)


def _digits(bound: str | int | float) -> str:
    """The digits of a bound; of a long string those of its beginning."""
    digits = text_digits(bound) if isinstance(bound, str) else number_digits(bound)
    return digits[:_MAX_TEXT_DIGITS].decode()


def _cover(low: str | None, high: str | None, *, text: bool) -> Iterator[tuple[str, bool]]:
    """The strings of digits from `low` to `high`, as beginnings (true) and as whole strings (false).

    Digit by digit from where the bounds part: all greater digits beside those of `low`, all smaller ones beside those
    of `high`; as many levels as the bound on terms allows, and the rest of each bound is rounded outwards.
    """
    level, taken = 0, 0
    if low is not None and high is not None:
        while level < min(len(low), len(high)) and low[level] == high[level]:
            level += 1
        if level == len(low):
            low = None
        elif level == len(high) or low[level] > high[level]:
            return
        else:
            between = _between(high[:level], low[level], high[level])
            yield from between
            taken += len(between)
            level += 1
    while level < max(len(low or ""), len(high or "")):
        beside = _above(low, level) + _below(high, level, text=text)
        taken += len(beside)
        if taken > MAX_RANGE_TERMS:
            break
        yield from beside
        level += 1
    if low is not None:
        yield low[:level], True
    if high is not None:
        # A string as long as facets spell out may stand for longer ones.
        yield high[:level], level < len(high) or level == _MAX_TEXT_DIGITS


def _above(low: str | None, level: int) -> list[tuple[str, bool]]:
    return [] if low is None or level >= len(low) else _between(low[:level], low[level], "4")


def _below(high: str | None, level: int, *, text: bool) -> list[tuple[str, bool]]:
    if high is None or level >= len(high):
        return []
    beginning = high[:level]
    # A facet may end here, too: a string's after a whole byte, a number's never in a zero.
    ends = level % 4 == 0 if text else level > 0 and beginning[-1] != "0"
    return [*([(beginning, False)] if ends else []), *_between(beginning, "/", high[level])]


def _between(beginning: str, low: str, high: str) -> list[tuple[str, bool]]:
    return [(beginning + digit, True) for digit in _DIGITS if low < digit < high]


def _prefix(path: Path, collection_no: int) -> str:
    return path_prefix(collection_no, ".".join(path)).decode()


def _one_of(terms: Iterable[str]) -> _Narrowed | None:
    every = list(dict.fromkeys(terms))
    return _Narrowed(f"({' | '.join(every)})", len(every)) if every else None


def _nothing(prefix: str) -> _Narrowed:
    return _Narrowed(_term(prefix + _NOTHING), 1)


def _term(lexeme: str, *, begins: bool = False) -> str:
    return f"'{lexeme}':*" if begins else f"'{lexeme}'"
