"""Against the engine that came with the weights: `record_reference.py` tells how the fixture was made."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from tests.unit.embedder.conftest import Model
from tests.unit.embedder.record_reference import FIXTURE, TEXTS

MEAN_COSINE = 0.998
WORST_COSINE = 0.99
"""4-bit blocks on one side, int8 channels with static scales on the other."""


def recorded() -> list[dict[str, Any]]:
    return list(json.loads(FIXTURE.read_text()))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    # That engine makes a token of blanks at the end; sentencepiece, transformers and we do not.
    return [row for row in recorded() if not row["text"][-1].isspace()]


def test_the_fixture_is_of_the_listed_texts() -> None:
    assert [(row["kind"], row["text"]) for row in recorded()] == TEXTS


def test_token_counts_agree(model: Model, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        (tokens,) = model.tokenizer.encode(row["kind"], [row["text"]])
        assert (len(tokens.ids), tokens.truncated) == (row["tokens"], False), row["text"]


def test_vectors_agree(model: Model, rows: list[dict[str, Any]]) -> None:
    cosines = []
    for row in rows:
        expected = np.frombuffer(base64.b64decode(row["vector"]), "<f2").astype(np.float32)
        (tokens,) = model.tokenizer.encode(row["kind"], [row["text"]])
        vector = model.engine.run([tokens.ids])[0, : len(expected)]
        cosines.append(float(vector @ expected / np.linalg.norm(expected)))
    assert np.mean(cosines) >= MEAN_COSINE
    assert min(cosines) >= WORST_COSINE
