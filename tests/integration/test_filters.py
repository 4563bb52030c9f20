"""Filters as PostgreSQL decides them, against a reference in Python; facets find all that matches, and little more."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.db import arrays
from shared.filters.facets import MAX_FACETS, TEXT_BYTES, facets_of, tsvector_binary
from shared.filters.jsonpath import FEW, to_jsonpath
from shared.filters.parse import MAX_CLAUSES, MAX_NUMBER_BITS, MAX_VALUES, parse_filter
from shared.filters.tree import Filter
from shared.filters.tsquery import to_tsquery
from tests.support.database import TestDatabase
from tests.support.filter_reference import matches

COLLECTION_NO = 7
TSVECTOR_OID = 3614
STATEMENT = """
    SELECT f.number, m.number,
           coalesce(m.metadata @@ f.predicate, false),
           f.narrowing IS NULL OR m.facets @@ f.narrowing
    FROM unnest(%s::jsonpath[], %s::tsquery[]) WITH ORDINALITY AS f (predicate, narrowing, number),
         unnest(%s::jsonb[], %s::tsvector[]) WITH ORDINALITY AS m (metadata, facets, number)
    ORDER BY 1, 2
"""

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def connection(database: TestDatabase) -> Iterator[Connection]:
    with psycopg.connect(database.owner_url, autocommit=True) as opened:
        arrays.register(opened.adapters)
        yield opened


def decided(
    connection: Connection, filters: Sequence[Filter], documents: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[int, int, bool, bool]]:
    """For each filter and document: their indexes, whether PostgreSQL says that they match, and whether facets do."""
    parameters = (
        [to_jsonpath(each) for each in filters],
        [to_tsquery(each, COLLECTION_NO) for each in filters],
        arrays.jsonbs(msgspec.json.encode(each) for each in documents),
        arrays.Column(TSVECTOR_OID, [tsvector_binary(facets_of(each, COLLECTION_NO)) for each in documents]),
    )
    for filter_no, document_no, matched, found in connection.execute(STATEMENT, parameters):
        yield filter_no - 1, document_no - 1, matched, found


def parsed(document: object) -> Filter:
    tree = parse_filter(document)
    assert tree is not None
    return tree


# Random filters on random metadata. Both take their names and values from few, so that they meet.

STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
NAMES = ["a", "$d", "é", '"', "\\", "\n", "😀", "x" * 30]
UNNAMED = ["a.b", "", "b.", "."]
"""Keys that no filter can name."""
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(-(2**70), 2**70),
    st.sampled_from([2**53, 2**53 + 1, -(2**53) - 1, 2**63, 10**23, -(10**310), 10**310, 2**1024]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([-0.0, 0.0, 1.0, 0.1, 5e-324, -5e-324, 1e23, 1e308, -1e308, 2.0**53]),
    st.text(STORABLE, max_size=4),
    st.text("ab😀", max_size=3 * TEXT_BYTES),
    st.text("ab", min_size=TEXT_BYTES - 1, max_size=TEXT_BYTES + 1),
    st.sampled_from(["2024-01-01T00:00:00Z", "2024-01-01T00:00:30Z", "2024-01-02", "1", "true", "null", "", "$"]),
)

Values = st.SearchStrategy[Any]
Names = st.SearchStrategy[str]


def metadata_of(names: Names, values: Values) -> st.SearchStrategy[dict[str, Any]]:
    keys = st.integers(0, 9).flatmap(lambda dice: names if dice else st.sampled_from(UNNAMED))
    lists = st.lists(values | st.sampled_from([[], {}, ["a"], {"a": 1}]), max_size=3)
    inner = st.dictionaries(keys, values | lists, max_size=2)
    outer = st.dictionaries(keys, values | lists | inner, min_size=1, max_size=3)
    return st.dictionaries(
        keys, st.sampled_from([values, values, lists, outer]).flatmap(lambda chosen: chosen), min_size=1, max_size=3
    )


def filters_of(names: Names, values: Values) -> st.SearchStrategy[dict[str, Any]]:
    first = names.filter(lambda name: not name.startswith("$"))
    nested = st.tuples(first, names).map(".".join) | st.tuples(first, names, names).map(".".join)
    path = st.sampled_from([first, first, first, nested]).flatmap(lambda chosen: chosen)
    bounds = values.map(lambda value: 0 if value is None or isinstance(value, bool) else value)
    many = st.lists(values | SCALARS, min_size=FEW, max_size=4 * FEW)
    one = st.one_of(
        st.tuples(st.sampled_from(["$eq", "$ne"]), values),
        st.tuples(st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), bounds),
        st.tuples(st.sampled_from(["$in", "$nin"]), st.lists(values, max_size=3) | many),
        st.tuples(st.just("$exists"), st.booleans()),
    )
    interval = st.tuples(
        st.tuples(st.sampled_from(["$gt", "$gte"]), bounds), st.tuples(st.sampled_from(["$lt", "$lte"]), bounds)
    )
    some = (st.lists(one, min_size=1, max_size=2) | interval).map(dict)
    operators = some | some | some.map(lambda found: {"$not": found})
    fields = st.tuples(path, values | operators).map(lambda field: dict([field]))
    inner = fields | st.lists(fields, min_size=1, max_size=3).map(lambda found: {"$or": found})
    return st.recursive(
        inner,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=2).map(lambda found: {"$and": found}),
            st.lists(inner, min_size=1, max_size=3).map(lambda found: {"$or": found}),
            st.tuples(inner, inner).map(lambda found: found[0] | found[1]),
            inner.map(lambda found: {"$not": found}),
        ),
        max_leaves=3,
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    names = st.sampled_from(["a", *draw(st.lists(st.sampled_from(NAMES), max_size=1))])
    values = st.sampled_from(draw(st.lists(SCALARS, min_size=1, max_size=4)))
    return (
        draw(st.lists(filters_of(names, values), min_size=6, max_size=12)),
        draw(st.lists(metadata_of(names, values), min_size=6, max_size=12)),
    )


@given(case=cases())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_filter_matches_what_the_reference_says_and_facets_lose_none(
    connection: Connection, case: tuple[list[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    filters, documents = case
    for filter_no, document_no, matched, found in decided(connection, [parsed(each) for each in filters], documents):
        written, document = filters[filter_no], documents[document_no]
        assert matched == matches(written, document), (written, document)
        assert found or not matched, (written, document)


def one(connection: Connection, written: dict[str, Any], document: dict[str, Any]) -> tuple[bool, bool]:
    ((_, _, matched, found),) = decided(connection, [parsed(written)], [document])
    return matched, found


@pytest.mark.parametrize(
    ("written", "document", "expected"),
    [
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"a": [[1]]}, False),
        ({"a": "x"}, {"a": [1, None, {}, "x"]}, True),
        ({"a": None}, {}, False),
        ({"a": None}, {"a": None}, True),
        ({"a": {"$ne": None}}, {}, True),
        ({"a": {"$ne": "x"}}, {"a": ["x", "y"]}, False),
        ({"a": {"$exists": True}}, {"a": None}, True),
        ({"a.b": {"$exists": True}}, {"a": [{"b": 1}]}, False),
        ({"a.b": 1}, {"a": [{"b": 1}]}, False),
        ({"a.b": 1}, {"a.b": 1}, False),
        ({"a": {"$gt": 1}}, {"a": [2]}, False),
        ({"a": {"$gt": 1}}, {"a": "2"}, False),
        ({"a": {"$lt": 1}}, {"a": None}, False),
        ({"a": {"$not": {"$gt": 1}}}, {"a": "x"}, True),
        ({"a": {"$gt": "\uffee"}}, {"a": "😀"}, True),
        ({"a": {"$gt": "Z"}}, {"a": "a"}, True),
        ({"a": {"$gt": 2**53}}, {"a": 2**53 + 1}, True),
        ({"a": 10**23}, {"a": 1e23}, True),
        ({"a": (1 << MAX_NUMBER_BITS) - 1}, {"a": (1 << MAX_NUMBER_BITS) - 1}, True),
        ({"a": {"$in": []}}, {"a": 1}, False),
        ({"a": {"$nin": []}}, {}, True),
    ],
)
def test_what_the_contract_says_of_single_cases(
    connection: Connection, written: dict[str, Any], document: dict[str, Any], expected: bool
) -> None:
    assert matches(written, document) == expected
    matched, found = one(connection, written, document)
    assert matched == expected
    assert found or not matched


@pytest.mark.parametrize("char", ['"', "\\", "\x01", "\n", "\x7f", "$", "@", "'", "é", "😀", "\u2028", "\\u0041", "%s"])
def test_any_character_stands_in_names_and_values(connection: Connection, char: str) -> None:
    for written in ({"n." + char: char}, {"n." + char: {"$lte": char}}, {"n." + char: {"$in": [char, *"abcdefg"]}}):
        assert one(connection, written, {"n": {char: char}}) == (True, True)
        assert one(connection, written, {"n": {char + "x": char}}) == (False, False)


def test_a_filter_at_all_bounds_is_taken(connection: Connection) -> None:
    values = [f"{number}\n" * 9 for number in range(MAX_VALUES)]
    clauses = [{f"n.{'f' * 500}{number}": {"$in": values}} for number in range(MAX_CLAUSES)]
    document = {"n": {f"{'f' * 500}{number}": [values[number]] for number in range(MAX_CLAUSES)}}
    assert one(connection, {"$and": clauses}, document) == (True, True)
    assert one(connection, {"$or": clauses}, document) == (True, True)
    assert one(connection, {"$not": {"$or": clauses}}, {}) == (True, True)


def test_a_record_with_too_many_facets_is_always_looked_at(connection: Connection) -> None:
    document = {"a": list(range(MAX_FACETS + 1)), "b": "x"}
    assert one(connection, {"a": 5, "b": "x"}, document) == (True, True)
    assert one(connection, {"b": "y"}, document) == (False, True)


def test_the_binary_form_is_what_postgresql_reads_and_keeps(connection: Connection) -> None:
    facets = facets_of({"a": [1, 2, "xyz", "long" * 9, None, True], "é": {"b": 0.1, "B": -7}}, COLLECTION_NO)
    (row,) = connection.execute(
        "SELECT tsvector_to_array(facets), facets::text::tsvector = facets FROM unnest(%s::tsvector[]) AS v (facets)",
        (arrays.Column(TSVECTOR_OID, [tsvector_binary(facets)]),),
    )
    assert row == ([facet.decode() for facet in facets], True)


def test_facets_find_few_that_do_not_match(connection: Connection) -> None:
    dice = random.Random(5)
    documents = [
        {
            "number": number,
            "price": round(dice.lognormvariate(3, 1), 2),
            "share": dice.random() - 0.5,
            "name": f"the same long beginning and then {number % 200}",
            "day": f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}T10:00:00Z",
            "tags": ["all", f"t{number % 50}"],
        }
        for number in range(4_000)
    ]
    cases: list[tuple[dict[str, Any], int]] = [
        ({"number": 17}, 0),
        ({"tags": "t7"}, 0),
        ({"name": "the same long beginning and then 7"}, 0),
        ({"name": {"$in": ["the same long beginning and then 7", "absent"]}, "tags": "all"}, 0),
        ({"number": {"$gte": 1000, "$lt": 1100}}, 1),  # the bound itself
        ({"number": {"$gt": 3900}}, 1),
        ({"price": {"$gte": 12.34, "$lt": 12.99}}, 5),
        ({"price": {"$lte": 10}, "tags": "t7"}, 1),
        ({"share": {"$gt": -0.001, "$lt": 0.001}}, 5),
        ({"share": {"$lt": -0.49}}, 5),
        ({"day": {"$gte": "2024-03-10", "$lt": "2024-03-20"}}, 0),
        ({"day": {"$gte": "2024-11-30"}}, 0),
        ({"$or": [{"number": 5}, {"number": {"$lt": 3}}]}, 1),
        ({"nowhere": {"$exists": True}}, 0),
        ({"number": {"$in": []}}, 0),
        ({"number": {"$gt": 10, "$lt": 5}}, 0),
        ({"number": "17"}, 0),
    ]
    too_many = dict.fromkeys(range(len(cases)), 0)
    matching = dict.fromkeys(range(len(cases)), 0)
    for case_no, _, matched, found in decided(connection, [parsed(written) for written, _ in cases], documents):
        assert found or not matched
        too_many[case_no] += found and not matched
        matching[case_no] += matched
    for case_no, (written, allowed) in enumerate(cases):
        assert too_many[case_no] <= allowed, json.dumps(written)
    assert sum(map(bool, matching.values())) == len(cases) - 4
