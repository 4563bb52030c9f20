"""Symmetric int8 weights, one scale an output channel (or a row of a table)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LIMIT = 127
"""-128 is left out, so that the range is symmetric and a sign flip never overflows."""


def quantize_rows(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
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
