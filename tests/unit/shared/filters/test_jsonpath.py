"""The text of predicates; what PostgreSQL makes of them is in tests/integration/test_filters.py."""

from __future__ import annotations

import pytest

from shared.filters.jsonpath import to_jsonpath
from shared.filters.parse import parse_filter


@pytest.mark.parametrize(
    ("document", "predicate"),
    [
        ({"a.b": 5}, 'exists($."a"."b" ? (@ == 5 || exists(@[*] ? (@ == 5))))'),
        (
            {"a": {"$in": [None, True]}},
            'exists($."a" ? (@ == null || @ == true || exists(@[*] ? (@ == null || @ == true))))',
        ),
        ({"a": {"$in": []}}, "(1 == 0)"),
        ({"a": {"$gt": -1.5}}, 'exists($."a" ? (@ > -1.5))'),
        ({"a": {"$lte": "é\"\\\n'"}}, 'exists($."a" ? (@ <= "é\\"\\\\\\n\'"))'),
        ({"a": {"$exists": False}}, '!exists($ ? (exists($."a")))'),
        ({'"$': {"$exists": True}}, 'exists($."\\"$")'),
        (
            {"$or": [{"a": {"$gt": 1}, "b": {"$lt": 10**30}}, {"c": {"$gte": 1e30}}]},
            f'((exists($."a" ? (@ > 1)) && exists($."b" ? (@ < {10**30}))) || exists($."c" ? (@ >= 1e+30)))',
        ),
    ],
)
def test_predicates(document: object, predicate: str) -> None:
    tree = parse_filter(document)
    assert tree is not None
    assert to_jsonpath(tree) == f"strict {predicate}"


def test_many_values_are_found_by_halving_each_kind_in_its_order() -> None:
    tree = parse_filter({"a": {"$in": ["b", 10**23, True, 1e22, 1, "a", 1.0, "a", None, -2]}})
    assert tree is not None
    texts = 'exists(@ ? (@ >= "a" && @ <= "b") ? (@ == "a" || @ == "b"))'
    numbers = f"exists(@ ? (@ >= -2 && @ <= {10**23}) ? (@ == -2 || @ == 1 || @ == 1e+22 || @ == {10**23}))"
    one_of = f"{texts} || {numbers} || @ == true || @ == null"
    assert to_jsonpath(tree) == f'strict exists($."a" ? ({one_of} || exists(@[*] ? ({one_of}))))'
    tree = parse_filter({"a": {"$in": list("edcba")}})
    assert tree is not None
    halves = '(@ < "c" && (@ == "a" || @ == "b")) || (@ >= "c" && (@ == "c" || @ == "d" || @ == "e"))'
    assert f'? (@ >= "a" && @ <= "e") ? ({halves})' in to_jsonpath(tree)
