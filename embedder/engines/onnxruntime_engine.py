"""ONNX Runtime, the default engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embedder.cores import multiplies_inexactly
from embedder.engines.engine import Ids, Vectors, padded
from embedder.engines.onnxruntime_graph import derive
from embedder.engines.onnxruntime_library import onnxruntime
from embedder.manifest import MODEL_NAME, Manifest


class OnnxRuntimeEngine:
    """The model in a session of ONNX Runtime, its graph rewritten for it as it is loaded.

    A run stays on the thread that calls it: for short texts, two threads a run were slower than one (waking the second
    costs more than it saves), while two runs side by side nearly doubled the rate.
    """

    batch_tokens = 384
    """Beyond it, what a run works on no longer fits the cores' own caches; below, weights are read more often."""

    def __init__(self, directory: Path, manifest: Manifest) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Without effect on one thread; should there be more, an idle one must not spin.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # The weights are mapped from the model's own file.
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(directory))
        if multiplies_inexactly():
            options.add_session_config_entry("session.x64quantprecision", "1")
        self._session = onnxruntime.InferenceSession(
            derive(directory / MODEL_NAME).SerializeToString(),
            options,
            providers=["CPUExecutionProvider"],
            # Four times slower than the LayerNormalization and the Add that it replaces.
            disabled_optimizers=["SkipLayerNormFusion"],
        )
        self._dimension = manifest.dimension
        self._native_dimension = manifest.native_dimension

    def run(self, batch: Sequence[Ids]) -> Vectors:
        """See `embedder.engines.engine.Engine`."""
        input_ids, mask = padded(batch)
        vectors = np.zeros((len(batch), self._dimension), np.float32)
        (vectors[:, : self._native_dimension],) = self._session.run(
            None, {"input_ids": input_ids, "attention_mask": mask}
        )
        return vectors
