from __future__ import annotations

import math

import pytest

from tests.bench.cranfield import load, ndcg

GAINS = {"best": 4, "good": 3, "fair": 1, "useless": 0}


def test_the_collection_is_whole_but_for_its_two_empty_documents() -> None:
    collection = load()
    assert (len(collection.documents), len(collection.queries), len(collection.gains)) == (1398, 225, 225)
    assert {"471", "995"}.isdisjoint(collection.documents)
    assert collection.queries["1"].startswith("what similarity laws must be obeyed")
    assert collection.gains["1"]["184"] == 3  # code 2
    assert {gain for gains in collection.gains.values() for gain in gains.values()} == {0, 1, 2, 3, 4}


def test_a_part_keeps_everything_that_is_judged_for_its_queries() -> None:
    part = load().part(10, 300)
    assert (len(part.documents), list(part.queries)) == (300, [str(number) for number in range(1, 11)])
    assert all(document in part.documents for gains in part.gains.values() for document in gains)


@pytest.mark.parametrize(
    ("ranked", "expected"),
    [
        (["best", "good", "fair"], 1.0),
        (["unjudged", "useless"], 0.0),
        ([], 0.0),
        (["good", "best"], (3 + 4 / math.log2(3)) / (4 + 3 / math.log2(3) + 1 / 2)),
        (["unjudged"] * 10 + ["best"], 0.0),  # the tenth is the last that counts
    ],
)
def test_ndcg_compares_a_ranking_with_the_best_one(ranked: list[str], expected: float) -> None:
    assert ndcg(ranked, GAINS) == pytest.approx(expected)


def test_ndcg_is_zero_where_nothing_is_relevant() -> None:
    assert ndcg(["useless"], {"useless": 0}) == 0.0
