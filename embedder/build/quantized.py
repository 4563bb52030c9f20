"""Linear layers in int8 with static scales, in standard operators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx

from embedder.build.graph import GraphBuilder, encoder_graph
from embedder.build.quantize import LEVELS, quantize_rows
from embedder.build.source import Floats, Source


def quantized_graph(source: Source, ranges: Mapping[str, InputRange]) -> onnx.ModelProto:
    """The model in int8 (about 120 MB for e5-small, 560 MB for e5-large)."""
    return encoder_graph(source, QuantizedLinears(ranges))


@dataclass(frozen=True)
class InputRange:
    """How one input of linear layers is quantized, found by calibration.

    ``divisor`` ``[in]`` evens its channels out (the weights are multiplied by it in return); ``low`` and ``high`` bound
    what is left, zero between them; ``mean`` ``[in]`` and ``quantized_mean`` ``[in]`` are the means, over the
    calibration, of the divided values before and after quantization.
    """

    divisor: Floats
    low: float
    high: float
    mean: Floats
    quantized_mean: Floats

    @property
    def scale(self) -> np.float32:
        """The step between two levels."""
        return np.float32((self.high - self.low) / LEVELS)

    @property
    def zero_point(self) -> np.uint8:
        """The level of zero."""
        return np.uint8(np.clip(round(-self.low / float(self.scale)), 0, LEVELS))


class QuantizedLinears:
    """QuantizeLinear and DequantizeLinear around MatMul, in the operators and types that engines turn into int8.

    Inputs: unsigned bytes, one static scale and zero point a tensor. Weights: signed bytes, one scale an output
    channel. What quantization adds to the outputs, on average over the calibration, comes off the bias (Nagel et al.
    2019, section 4.2).
    """

    def __init__(self, ranges: Mapping[str, InputRange]) -> None:
        self._ranges = ranges

    def prepare(self, graph: GraphBuilder, name: str, values: str) -> str:
        """Divide, unless the layer before has done it, quantize, and dequantize."""
        found = self._ranges[name]
        if not name.endswith(".attended"):
            factor = graph.constant(f"{name}.factor", (1 / found.divisor).astype(np.float32))
            values = graph.node("Mul", [values, factor], f"{name}.even")
        scale = graph.constant(f"{name}.scale", np.array(found.scale))
        zero = graph.constant(f"{name}.zero_point", np.array(found.zero_point))
        quantized = graph.node("QuantizeLinear", [values, scale, zero], f"{name}.quantized")
        return graph.node("DequantizeLinear", [quantized, scale, zero], f"{name}.dequantized")

    def linear(self, graph: GraphBuilder, name: str, prepared: str, *, of: str, weight: Floats, bias: Floats) -> str:
        """A layer with int8 weights."""
        found = self._ranges[of]
        weight = weight * found.divisor
        rows, scales = quantize_rows(weight)
        bias = bias + weight @ found.mean - (rows.astype(np.float32) @ found.quantized_mean) * scales
        inputs = [
            graph.constant(f"{name}.weight", rows.T),
            graph.constant(f"{name}.weight.scale", scales),
            graph.constant(f"{name}.weight.zero_point", np.zeros(len(scales), np.int8)),
        ]
        floats = graph.node("DequantizeLinear", inputs, f"{name}.weight.dequantized", axis=1)
        product = graph.node("MatMul", [prepared, floats], f"{name}.product")
        return graph.node("Add", [product, graph.constant(f"{name}.bias", bias.astype(np.float32))], name)

    def divisor(self, name: str) -> Floats | None:
        """The input's divisor: attention's context is divided by its values' weights."""
        return self._ranges[name].divisor
