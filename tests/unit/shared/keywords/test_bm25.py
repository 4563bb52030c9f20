from __future__ import annotations

import math
import struct

import bm25s
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.keywords import bm25
from shared.keywords.terms import TERM_NUMBERS, Terms, terms_of
from shared.keywords.tokens import tokens
from tests.bench import cranfield

WORDS = st.sampled_from([*"abcdefghijklmnop", "猫", "東京タワー", "foo_bar", "l'eau"])
TEXTS = st.lists(WORDS, min_size=1, max_size=40).map(" ".join)


def scores(texts: list[str], query: str, *, k1: float, b: float) -> list[float]:
    """The score of each text, from what is stored with it and what a query brings along."""
    documents = [terms_of(text, language=None, collection_no=1) for text in texts]
    average_length = sum(document.length for document in documents) / len(documents)
    asked = terms_of(query, language=None, collection_no=1, query=True)
    frequencies = {n: sum(n in document.numbers for document in documents) for n in asked.numbers}
    weights = {
        number: count * bm25.idf(len(documents), frequencies[number])
        for number, count in zip(asked.numbers, asked.frequencies, strict=True)
    }
    found = []
    for document in documents:
        values = bm25.impacts(document, k1=k1, b=b, average_length=average_length)
        found.append(sum(weights.get(n, 0.0) * value for n, value in zip(document.numbers, values, strict=True)))
    return found


def reference(texts: list[str], query: str, *, k1: float, b: float) -> list[float]:
    """The same by bm25s from the same tokens."""
    index = bm25s.BM25(method="lucene", k1=k1, b=b)
    index.index([tokens(text) for text in texts], show_progress=False)
    return list(map(float, index.get_scores(tokens(query, query=True))))


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=30), TEXTS, st.floats(0.1, 5), st.floats(0, 1))
def test_scores_equal_those_of_bm25s(texts: list[str], query: str, k1: float, b: float) -> None:
    assert scores(texts, query, k1=k1, b=b) == pytest.approx(reference(texts, query, k1=k1, b=b), abs=1e-5, rel=1e-5)


def test_scores_of_real_texts_equal_those_of_bm25s() -> None:
    part = cranfield.load().part(queries=3, documents=200)
    texts = list(part.documents.values())
    for query in part.queries.values():
        ours, theirs = (by(texts, query, k1=bm25.K1, b=bm25.B) for by in (scores, reference))
        assert ours == pytest.approx(theirs, abs=1e-5, rel=1e-5)


def test_a_rare_term_weighs_more_and_none_below_zero() -> None:
    weights = [bm25.idf(1_000, frequency) for frequency in (1, 10, 500, 1_000)]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] == pytest.approx(math.log(1 + 999.5 / 1.5))
    assert weights[-1] > 0
    assert bm25.idf(1_000, 1_010) > 0


def test_without_an_average_every_text_is_of_average_length() -> None:
    terms = Terms((1, 5), (1, 3), 4)
    known = bm25.impacts(terms, k1=1.2, b=0.75, average_length=4)
    assert bm25.impacts(terms, k1=1.2, b=0.75, average_length=0) == known == [1 / 2.2, 3 / 4.2]


def test_sparsevec_binary() -> None:
    assert bm25.sparsevec_binary([0, 999_999_999], [0.5, 0.25]) == struct.pack(
        "!iiiiiff", TERM_NUMBERS, 2, 0, 0, 999_999_999, 0.5, 0.25
    )
    assert bm25.sparsevec_binary([], []) == struct.pack("!iii", TERM_NUMBERS, 0, 0)
