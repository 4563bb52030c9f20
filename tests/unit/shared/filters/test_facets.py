"""What facets a record has, how they sort, and where they give up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.filters.facets import (
    MAX_FACETS,
    TEXT_BYTES,
    facets_of,
    number_digits,
    overflow,
    path_prefix,
    text_digits,
    tsvector_binary,
)
from shared.filters.tree import MAX_PATH_LENGTH

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(),
    st.integers(-(2**1100), 2**1100),
    st.integers(-3, 3),
    st.integers(2**53 - 2, 2**53 + 2),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def named(path: str, *marks: str, collection_no: int = 1) -> set[bytes]:
    return {path_prefix(collection_no, path) + mark.encode() for mark in marks}


@pytest.mark.parametrize(
    ("metadata", "facets"),
    [
        ({}, set()),
        ({"a": 5}, named("a", "n3000011")),
        ({"a": 5.0}, named("a", "n3000011")),
        ({"a": 0}, named("a", "n2")),
        ({"a": -0.0}, named("a", "n2")),
        ({"a": -5}, named("a", "n0333323")),
        ({"a": "xyz"}, named("a", "s132013211322")),
        ({"a": ""}, named("a", "s")),
        ({"a": True}, named("a", "t")),
        ({"a": False}, named("a", "f")),
        ({"a": None}, named("a", "z")),
        ({"a": []}, named("a", "a")),
        ({"a": [[1], {"b": 1}]}, named("a", "a")),
        ({"a": ["x", 1, None, "x", [2]]}, named("a", "s1320", "n233333", "z")),
        ({"a": {}}, named("a", "o")),
        ({"a": {"b": {"c": 1}}}, named("a", "o") | named("a.b", "o") | named("a.b.c", "n233333")),
        ({"a.b": 1, "a": {"b": 2}}, named("a", "o") | named("a.b", "n3")),
        ({"": 1, "a": {"": 1}, ".": {"b": 1}}, named("a", "o")),
        ({"p" * (MAX_PATH_LENGTH + 1): 1, "q": {"r" * MAX_PATH_LENGTH: {"s": 1}}}, named("q", "o")),
    ],
)
def test_the_facets_of_a_record(metadata: dict[str, Any], facets: set[bytes]) -> None:
    found = facets_of(metadata, 1)
    assert found == sorted(facets)


def test_collections_share_no_facet() -> None:
    metadata = {"a": 1, "b": {"c": "x"}, "d": [None]}
    assert not set(facets_of(metadata, 1)) & set(facets_of(metadata, 2))
    assert overflow(1) != overflow(2)


@pytest.mark.parametrize(
    "metadata",
    [
        {str(number): number for number in range(MAX_FACETS + 1)},
        {"a": {str(number): number for number in range(MAX_FACETS)}},
        {"a": list(range(MAX_FACETS + 1))},
        {"a": list(range(MAX_FACETS)), "b": 1},
        {"a": [0] * 20_000},
    ],
)
def test_a_record_with_too_many_facets_has_the_overflow_alone(metadata: dict[str, Any]) -> None:
    assert facets_of(metadata, 1) == [overflow(1)]


def test_as_many_facets_as_allowed_are_kept() -> None:
    assert len(facets_of({"a": list(range(MAX_FACETS))}, 1)) == MAX_FACETS
    assert len(facets_of({"a": [{}] * 1000, "b": 1}, 1)) == 2


@given(one=NUMBERS, other=NUMBERS)
def test_digits_of_numbers_sort_as_numbers(one: float, other: float) -> None:
    smaller, greater = sorted([one, other])
    assert number_digits(smaller) <= number_digits(greater)
    assert (number_digits(one) == number_digits(other)) or one != other


@given(one=TEXTS, other=TEXTS)
def test_digits_of_strings_sort_by_code_point_and_tell_long_strings_apart(one: str, other: str) -> None:
    assert (text_digits(one) == text_digits(other)) == (one == other)
    digits = 4 * TEXT_BYTES
    smaller, greater = sorted([one, other])
    assert text_digits(smaller)[:digits] <= text_digits(greater)[:digits]


@given(text=TEXTS, path=TEXTS)
def test_a_facet_is_short_ascii(text: str, path: str) -> None:
    for facet in facets_of({path: text}, 2**63 - 1):
        assert len(facet) <= 82
        assert facet.isascii()
        assert not set(facet) & set(b"'\\ \0")


def test_the_binary_form_is_a_count_and_the_lexemes_without_positions() -> None:
    assert tsvector_binary([]) == b"\0\0\0\0"
    assert tsvector_binary([b"ab", b"c"]) == b"\0\0\0\x02ab\0\0\0c\0\0\0"
