from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.unit.embedder.conftest import Model

# The first five floats of vectors as they were when the model was built for the first time.
CANONICAL = [
    ("query", "how much protein should a female eat", [0.0341, -0.0447, -0.0616, -0.0404, 0.1189]),
    ("passage", "how much protein should a female eat", [0.0249, -0.0073, -0.0677, -0.0691, 0.12]),
    ("passage", "Deutschlands höchster Berg misst 2.962 Meter.", [0.0777, 0.0069, 0.0126, -0.0289, 0.0805]),
    ("query", "南瓜的家常做法", [0.0519, -0.0387, -0.0456, -0.0448, 0.1065]),
    ("passage", "ما هي عاصمة المغرب", [0.0412, -0.0159, -0.0552, -0.1214, 0.0462]),
]


def vector(model: Model, kind: str, text: str) -> NDArray[np.float32]:
    vectors = model.engine.run([model.tokenizer.encode(kind, [text])[0].ids])
    return vectors.reshape(-1)


@pytest.mark.parametrize(("kind", "text", "expected"), CANONICAL)
def test_canonical_vectors(model: Model, kind: str, text: str, expected: list[float]) -> None:
    # Other processors sum in another order, and a value at a rounding edge moves a step: hence the tolerance.
    np.testing.assert_allclose(vector(model, kind, text)[:5], expected, atol=3e-3)


def test_vectors_have_length_one_and_end_in_zeros(model: Model) -> None:
    vectors = model.engine.run([tokens.ids for tokens in model.tokenizer.encode("passage", ["a", "日本", "x " * 900])])
    assert vectors.shape == (3, 1024)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert not vectors[:, 384:].any()
    assert vectors[:, :384].all()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(min_size=1, max_size=80),
    others=st.lists(st.text(min_size=1, max_size=200), min_size=1, max_size=3),
    place=st.integers(0, 3),
)
def test_a_vector_does_not_depend_on_its_neighbours(model: Model, text: str, others: list[str], place: int) -> None:
    texts = [*others[:place], text, *others[place:]]
    encoded = model.tokenizer.encode("passage", texts)
    batch = model.engine.run([tokens.ids for tokens in encoded])
    assert np.array_equal(batch[texts.index(text)], vector(model, "passage", text))


def test_prefixes_make_different_vectors_of_a_text(model: Model) -> None:
    query, passage = (vector(model, kind, "how tall is the mountain") for kind in ("query", "passage"))
    assert float(query @ passage) < 0.99


def test_meaning_beats_words_and_languages(model: Model) -> None:
    query = vector(model, "query", "how do I get my money back")
    refund = vector(model, "passage", "Der Kunde kann das Produkt zurückgeben und erhält den Kaufpreis erstattet.")
    other = vector(model, "passage", "Money spiders are small and are said to bring luck.")
    assert float(query @ refund) > float(query @ other)


def test_unrelated_cosine_is_plausible(model: Model) -> None:
    assert 0.6 < model.manifest.unrelated_cosine < 0.85
