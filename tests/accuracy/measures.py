"""What is measured of a model's vectors. All vectors have length 1, so a product is a cosine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.accuracy.family import Vectors
from tests.bench.cranfield import Cranfield, ndcg


def mean_ndcg(collection: Cranfield, questions: Vectors, documents: Vectors) -> float:
    """nDCG@10 over all questions; rows are in the collection's order."""
    names = list(collection.documents)
    nearest = np.argsort(-(questions @ documents.T), axis=1, kind="stable")[:, :10]
    gains = collection.gains.values()
    scores = [ndcg([names[place] for place in row], judged) for row, judged in zip(nearest, gains, strict=True)]
    return float(np.mean(scores))


def translations_found(vectors: Vectors, meanings: Sequence[int], languages: Sequence[int]) -> float:
    """For each text and each other language: is the nearest text of that language its translation? The share of yes.

    Rows are of all texts; ``meanings`` and ``languages`` say for each row what it means and in what language.
    """
    meaning, language = np.array(meanings), np.array(languages)
    cosines = vectors @ vectors.T
    found = []
    for other in np.unique(language):
        columns = np.flatnonzero(language == other)
        rows = np.flatnonzero(language != other)
        nearest = columns[cosines[np.ix_(rows, columns)].argmax(axis=1)]
        found.append(meaning[nearest] == meaning[rows])
    return float(np.concatenate(found).mean())
