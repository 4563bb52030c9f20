"""Rewrites the model's standard operators into those of ONNX Runtime that measured best.

ONNX Runtime fuses only some of this by itself. The weights stay in their file: what is derived is the graph alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from embedder.manifest import ModelError

MICROSOFT = "com.microsoft"


def derive(path: Path) -> onnx.ModelProto:
    """The model of a file for ONNX Runtime; its weights refer to the file that holds them.

    Raises:
        ModelError: the file is no model of ours.
    """
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:  # protobuf's own error has no common base with OSError
        raise ModelError(f"The model file {path} cannot be read: {type(error).__name__}.") from error
    rewriter = _Rewriter(model.graph)
    linears, attentions = rewriter.fuse_linears(), rewriter.fuse_attentions()
    if not linears or not attentions:
        raise ModelError(f"The model file {path} is not one that embedder.build made.")
    rewriter.finish()
    model.opset_import.append(helper.make_opsetid(MICROSOFT, 1))
    return model


class _Rewriter:
    """Finds patterns from their last node backwards, puts one node in its place, and drops what nobody reads."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self._graph = graph
        self._nodes = {output: node for node in graph.node for output in node.output}
        self._constants = {tensor.name for tensor in graph.initializer}
        self._replaced: dict[str, onnx.NodeProto] = {}

    def fuse_linears(self) -> int:
        """Add(MatMul(dequantized input, dequantized weights), bias) as one MatMulIntegerToFloat; how many."""
        count = 0
        for add in self._of_kind("Add"):
            product, bias = (self._nodes.get(add.input[0]), add.input[1])
            if product is None or product.op_type != "MatMul" or bias not in self._constants:
                continue
            values, weights = (self._nodes.get(name) for name in product.input)
            if values is None or weights is None:
                continue
            if {values.op_type, weights.op_type} != {"DequantizeLinear"} or weights.input[0] not in self._constants:
                continue
            inputs = [values.input[0], weights.input[0], values.input[1], weights.input[1], values.input[2], "", bias]
            self._replace(add, helper.make_node("MatMulIntegerToFloat", inputs, add.output, domain=MICROSOFT))
            count += 1
        return count

    def fuse_attentions(self) -> int:
        """Scores, softmax and context as one MultiHeadAttention; how many.

        It is given the mask in every run, though without one it would be a fifth faster: it would then sum in another
        order, and a text's vector would tell whether the run had padding (cosine 0.9995 at worst).
        """
        count = 0
        for softmax in self._of_kind("Softmax"):
            masked = self._nodes[softmax.input[0]]
            query, key = (self._tokens(name) for name in self._nodes[masked.input[0]].input)
            context = self._reader(softmax.output[0])
            value, heads = self._tokens(context.input[1]), self._heads(context.input[1])
            last = self._reader(self._reader(context.output[0]).output[0])
            inputs = [query, key, value, "", "mask.int32"]
            node = helper.make_node("MultiHeadAttention", inputs, last.output, domain=MICROSOFT, num_heads=heads)
            # The division of the scores is in the query's weights.
            node.attribute.append(helper.make_attribute("scale", 1.0))
            self._replace(last, node)
            count += 1
        return count

    def finish(self) -> None:
        """Write the nodes back."""
        nodes = [helper.make_node("Cast", ["attention_mask"], ["mask.int32"], to=TensorProto.INT32)]
        for node in self._graph.node:
            nodes.append(self._replaced.get(node.output[0], node))
        kept = _reachable(nodes, [output.name for output in self._graph.output])
        used = {name for node in kept for name in node.input}
        del self._graph.node[:]
        self._graph.node.extend(kept)
        initializers = [tensor for tensor in self._graph.initializer if tensor.name in used]
        del self._graph.initializer[:]
        self._graph.initializer.extend(initializers)

    def _of_kind(self, kind: str) -> list[onnx.NodeProto]:
        return [node for node in self._graph.node if node.op_type == kind]

    def _replace(self, old: onnx.NodeProto, new: onnx.NodeProto) -> None:
        self._replaced[old.output[0]] = new

    def _reader(self, name: str) -> onnx.NodeProto:
        node: onnx.NodeProto = next(node for node in self._graph.node if name in node.input)
        return node

    def _tokens(self, name: str) -> str:
        """Before Transpose and Reshape: ``[batch, sequence, hidden]``."""
        return str(self._nodes[self._nodes[name].input[0]].input[0])

    def _heads(self, name: str) -> int:
        shape = self._nodes[self._nodes[name].input[0]].input[1]
        tensor = next(tensor for tensor in self._graph.initializer if tensor.name == shape)
        return int(onnx.numpy_helper.to_array(tensor)[2])


def _reachable(nodes: Iterable[onnx.NodeProto], outputs: list[str]) -> list[onnx.NodeProto]:
    needed, kept = set(outputs), []
    for node in reversed(list(nodes)):
        if needed & set(node.output):
            needed |= set(node.input)
            kept.append(node)
    return kept[::-1]
