from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.keywords.terms import MAX_FREQUENCY, MAX_TERMS, TERM_NUMBERS, Terms, term_number, terms_of

ROOT = Path(__file__).resolve().parents[4]
LANGUAGES = st.sampled_from([None, "english", "arabic", "hindi", "turkish", "yiddish", "serbian", "finnish"])

# Stored in every index: if one of these changes, every collection must be indexed anew.
GOLDEN = {
    (1, "hous"): 426_393_358,
    (2, "hous"): 719_788_919,
    (1, "猫"): 132_154_738,
    (9_223_372_036_854_775_807, "été"): 631_682_464,
}


@pytest.mark.parametrize(("key", "expected"), GOLDEN.items())
def test_numbers_stay_what_they_are(key: tuple[int, str], expected: int) -> None:
    assert term_number(*key) == expected


def test_numbers_are_the_same_in_another_process() -> None:
    code = (
        "from shared.keywords.terms import terms_of\n"
        "print(terms_of('Houses and cats', language='english', collection_no=7))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(terms_of("Houses and cats", language="english", collection_no=7))


def test_forms_of_a_word_are_counted_together() -> None:
    found = terms_of("House, houses; a HOUSE. Cat", language="english", collection_no=3)
    by_number = dict(zip(found.numbers, found.frequencies, strict=True))
    assert by_number == {term_number(3, "hous"): 3, term_number(3, "a"): 1, term_number(3, "cat"): 1}
    assert found.length == 5


def test_a_text_without_words_has_no_terms() -> None:
    assert terms_of(" — !", language="english", collection_no=1) == Terms((), (), 0)


def test_the_first_terms_are_kept() -> None:
    text = " ".join(f"w{n}" for n in range(MAX_TERMS + 500)) + " w0 w1"
    found = terms_of(text, language=None, collection_no=1)
    assert len(found.numbers) == MAX_TERMS
    assert found.length == MAX_TERMS + 502
    kept = dict(zip(found.numbers, found.frequencies, strict=True))
    assert kept[term_number(1, "w1")] == 2
    assert term_number(1, f"w{MAX_TERMS}") not in kept
    few = terms_of("one two three two", language=None, collection_no=1, limit=2)
    assert dict(zip(few.numbers, few.frequencies, strict=True)) == {term_number(1, "one"): 1, term_number(1, "two"): 2}


def test_a_frequency_fits_a_smallint() -> None:
    found = terms_of("a " * (MAX_FREQUENCY + 10), language=None, collection_no=1)
    assert found.frequencies == (MAX_FREQUENCY,)
    assert found.length == MAX_FREQUENCY + 10


def test_terms_of_a_query_are_terms_of_the_text() -> None:
    text = terms_of("我喜欢猫", language=None, collection_no=1)
    assert set(terms_of("喜欢", language=None, collection_no=1, query=True).numbers) < set(text.numbers)
    assert set(terms_of("猫", language=None, collection_no=1, query=True).numbers) < set(text.numbers)


@given(st.text(st.characters(), max_size=300), LANGUAGES, st.integers(1, 2**63 - 1))
def test_any_text_gives_terms(text: str, language: str | None, collection_no: int) -> None:
    found = terms_of(text, language=language, collection_no=collection_no)
    assert all(one < other for one, other in pairwise(found.numbers))
    assert all(0 <= number < TERM_NUMBERS for number in found.numbers)
    assert len(found.frequencies) == len(found.numbers)
    assert sum(found.frequencies) == found.length
    query = terms_of(text, language=language, collection_no=collection_no, query=True)
    assert set(query.numbers) <= set(found.numbers)


def test_collections_do_not_share_numbers() -> None:
    words = [f"word{n}" for n in range(2_000)]
    one, other = ([term_number(collection_no, word) for word in words] for collection_no in (1, 2))
    assert not set(one) & set(other)
    # Spread evenly: of ten equal parts, each has about a tenth.
    assert all(140 < count < 260 for count in Counter(number * 10 // TERM_NUMBERS for number in one).values())
