"""Token ids to vectors: the one place that knows ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from embedder.cores import multiplies_inexactly
from embedder.manifest import Manifest


class Engine:
    """A loaded model. `run` may be called from several threads at once, and that is how more than one core is used.

    A run stays on the thread that calls it: for short texts, two threads a run were slower than one (waking the second
    costs more than it saves), while two runs side by side nearly doubled the rate.

    The graph quantizes activations with one scale a tensor, so texts that shared a run would change each other's
    vectors. Hence one text a run: a vector is the same bits alone, in any batch and at any position.
    """

    batch_tokens = 1
    """How many tokens of one kind the worker should bring together for a `run`; at least one text always goes."""

    def __init__(self, directory: Path, manifest: Manifest) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Without effect on one thread; should there be more, an idle one must not spin.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if multiplies_inexactly():
            options.add_session_config_entry("session.x64quantprecision", "1")
        self._session = onnxruntime.InferenceSession(
            directory / "model.onnx", options, providers=["CPUExecutionProvider"]
        )
        self._dimension = manifest.dimension
        self._native_dimension = manifest.native_dimension

    def run(self, batch: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        """Vectors ``[texts, dimension]`` of length 1, zero beyond the native dimension, for ids ``[tokens]`` each."""
        vectors = np.zeros((len(batch), self._dimension), np.float32)
        for row, ids in enumerate(batch):
            (vector,) = self._session.run(None, {"input_ids": ids[None]})
            vectors[row, : self._native_dimension] = vector[0]
        return vectors
