"""What a filter asks of facets: enough to find every match, few enough terms, and nothing that cannot narrow."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.filters.facets import TEXT_BYTES, overflow, path_prefix, value_facet
from shared.filters.parse import parse_filter
from shared.filters.tsquery import MAX_RANGE_TERMS, MAX_TERMS, to_tsquery

A, B = (path_prefix(1, path).decode() for path in "ab")
OVERFLOW = overflow(1).decode()
_TERM = re.compile(r"'([^']*)'(:\*)?")


def query(document: dict[str, Any]) -> str | None:
    """The query without the alternative of the overflow, which every query has."""
    tree = parse_filter(document)
    assert tree is not None
    text = to_tsquery(tree, 1)
    if text is None:
        return None
    narrowing, _, other = text.rpartition(" | ")
    assert other == f"'{OVERFLOW}'"
    return narrowing


def found(text: str, facet: str) -> bool:
    """Whether one of the alternatives of a query without `&` is this facet, or its beginning."""
    assert "&" not in text
    return any(facet.startswith(term) if begins else facet == term for term, begins in _TERM.findall(text))


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"a": 5}, f"('{A}n3000011')"),
        ({"a": {"$in": [5, 5.0, None]}}, f"('{A}n3000011' | '{A}z')"),
        ({"a": {"$in": []}}, f"'{A}!'"),
        ({"a": {"$exists": True}}, f"'{A}':*"),
        ({"a": True, "b": False}, f"(('{A}t') & ('{B}f'))"),
        ({"$or": [{"a": True}, {"b": False}]}, f"(('{A}t') | ('{B}f'))"),
        # What a denial says is in no facet.
        ({"a": {"$ne": 5}}, None),
        ({"a": {"$exists": False}}, None),
        ({"a": True, "b": {"$ne": 5}}, f"(('{A}t'))"),
        ({"$or": [{"a": True}, {"b": {"$ne": 5}}]}, None),
        ({"a": {"$nin": [1]}, "b": {"$ne": 5}}, None),
        # That a field is there narrows little; another condition does better alone.
        ({"a": {"$exists": True}, "b": True}, f"(('{B}t'))"),
        ({"a": {"$exists": True}, "b": {"$ne": 5}}, f"('{A}':*)"),
        # Bounds that leave nothing, and bounds of two kinds.
        ({"a": {"$gt": 5, "$lt": 4}}, f"('{A}!')"),
        ({"a": {"$gte": "", "$lte": "", "$ne": "x"}}, f"(('{A}s'))"),
        ({"a": {"$gte": 8, "$lte": 8}}, f"(('{A}n300002'))"),
        ({"$and": [{"a": {"$gte": 1}}, {"a": {"$gte": 8, "$lte": 8}}, {"a": {"$lt": 9}}]}, f"(('{A}n300002'))"),
    ],
)
def test_queries(document: dict[str, Any], text: str | None) -> None:
    assert query(document) == text


def test_ranges_of_a_field_are_taken_together() -> None:
    together = query({"a": {"$gte": 100, "$lt": 110}})
    assert together is not None
    assert "&" not in together
    assert len(_TERM.findall(together)) < 20
    assert not found(together, A + value_facet(99).decode())
    assert not found(together, A + value_facet(111).decode())
    assert found(together, A + value_facet(109.999).decode())


def test_a_day_is_found_among_times_by_its_date() -> None:
    for operators in ({"$gte": "2024-01-15"}, {"$gte": "2024-01-15", "$lt": "2024-01-16"}):
        text = query({"a": operators})
        assert text is not None
        assert found(text, A + value_facet("2024-01-15T00:00:00Z").decode())
        assert not found(text, A + value_facet("2024-01-14T23:59:59Z").decode())


def test_alternatives_beyond_the_bound_on_terms_do_not_narrow() -> None:
    half = list(range(200))
    two = {"$or": [{"a": {"$in": half}}, {"b": {"$in": half}}]}
    three = {"$or": [{"a": {"$in": half}}, {"b": {"$in": half}}, {"c": {"$in": half}}]}
    assert len(_TERM.findall(query(two) or "")) == 400
    assert query(three) is None


def test_of_many_conditions_the_cheapest_are_taken() -> None:
    text = query({"$and": [{f"f{number}": {"$in": list(range(256))}} for number in range(40)] + [{"a": True}]})
    assert text is not None
    assert len(_TERM.findall(text)) <= MAX_TERMS
    assert f"'{A}t'" in text


SCALARS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-100, 100),
    st.integers(-(2**1030), 2**1030),
)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=TEXT_BYTES + 2),
    st.text("ab", max_size=TEXT_BYTES + 2),
)
THREE = st.lists(SCALARS, min_size=3, max_size=3) | st.lists(TEXTS, min_size=3, max_size=3)


@given(values=THREE)
def test_whatever_lies_within_a_range_is_found(values: list[Any]) -> None:
    low, middle, high = sorted(values)
    for inside, operators in (
        (middle, {"$gte": low, "$lte": high}),
        (high, {"$gte": low, "$lte": high}),
        (low, {"$gte": low, "$lte": high}),
        (high, {"$gte": middle}),
        (middle, {"$gte": middle}),
        (low, {"$lte": middle}),
        (middle, {"$lte": middle}),
    ):
        text = query({"a": operators})
        assert text is not None
        assert found(text, A + value_facet(inside).decode()), (operators, inside)
        assert len(_TERM.findall(text)) <= MAX_RANGE_TERMS + 2
