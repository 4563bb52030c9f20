"""The ONNX graph of a BERT or XLM-RoBERTa encoder with mean pooling and L2 normalization, of standard operators only.

Inputs ``input_ids`` and ``attention_mask`` (1 for tokens, 0 for padding after them), int64 ``[batch, sequence]``, with
the special tokens; output ``embedding`` float32 ``[batch, hidden]``, each row of length 1. How a linear layer looks is
left to a `Linears`: `FloatLinears`, or `embedder.build.quantized.QuantizedLinears`.

The shape of attention is chosen for the engines: query, key and value are layers of their own (cutting one wide result
in three is a copy), and the division of the scores is folded into the query's weights.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from embedder.build.quantize import quantize_rows
from embedder.build.source import Floats, Source

OPSET = 21
MASKED = -10_000.0
"""Added to a score of padding: its weight is zero after softmax, in half precision too."""


class GraphBuilder:
    """Collects nodes and initializers; names are given by the caller and are unique."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Add an initializer and return its name."""
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        """Add a node of one output and return the output's name."""
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))  # type: ignore[arg-type]
        return output

    def layer_norm(self, name: str, source: str, source_name: str, model: Source) -> str:
        """LayerNormalization with the weights called ``source_name``."""
        weight = self.constant(f"{name}.weight", model.tensors[f"{source_name}.weight"])
        bias = self.constant(f"{name}.bias", model.tensors[f"{source_name}.bias"])
        return self.node(
            "LayerNormalization", [source, weight, bias], name, axis=-1, epsilon=model.config.layer_norm_eps
        )

    def model(self, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
        """The model of all that was collected."""
        graph = helper.make_graph(self.nodes, "encoder", inputs, outputs, self.initializers)
        opsets = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="embedder.build")


class Linears(Protocol):
    """How linear layers are written. Their inputs are ``<layer>.<part>``: ``qkv``, ``attended``, ``norm``, ``gelu``."""

    def prepare(self, graph: GraphBuilder, name: str, values: str) -> str:
        """The input of one linear layer or several, ready for `linear`; ``values`` is ``[batch, sequence, in]``."""

    def linear(self, graph: GraphBuilder, name: str, prepared: str, *, of: str, weight: Floats, bias: Floats) -> str:
        """A linear layer on what `prepare` gave for ``of``; weight ``[out, in]``, bias ``[out]``."""

    def divisor(self, name: str) -> Floats | None:
        """What each channel of the input ``name`` must have been divided by already, by the layer before it."""


class FloatLinears:
    """MatMul and Add in float32: what quantized models are compared with, and what calibration runs."""

    def prepare(self, graph: GraphBuilder, name: str, values: str) -> str:
        """The values as they are."""
        return values

    def linear(
        self,
        graph: GraphBuilder,
        name: str,
        prepared: str,
        *,
        of: str,
        weight: Floats,
        bias: Floats,
    ) -> str:
        """``prepared @ weight.T + bias``."""
        product = graph.node("MatMul", [prepared, graph.constant(f"{name}.weight", weight.T)], f"{name}.product")
        return graph.node("Add", [product, graph.constant(f"{name}.bias", bias)], name)

    def divisor(self, name: str) -> Floats | None:
        """None."""
        return None


def float_graph(source: Source) -> onnx.ModelProto:
    """The model in float32, words too; below protobuf's 2 GB for all but the large one."""
    return encoder_graph(source, FloatLinears(), float_words=True)


def encoder_graph(source: Source, linears: Linears, *, float_words: bool = False) -> onnx.ModelProto:
    """The whole model, weights inside."""
    graph = GraphBuilder()
    mask = graph.node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
    hidden = embeddings(graph, source, float_words=float_words)
    bias = score_bias(graph, mask)
    for index in range(source.config.num_hidden_layers):
        hidden = layer(graph, source, index, hidden, bias=bias, linears=linears)
    _pool(graph, hidden, mask)
    ids = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
        for name in ("input_ids", "attention_mask")
    ]
    out = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", source.config.hidden_size])
    return graph.model(ids, [out])


def embeddings(graph: GraphBuilder, source: Source, *, float_words: bool = False) -> str:
    """Words, positions and type of ``input_ids``, normalized: ``[batch, sequence, hidden]``."""
    tensors, config = source.tensors, source.config
    words = tensors["embeddings.word_embeddings.weight"]
    picked = _float_words(graph, words) if float_words else _int8_words(graph, words)
    # Every token has type 0 and padding follows the text, so type and position are one table, from its first row on.
    offset = config.position_offset
    positions = tensors["embeddings.position_embeddings.weight"][offset : offset + config.max_tokens]
    positions = positions + tensors["embeddings.token_type_embeddings.weight"][0]
    length = graph.node("Shape", ["input_ids"], "length", start=1, end=2)
    zero, axis = (graph.constant(name, np.zeros(1, np.int64)) for name in ("position.start", "position.axis"))
    position = graph.node("Slice", [graph.constant("positions", positions), zero, length, axis], "position")
    return graph.layer_norm(
        "embedded", graph.node("Add", [picked, position], "embedded.sum"), "embeddings.LayerNorm", source
    )


def _float_words(graph: GraphBuilder, words: Floats) -> str:
    return graph.node("Gather", [graph.constant("words", words), "input_ids"], "word", axis=0)


