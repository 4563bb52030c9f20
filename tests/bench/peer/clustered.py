"""Clustered vectors as embeddings are, queries near them, their metadata, and who is truly nearest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DIMENSION = 1_024
CENTRES = 200
SPREAD = 0.7
"""Length of what is added to a centre of length 1: two of one cluster have a cosine of about 0.67, strangers of 0."""
NEARNESS = 0.3
"""Length of what is added to a stored vector to make a query: the two have a cosine of about 0.96."""

GROUPS, BUCKETS, TAGS = 7, 100, 10


@dataclass(frozen=True, slots=True)
class Clustered:
    """`vectors` and `queries`, each of shape (count, dimension), float32, every row of length 1."""

    vectors: Floats
    queries: Floats

    @classmethod
    def of(cls, rows: int, queries: int, *, seed: int = 1, dimension: int = DIMENSION) -> Clustered:
        """A mixture of 200 Gaussians, and queries that each lie near one of its vectors; the same for a seed."""
        chance = np.random.default_rng(seed)
        centres = _unit(chance.standard_normal((CENTRES, dimension), dtype=np.float32))
        vectors = _near(centres[chance.integers(CENTRES, size=rows)], SPREAD, chance)
        return cls(vectors, _near(vectors[chance.integers(rows, size=queries)], NEARNESS, chance))

    def nearest(self, query: int, count: int, among: range | None = None) -> list[int]:
        """The numbers of the rows nearest to a query by cosine, nearest first: of all rows, or of those in a range."""
        numbers = np.arange(len(self.vectors)) if among is None else np.asarray(among, dtype=np.int64)
        scores = self.vectors[numbers] @ self.queries[query]
        return [int(number) for number in numbers[np.argsort(-scores, kind="stable")[:count]]]


def metadata_of(number: int) -> dict[str, Any]:
    """What a row carries: filters of 14 % (group), 10 % (tag), 1 % (bucket), and any share (n)."""
    return {"group": number % GROUPS, "bucket": number % BUCKETS, "n": number, "tag": f"t{number % TAGS}"}


def recall(found: list[list[str]], true: list[list[int]]) -> float:
    """The share of the true neighbours that were found; ids are the rows' numbers."""
    hits = sum(len(set(ids) & set(map(str, numbers))) for ids, numbers in zip(found, true, strict=True))
    return hits / sum(map(len, true))


def _near(points: Floats, length: float, chance: np.random.Generator) -> Floats:
    # A Gaussian of this deviation in so many dimensions has about the wanted length.
    deviation = np.float32(length / points.shape[1] ** 0.5)
    return _unit(points + deviation * chance.standard_normal(points.shape, dtype=np.float32))


def _unit(rows: Floats) -> Floats:
    unit: Floats = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit
