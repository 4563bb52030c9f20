"""Symmetric int8 weights, one scale an output channel (or a row of a table); static ranges of what they multiply."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedder.build.source import Floats

LIMIT = 127
"""-128 is left out, so that the range is symmetric and a sign flip never overflows."""

LEVELS = 255
"""Steps of an unsigned byte."""


def quantize_rows(weight: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Quantize each row of ``[rows, columns]`` by its own largest magnitude.

    Returns the int8 rows and float32 scales ``[rows]``: ``weight ~ rows * scales[:, None]``. A linear layer's weight as
    Hugging Face stores it is ``[out, in]``, so its rows are its output channels. Blocks of rows bound the memory.
    """
    quantized = np.empty(weight.shape, np.int8)
    scales = np.empty(weight.shape[0], np.float32)
    for start in range(0, weight.shape[0], 16384):
        block = weight[start : start + 16384]
        scale = np.maximum(np.abs(block).max(axis=1), np.float32(1e-12)) / np.float32(LIMIT)
        np.clip(np.rint(block / scale[:, None]), -LIMIT, LIMIT, out=quantized[start : start + 16384], casting="unsafe")
        scales[start : start + 16384] = scale
    return quantized, scales


def fake_quantize(values: Floats, low: float, high: float) -> Floats:
    """What is left of values after QuantizeLinear and DequantizeLinear with the unsigned range ``low`` to ``high``."""
    scale = np.float32((high - low) / LEVELS)
    zero = np.float32(round(-low / float(scale)))
    levels = np.clip(np.rint(values / scale) + zero, 0, LEVELS)
    result: Floats = (levels - zero) * scale
    return result


def whole_range(values: Floats) -> tuple[float, float]:
    """The least and the largest value, zero within.

    Nothing is clipped, though clipping loses less by mean square: the few large values are those that matter (MiniLM,
    worst cosine to float32 of 300 texts: 0.94 with the range of least mean square error, 0.99 with the whole one).
    """
    return min(float(values.min()), 0.0), max(float(values.max()), 1e-6)


def even_out(inputs: Floats, weights: Floats, alpha: float) -> Floats:
    """Divisors of input channels (SmoothQuant, Xiao et al. 2022, equation 4), their geometric mean 1.

    ``inputs`` and ``weights`` are the largest magnitudes ``[in]`` of each channel of the input and of the weights that
    multiply it. ``alpha`` is the share of the difficulty that moves from the input to the weights.
    """
    floor = np.float32(1e-5)
    divisor = np.maximum(inputs, floor) ** alpha / np.maximum(weights, floor) ** (1 - alpha)
    result: Floats = (divisor / np.exp(np.log(divisor).mean())).astype(np.float32)
    return result
