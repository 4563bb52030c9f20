from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedder.build.calibrate import input_range
from embedder.build.quantize import LEVELS, even_out, fake_quantize, quantize_rows, whole_range
from embedder.build.source import Floats

VALUES = arrays(np.float32, (6, 4), elements=st.floats(-100, 100, width=32))


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_what_is_within_the_range_moves_by_half_a_step_at_most(values: Floats) -> None:
    low, high = whole_range(values)
    step = (high - low) / LEVELS
    # Half a step for the value, half for the zero point, which has to be whole.
    assert np.abs(fake_quantize(values, low, high) - values).max() <= step * 1.01


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_zero_stays_zero(values: Floats) -> None:
    low, high = whole_range(values)
    assert low <= 0 < high
    assert not fake_quantize(np.zeros(3, np.float32), low, high).any()


def test_evening_out_moves_difficulty_from_the_input_to_the_weights() -> None:
    inputs, weights = np.array([100, 1, 1], np.float32), np.array([1, 1, 1], np.float32)
    divisor = even_out(inputs, weights, 0.5)
    evened = inputs / divisor
    assert evened.max() / evened.min() == pytest.approx(10, rel=1e-3)
    assert np.log(divisor).sum() == pytest.approx(0, abs=1e-5)


def test_an_outlier_channel_costs_the_others_little() -> None:
    random = np.random.default_rng(1)
    values = random.normal(size=(500, 64)).astype(np.float32)
    values[:, 5] *= 200
    weights = random.normal(size=(32, 64)).astype(np.float32)
    exact = values @ weights.T

    def loss(divisor: Floats, low: float, high: float) -> float:
        rows, scales = quantize_rows(weights * divisor)
        found = fake_quantize(values / divisor, low, high) @ (rows * scales[:, None]).T
        return float(np.abs(found - exact).mean())

    evened, plain = input_range(values, weights), np.ones(64, np.float32)
    assert loss(evened.divisor, evened.low, evened.high) < loss(plain, *whole_range(values)) / 5
