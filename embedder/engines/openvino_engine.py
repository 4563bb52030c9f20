"""OpenVINO, an optional engine for x86: it fuses more around the multiplications than ONNX Runtime does."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openvino  # type: ignore[import-untyped]
from openvino import opset13

from embedder.engines.engine import Ids, Vectors, padded
from embedder.manifest import MODEL_NAME, Manifest, ModelError

LENGTH_STEP = 16
"""Lengths are rounded up to it: OpenVINO compiles each shape that it meets and keeps it, so they must be few."""


class OpenVinoEngine:
    """The model compiled for this processor: a stream for each run at once, a request for each thread that calls.

    The runs of more threads than there are streams wait for one, in the order of their calls. Attention is computed in
    bfloat16 where the processor has units for it (OpenVINO's own default), everything between the layers in float32.
    """

    batch_tokens = 512

    def __init__(self, directory: Path, manifest: Manifest, threads: int) -> None:
        core = openvino.Core()
        options = {
            "NUM_STREAMS": threads,
            "INFERENCE_NUM_THREADS": threads,
            "ENABLE_CPU_PINNING": False,  # other processes want the cores too
            "INFERENCE_PRECISION_HINT": "bf16" if _has_bfloat16(core) else "f32",
        }
        try:
            model = core.read_model(directory / MODEL_NAME)
            _turn_keys(model)
            self._compiled = core.compile_model(model, "CPU", options)
        except RuntimeError as error:
            raise ModelError(f"OpenVINO cannot load {directory / MODEL_NAME}: {str(error).splitlines()[-1]}") from error
        self._threads = threading.local()
        self._dimension = manifest.dimension
        self._native_dimension = manifest.native_dimension
        self._max_tokens = manifest.max_tokens

    def run(self, batch: Sequence[Ids]) -> Vectors:
        """See `embedder.engines.engine.Engine`."""
        longest = max(len(ids) for ids in batch)
        columns = min(-(-longest // LENGTH_STEP) * LENGTH_STEP, self._max_tokens)
        input_ids, mask = padded(batch, columns=columns)
        vectors = np.zeros((len(batch), self._dimension), np.float32)
        request = self._request()
        request.infer({"input_ids": input_ids, "attention_mask": mask}, share_inputs=True)
        vectors[:, : self._native_dimension] = request.get_output_tensor(0).data
        return vectors

    def _request(self) -> openvino.InferRequest:
        """A request serves one run at a time, so each thread has its own."""
        if not hasattr(self._threads, "request"):
            self._threads.request = self._compiled.create_infer_request()
        request: openvino.InferRequest = self._threads.request
        return request


def _has_bfloat16(core: openvino.Core) -> bool:
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _turn_keys(model: openvino.Model) -> None:
    """Leave turning the keys to the multiplication: OpenVINO then fuses attention without copying them first."""
    for node in model.get_ordered_ops():
        if node.get_type_name() != "MatMul":
            continue
        keys = node.input_value(1).get_node()
        if keys.get_type_name() != "Transpose" or list(keys.input_value(1).get_node().get_vector()) != [0, 2, 3, 1]:
            continue
        heads = opset13.transpose(keys.input_value(0), opset13.constant([0, 2, 1, 3]))
        scores = opset13.matmul(node.input_value(0), heads, False, True)
        node.output(0).replace(scores.output(0))
    model.validate_nodes_and_infer_types()
