from __future__ import annotations

import numpy as np
import pytest

from tests.bench.peer.clustered import Clustered, metadata_of, recall
from tests.bench.peer.loads import FILTERS, ROWS


def test_the_same_seed_gives_the_same_vectors_of_length_one() -> None:
    one, again, other = Clustered.of(50, 5), Clustered.of(50, 5), Clustered.of(50, 5, seed=2)
    assert (one.vectors.shape, one.queries.shape) == ((50, 1_024), (5, 1_024))
    assert one.vectors.dtype == one.queries.dtype == np.float32
    assert np.allclose(np.linalg.norm(one.vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(one.vectors, again.vectors)
    assert not np.array_equal(one.vectors, other.vectors)


def test_a_query_lies_near_one_stored_vector() -> None:
    data = Clustered.of(500, 20)
    best = [float(data.vectors[data.nearest(query, 1)[0]] @ data.queries[query]) for query in range(20)]
    assert best == pytest.approx([0.96] * 20, abs=0.02)


def test_nearest_is_by_cosine_and_among_those_asked_for() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.8, 0.6], [-1, 0]], dtype=np.float32)
    data = Clustered(vectors, np.array([[1, 0]], dtype=np.float32))
    assert data.nearest(0, 3) == [0, 2, 1]
    assert data.nearest(0, 3, range(1, 4, 2)) == [1, 3]
    assert data.nearest(0, 3, range(0)) == []


def test_recall_is_the_share_of_true_neighbours() -> None:
    assert recall([["1", "2"], ["9", "4"]], [[2, 1], [3, 4]]) == 0.75


def test_the_filters_leave_the_rows_that_they_say() -> None:
    expected = {
        "group": [n for n in range(ROWS) if metadata_of(n)["group"] == 3],
        "bucket": [n for n in range(ROWS) if metadata_of(n)["bucket"] == 42],
        "range": [n for n in range(ROWS) if 10_000 <= metadata_of(n)["n"] < 10_200],
        "nothing": [],
    }
    assert {name: list(narrowed.rows) for name, narrowed in FILTERS.items()} == expected
