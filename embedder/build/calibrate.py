"""Finds how the inputs of the linear layers are quantized, by running texts through the float model.

The model is run a layer at a time, so that no more of its float weights than a layer's are in memory or in a file: for
the large model that is 50 MB instead of 2.2 GB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper

from embedder.build.graph import FloatLinears, GraphBuilder, embeddings, layer
from embedder.build.quantize import even_out, fake_quantize, whole_range
from embedder.build.quantized import InputRange
from embedder.build.source import Floats, Source
from embedder.engines.onnxruntime_library import onnxruntime

ALPHA = 0.75
"""See `embedder.build.quantize.even_out`. Of 0.5 to 0.85 the best on MiniLM and on e5-small."""

SAMPLED = 4096
"""Rows of an input, evenly spread over the calibration's tokens, of which the means are taken; the range is of all."""

_READERS = {
    "qkv": ("attention.self.query", "attention.self.key", "attention.self.value"),
    "attended": ("attention.output.dense",),
    "norm": ("intermediate.dense",),
    "gelu": ("output.dense",),
}


def calibrate(source: Source, texts: Sequence[NDArray[np.int64]]) -> dict[str, InputRange]:
    """The range of each input of linear layers, by the name that `embedder.build.graph` gives it.

    ``texts`` are ids ``[tokens]``, special tokens included.
    """
    ranges: dict[str, InputRange] = {}
    hidden = _embedded(source, _by_length(texts))
    for index in range(source.config.num_hidden_layers):
        taps = _run_layer(source, index, hidden)
        taps["qkv"] = hidden
        hidden = taps.pop("out")
        for part, values in taps.items():
            tokens = np.concatenate([batch.reshape(-1, batch.shape[-1]) for batch in values])
            ranges[f"layer{index}.{part}"] = input_range(tokens, _weights(source, index, part))
    return ranges


def input_range(values: Floats, weights: Floats) -> InputRange:
    """The range of an input: ``values`` ``[tokens, in]``, and the weights ``[out, in]`` that multiply them."""
    least, most = values.min(axis=0), values.max(axis=0)
    divisor = even_out(np.maximum(most, -least), np.maximum(weights.max(axis=0), -weights.min(axis=0)), ALPHA)
    low, high = whole_range((np.stack([least, most]) / divisor).astype(np.float32))
    sample = values[:: max(1, len(values) // SAMPLED)] / divisor
    return InputRange(divisor, low, high, sample.mean(axis=0), fake_quantize(sample, low, high).mean(axis=0))


def _weights(source: Source, index: int, part: str) -> Floats:
    return np.concatenate([source.tensors[f"encoder.layer.{index}.{reader}.weight"] for reader in _READERS[part]])


def _by_length(texts: Sequence[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """The texts of each length together, ``[texts, tokens]``: without padding, there is nothing to mask."""
    lengths: dict[int, list[NDArray[np.int64]]] = {}
    for ids in texts:
        lengths.setdefault(len(ids), []).append(ids)
    return [np.stack(group) for group in lengths.values()]


def _embedded(source: Source, batches: list[NDArray[np.int64]]) -> list[Floats]:
    graph = GraphBuilder()
    out = embeddings(graph, source)
    session = _session(graph, {"input_ids": (TensorProto.INT64, ["batch", "sequence"])}, [out])
    return [session.run(None, {"input_ids": ids})[0] for ids in batches]


def _run_layer(source: Source, index: int, hidden: list[Floats]) -> dict[str, list[Floats]]:
    graph = GraphBuilder()
    name, size = f"layer{index}", source.config.hidden_size
    zero = graph.constant("no.bias", np.zeros(1, np.float32))
    layer(graph, source, index, "hidden", bias=zero, linears=FloatLinears())
    parts = ("attended", "norm", "gelu", "out")
    inputs = {"hidden": (TensorProto.FLOAT, ["batch", "sequence", size])}
    session = _session(graph, inputs, [f"{name}.{part}" for part in parts])
    found: dict[str, list[Floats]] = {part: [] for part in parts}
    for values in hidden:
        for part, result in zip(parts, session.run(None, {"hidden": values}), strict=True):
            found[part].append(result)
    return found


def _session(
    graph: GraphBuilder, inputs: Mapping[str, tuple[int, list[Any]]], outputs: list[str]
) -> onnxruntime.InferenceSession:
    model = graph.model(
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
    )
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