def _int8_words(graph: GraphBuilder, words: Floats) -> str:
    """A scale a row. Gathered before it is scaled: an engine that folds constants would make floats of 250,000 rows."""
    rows, scales = quantize_rows(words)
    table, scale = graph.constant("words", rows), graph.constant("words.scale", scales[:, None])
    picked = graph.node("Gather", [table, "input_ids"], "word.int8", axis=0)
    picked = graph.node("Cast", [picked], "word.unscaled", to=TensorProto.FLOAT)
    return graph.node("Mul", [picked, graph.node("Gather", [scale, "input_ids"], "word.scale", axis=0)], "word")


def score_bias(graph: GraphBuilder, mask: str) -> str:
    """What is added to the scores ``[batch, heads, sequence, sequence]``: `MASKED` for padding, zero for tokens."""
    one, masked = graph.constant("one", np.float32(1)), graph.constant("masked", np.float32(MASKED))  # type: ignore[arg-type]
    padding = graph.node("Mul", [graph.node("Sub", [one, mask], "padding"), masked], "padding.bias")
    return graph.node("Unsqueeze", [padding, graph.constant("padding.axes", np.array([1, 2], np.int64))], "score.bias")


def layer(graph: GraphBuilder, source: Source, index: int, hidden: str, *, bias: str, linears: Linears) -> str:
    """One encoder layer (Devlin et al. 2018, layer norm after each half); ``[batch, sequence, hidden]`` to the same."""
    prefix, name = f"encoder.layer.{index}", f"layer{index}"
    tensors = source.tensors

    def dense(output: str, module: str, prepared: str, of: str) -> str:
        weight, offset = tensors[f"{prefix}.{module}.weight"], tensors[f"{prefix}.{module}.bias"]
        return linears.linear(graph, f"{name}.{output}", prepared, of=f"{name}.{of}", weight=weight, bias=offset)

    attended = _attention(graph, source, index, hidden, bias=bias, linears=linears)
    prepared = linears.prepare(graph, f"{name}.attended", attended)
    total = graph.node("Add", [dense("output", "attention.output.dense", prepared, "attended"), hidden], f"{name}.sum")
    hidden = graph.layer_norm(f"{name}.norm", total, f"{prefix}.attention.output.LayerNorm", source)
    wide = dense("wide", "intermediate.dense", linears.prepare(graph, f"{name}.norm", hidden), "norm")
    wide = graph.node("Gelu", [wide], f"{name}.gelu")
    narrow = dense("narrow", "output.dense", linears.prepare(graph, f"{name}.gelu", wide), "gelu")
    total = graph.node("Add", [narrow, hidden], f"{name}.total")
    return graph.layer_norm(f"{name}.out", total, f"{prefix}.output.LayerNorm", source)


def _attention(graph: GraphBuilder, source: Source, index: int, hidden: str, *, bias: str, linears: Linears) -> str:
    config, name = source.config, f"layer{index}"
    heads, size = config.num_attention_heads, config.hidden_size // config.num_attention_heads
    prepared = linears.prepare(graph, f"{name}.qkv", hidden)
    divisor = linears.divisor(f"{name}.attended")

    def project(part: str, order: list[int]) -> str:
        weight = source.tensors[f"encoder.layer.{index}.attention.self.{part}.weight"]
        offset = source.tensors[f"encoder.layer.{index}.attention.self.{part}.bias"]
        if part == "query":
            weight, offset = weight / np.float32(math.sqrt(size)), offset / np.float32(math.sqrt(size))
        if part == "value" and divisor is not None:  # weights of attention sum to 1: dividing before is dividing after
            weight, offset = weight / divisor[:, None], offset / divisor
        output = f"{name}.{part}"
        values = linears.linear(graph, output, prepared, of=f"{name}.qkv", weight=weight, bias=offset)
        split = graph.constant(f"{output}.shape", np.array([0, 0, heads, size], np.int64))
        return graph.node(
            "Transpose", [graph.node("Reshape", [values, split], f"{output}.split")], f"{output}.heads", perm=order
        )

    query, key, value = project("query", [0, 2, 1, 3]), project("key", [0, 2, 3, 1]), project("value", [0, 2, 1, 3])
    scores = graph.node("Add", [graph.node("MatMul", [query, key], f"{name}.scores"), bias], f"{name}.scores.masked")
    weights = graph.node("Softmax", [scores], f"{name}.weights", axis=-1)
    context = graph.node("MatMul", [weights, value], f"{name}.context")
    context = graph.node("Transpose", [context], f"{name}.context.tokens", perm=[0, 2, 1, 3])
    shape = graph.constant(f"{name}.context.shape", np.array([0, 0, config.hidden_size], np.int64))
    return graph.node("Reshape", [context, shape], f"{name}.attended")


def _pool(graph: GraphBuilder, hidden: str, mask: str) -> None:
    """The mean over the tokens that are not padding, at length 1. The mean's divisor falls out of the length."""
    axis = graph.constant("pool.axis", np.array([1], np.int64))
    row = graph.node("Unsqueeze", [mask, axis], "pool.row")
    total = graph.node("Squeeze", [graph.node("MatMul", [row, hidden], "pool.sum"), axis], "pool")
    last = graph.constant("norm.axis", np.array([-1], np.int64))
    length = graph.node("ReduceL2", [total, last], "norm", keepdims=1)
    floor = graph.constant("norm.floor", np.array(1e-12, np.float32))
    graph.node("Div", [total, graph.node("Max", [length, floor], "norm.safe")], "embedding")
