from __future__ import annotations

from collections import Counter

import pytest

from tests.bench.peer.zipf import Texts, words


def test_the_words_are_distinct_and_of_letters() -> None:
    vocabulary = words()
    assert (len(vocabulary), len(set(vocabulary))) == (50_000, 50_000)
    assert all(word.isascii() and word.isalpha() for word in vocabulary)


def test_a_word_is_as_frequent_as_its_rank_says() -> None:
    drawn = Counter(" ".join(Texts(seed=1).documents(2_000)).split())
    harmonic = sum(1 / rank for rank in range(1, 50_001))
    expected = [2_000 * 65 / harmonic / rank for rank in (1, 2, 10)]
    assert [drawn[words()[rank - 1]] for rank in (1, 2, 10)] == pytest.approx(expected, rel=0.1)


def test_documents_and_queries_have_their_lengths_and_repeat_by_seed() -> None:
    texts = Texts(seed=2)
    documents, queries = list(texts.documents(3)), texts.queries(4)
    assert [len(text.split()) for text in documents + queries] == [65, 65, 65, 6, 6, 6, 6]
    assert list(Texts(seed=2).documents(3)) == documents
