"""Values between JSON, the embedder and pgvector; pgvector's own Python package is the reference."""

from __future__ import annotations

import math
import struct

from hypothesis import given
from hypothesis import strategies as st
from pgvector import HalfVector, Vector

from shared.vector_values import (
    HALF_MAX,
    fault_of,
    halfvec_binary_of_row,
    values_of_binary,
    values_of_row,
    vector_binary,
    vector_binary_of_row,
)

floats = st.lists(st.floats(-HALF_MAX, HALF_MAX, width=32), min_size=1, max_size=40)


@given(floats)
def test_a_vector_is_framed_as_pgvector_frames_it(values: list[float]) -> None:
    assert vector_binary(values) == Vector(values).to_binary()


@given(floats)
def test_float32_values_come_back_to_the_bit(values: list[float]) -> None:
    assert struct.pack("40f", *values_of_binary(vector_binary(values)), *[0.0] * (40 - len(values))) == struct.pack(
        "40f", *values, *[0.0] * (40 - len(values))
    )


@given(st.lists(st.floats(-HALF_MAX, HALF_MAX, width=16), min_size=1, max_size=40))
def test_a_halfvec_is_framed_as_pgvector_frames_it(values: list[float]) -> None:
    assert halfvec_binary_of_row(struct.pack(f"<{len(values)}e", *values)) == HalfVector(values).to_binary()


@given(st.lists(st.floats(-HALF_MAX, HALF_MAX, width=16), min_size=1, max_size=40))
def test_an_embedders_row_is_framed_as_the_same_values(values: list[float]) -> None:
    assert vector_binary_of_row(struct.pack(f"<{len(values)}e", *values)) == vector_binary(values)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=20))
def test_what_no_halfvec_can_hold_is_refused(values: list[float]) -> None:
    fault = fault_of(values, dimension=len(values), nonzero=False)
    bad = [index for index, value in enumerate(values) if not abs(value) <= HALF_MAX]
    assert fault == ((f"[{bad[0]}]", "is not a finite number within ±65504") if bad else None)


def test_nan_is_found_wherever_it_stands() -> None:
    for index in range(5):
        values = [1.0] * 5
        values[index] = math.nan
        found = fault_of(values, dimension=5, nonzero=False)
        assert found is not None
        assert found[0] == f"[{index}]"


def test_a_float32_row_is_read() -> None:
    assert values_of_row(struct.pack("<3f", 1.0, -0.5, 0.25)) == [1.0, -0.5, 0.25]
