"""What a filter may say, the tree that comes of it, and the path of every fault."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import ValidationFailed
from shared.filters.parse import MAX_CLAUSES, MAX_DEPTH, MAX_NUMBER_BITS, MAX_VALUES, parse_filter
from shared.filters.tree import MAX_PATH_LENGTH, And, Equals, Exists, Filter, Not, Or, Range

A = Equals(("a",), (1,))
B = Equals(("b",), (2,))
C = Equals(("c",), (3,))


@pytest.mark.parametrize(
    ("document", "tree"),
    [
        (None, None),
        ({}, None),
        ({"a": 1}, A),
        ({"a": {"$eq": 1}}, A),
        ({"a": None}, Equals(("a",), (None,))),
        ({"a.b.$c": "x"}, Equals(("a", "b", "$c"), ("x",))),
        ({"a": 1, "b": 2}, And((A, B))),
        ({"a": {"$ne": 1}}, Not(A)),
        ({"a": {"$in": [1, "x", None, True]}}, Equals(("a",), (1, "x", None, True))),
        ({"a": {"$in": []}}, Equals(("a",), ())),
        ({"a": {"$nin": [1]}}, Not(A)),
        ({"a": {"$exists": True}}, Exists(("a",))),
        ({"a": {"$exists": False}}, Not(Exists(("a",)))),
        ({"a": {"$gte": 1, "$lt": 2.5}}, And((Range(("a",), "$gte", 1), Range(("a",), "$lt", 2.5)))),
        ({"a": {"$gt": "x"}}, Range(("a",), "$gt", "x")),
        ({"a": {"$not": {"$lte": 1}}}, Not(Range(("a",), "$lte", 1))),
        ({"$not": {"a": 1}}, Not(A)),
        ({"$not": {"$not": {"a": 1}}}, A),
        ({"$not": {"a": {"$ne": 1}}}, A),
        ({"$not": {"a": 1, "b": 2}}, Or((Not(A), Not(B)))),
        ({"$not": {"$or": [{"a": 1}, {"b": {"$ne": 2}}]}}, And((Not(A), B))),
        ({"$and": [{"a": 1}]}, A),
        ({"$and": [{"a": 1}, {"b": 2, "c": 3}]}, And((A, B, C))),
        ({"a": 1, "$or": [{"b": 2}, {"$or": [{"c": 3}]}]}, And((A, Or((B, C))))),
    ],
)
def test_what_filters_say(document: object, tree: Filter | None) -> None:
    assert parse_filter(document) == tree


def test_true_is_not_one() -> None:
    found = parse_filter({"a": True})
    assert isinstance(found, Equals)
    assert found.values[0] is True


def deep(levels: int) -> dict[str, Any]:
    document: dict[str, Any] = {"a": 1}
    for _ in range(levels - 1):
        document = {"$not": document}
    return document


@pytest.mark.parametrize(
    ("document", "field", "error"),
    [
        ([], "filter", "is not an object of fields"),
        ("a = 1", "filter", "is not an object of fields"),
        (0, "filter", "is not an object of fields"),
        ({"$and": {"a": 1}}, "filter.$and", "is not a list of one filter or more"),
        ({"$or": []}, "filter.$or", "is not a list of one filter or more"),
        ({"$and": [{"a": 1}, {}]}, "filter.$and[1]", "is empty"),
        ({"$or": [{"a": 1}, 5]}, "filter.$or[1]", "is not an object of fields"),
        ({"$not": {}}, "filter.$not", "is empty"),
        ({"$not": [{"a": 1}]}, "filter.$not", "is not an object of fields"),
        ({"$nor": [{"a": 1}]}, "filter.$nor", "is not an operator of filters: those are $and, $or, $not"),
        ({"$eq": 1}, "filter.$eq", "is not an operator of filters: those are $and, $or, $not"),
        ({"a": {}}, "filter.a", "is empty"),
        ({"a": {"$not": {}}}, "filter.a.$not", "is empty"),
        ({"a": {"$not": 1}}, "filter.a.$not", "is not an object of operators"),
        ({"a": {"b": 1}}, "filter.a.b", "is not an operator; a field of a nested object is named with dots"),
        (
            {"a": {"$regex": "x"}},
            "filter.a.$regex",
            "is not an operator of fields: those are $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $not",
        ),
        ({"a": {"$" + "x" * 99: 1}}, "filter.a.$" + "x" * 63 + "…", None),
        (
            {"a": [1]},
            "filter.a",
            "is a list; a value is a string, a number, true, false or null, and $in takes several",
        ),
        ({"a": {"$ne": {"b": 1}}}, "filter.a.$ne", "is not a string, a number, true, false or null"),
        ({"a": {"$in": 1}}, "filter.a.$in", "is not a list"),
        ({"a": {"$nin": {"b": 1}}}, "filter.a.$nin", "is not a list"),
        ({"a": {"$in": [1] * (MAX_VALUES + 1)}}, "filter.a.$in", "is a list of 257 values; the bound is 256"),
        (
            {"$and": [{"a": 1}, {"tags": {"$in": ["x", "y", "z", {}]}}]},
            "filter.$and[1].tags.$in[3]",
            "is not a string, a number, true, false or null",
        ),
        ({"a": {"$exists": 1}}, "filter.a.$exists", "is neither true nor false"),
        ({"a": {"$exists": None}}, "filter.a.$exists", "is neither true nor false"),
        ({"price": {"$gt": None}}, "filter.price.$gt", "is neither a number nor a string"),
        ({"a": {"$gte": False}}, "filter.a.$gte", "is neither a number nor a string"),
        ({"a": {"$lt": [1]}}, "filter.a.$lt", "is neither a number nor a string"),
        ({"a": {"$lte": float("nan")}}, "filter.a.$lte", "is not a finite number"),
        ({"a": float("inf")}, "filter.a", "is not a finite number"),
        ({"a": 1 << MAX_NUMBER_BITS}, "filter.a", "is a number of too many digits"),
        ({"a": {"$gt": -1 << MAX_NUMBER_BITS}}, "filter.a.$gt", "is a number of too many digits"),
        ({"a": "x\0"}, "filter.a", "holds a NUL character or a lone surrogate"),
        ({"a": {"$lt": "\ud800"}}, "filter.a.$lt", "holds a NUL character or a lone surrogate"),
        ({"a": {"$in": ["x", "\0"]}}, "filter.a.$in[1]", "holds a NUL character or a lone surrogate"),
        ({"\0": 1}, "filter", "names a field that holds a NUL character or a lone surrogate"),
        ({"a.\udfff": 1}, "filter", "names a field that holds a NUL character or a lone surrogate"),
        ({"$\0": 1}, "filter", "names an operator that holds a NUL character or a lone surrogate"),
        ({"a": {"$\0": 1}}, "filter.a", "names an operator that holds a NUL character or a lone surrogate"),
        ({"": 1}, "filter.", "is an empty name"),
        ({".": 1}, "filter..", "has an empty name between its dots"),
        ({"a.": {"$gt": 1}}, "filter.a.", "has an empty name between its dots"),
        ({"a..b": 1}, "filter.a..b", "has an empty name between its dots"),
        (
            {"p" * (MAX_PATH_LENGTH + 1): 1},
            "filter." + "p" * 64 + "…",
            "is 513 characters long; the bound is 512",
        ),
        (deep(MAX_DEPTH + 1), "filter" + ".$not" * 8, "is nested deeper than 8 levels"),
        ({"$and": [deep(MAX_DEPTH)]}, "filter.$and[0]" + ".$not" * 7, "is nested deeper than 8 levels"),
        (
            {"$or": [{"a": i} for i in range(MAX_CLAUSES + 1)]},
            "filter.$or[64].a",
            "is one comparison too many: a filter holds at most 64",
        ),
    ],
)
def test_what_is_refused_and_where(document: object, field: str, error: str | None) -> None:
    with pytest.raises(ValidationFailed) as raised:
        parse_filter(document)
    (detail,) = raised.value.details
    assert detail.field == field
    assert error is None or detail.error == error


def test_the_bounds_themselves_are_allowed() -> None:
    document = {
        **deep(MAX_DEPTH),
        "p" * MAX_PATH_LENGTH: {"$in": [1] * MAX_VALUES},
        "$or": [{"a": i} for i in range(MAX_CLAUSES - 3)],
        "n": (1 << MAX_NUMBER_BITS) - 1,
    }
    assert parse_filter(document) is not None


def test_a_long_field_is_shown_shortened_wherever_it_stands_in_a_path() -> None:
    with pytest.raises(ValidationFailed) as raised:
        parse_filter({"f" * 500: {"$gt": None}})
    assert raised.value.details[0].field == "filter." + "f" * 64 + "….$gt"


def test_the_path_begins_where_the_caller_says() -> None:
    with pytest.raises(ValidationFailed, match=r"^legs\[0\]\.filter\.a: "):
        parse_filter({"a": {}}, field="legs[0].filter")
