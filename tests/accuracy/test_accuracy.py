"""Int8 says what float32 says: for texts of every kind, for search, and across languages.

Nothing here has been part of a build: calibration has texts of its own.
"""

from __future__ import annotations

import numpy as np

from embedder.build.calibration import CALIBRATION
from tests.accuracy.family import Family
from tests.accuracy.measures import mean_ndcg, translations_found
from tests.accuracy.record_float32 import recorded
from tests.bench import cranfield
from tests.support.translations import TRANSLATIONS
from tests.support.varied_texts import varied

MEAN_COSINE = 0.99
WORST_COSINE = 0.98
NDCG_SHARE = 0.99
TRANSLATIONS_LOST = 0.01


def test_vectors_of_varied_texts_are_those_of_float32(family: Family) -> None:
    kinds, texts = zip(*varied(), strict=True)
    half = len(texts) // 2
    ids = family.ids("query", texts[:half]) + family.ids("passage", texts[half:])
    cosines = (family.served(ids) * family.exact(ids)).sum(axis=1)
    worst = [f"{kinds[place]} {cosines[place]:.4f}" for place in np.argsort(cosines)[:10]]
    assert cosines.mean() >= MEAN_COSINE, worst
    assert cosines.min() >= WORST_COSINE, worst


def test_search_finds_what_people_judged_relevant_as_well_as_float32_does(family: Family) -> None:
    collection = cranfield.load()
    questions = family.served(family.ids("query", list(collection.queries.values())))
    documents = family.served(family.ids("passage", list(collection.documents.values())))
    record = recorded(family.name)
    assert record.source_sha256 == family.source_digest, "other weights: run tests/accuracy/record_float32.py"
    assert mean_ndcg(collection, questions, documents) >= NDCG_SHARE * record.ndcg_at_10


def test_translations_are_found_as_well_as_float32_finds_them(family: Family) -> None:
    texts = [text for row in TRANSLATIONS for text in row]
    meanings = [meaning for meaning, row in enumerate(TRANSLATIONS) for _ in row]
    languages = [language for row in TRANSLATIONS for language in range(len(row))]
    ids = family.ids("query", texts)
    served = translations_found(family.served(ids), meanings, languages)
    exact = translations_found(family.exact(ids), meanings, languages)
    assert served >= exact - TRANSLATIONS_LOST


def test_no_measured_text_was_calibrated_with() -> None:
    measured = {text for _, text in varied()} | {text for row in TRANSLATIONS for text in row}
    # A letter or a word is what it is in both.
    assert not {text for text in measured if len(text) > 24} & set(CALIBRATION)
