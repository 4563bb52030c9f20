"""What an engine is: token ids in, vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]


class Engine(Protocol):
    """A loaded model. `run` may be called from several threads at once, and that is how several cores are used.

    Activations are quantized with scales that the model file holds, and padding is masked: a text's vector does not
    depend on the texts that share its run.
    """

    batch_tokens: int
    """How many tokens, padding included, one run should bring together; a longer text goes alone."""

    def run(self, batch: Sequence[Ids]) -> Vectors:
        """Vectors ``[texts, dimension]`` of length 1, zero beyond the native dimension, for ids ``[tokens]`` each."""


def padded(batch: Sequence[Ids], *, columns: int = 0) -> tuple[Ids, Ids]:
    """``input_ids`` and ``attention_mask``, ``[texts, columns]`` or as long as the longest is; padding is masked.

    Padding's id is 0: it stands in every vocabulary, and its words are never looked at.
    """
    shape = (len(batch), max(columns, *(len(ids) for ids in batch)))
    input_ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, ids in enumerate(batch):
        input_ids[row, : len(ids)] = ids
        mask[row, : len(ids)] = 1
    return input_ids, mask
