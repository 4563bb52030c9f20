"""What is measured, each in a process of its own: this embedder with each engine, its peers, and the limit."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embedder.engines.engine import padded
from tests.bench.embedder.loads import LOADS, QUERY, LengthTokenizer, ids_of, text_of
from tests.bench.embedder.under_load import goodput, queries_beside_passages

QUERIES = 15
"""Queries a round: one alone is over too soon to be measured."""

Ids = NDArray[np.int64]


class Subject(Protocol):
    """Something that embeds."""

    def seconds(self, load: str) -> float:
        """The time that a load takes now."""


class Service:
    """This embedder: tokenizing thread, queues, batches and workers; without HTTP."""

    def __init__(self, engine: str, directory: Path, threads: int) -> None:
        from embedder.engines.load import load_engine
        from embedder.log import Log
        from embedder.manifest import read_manifest, verify_files
        from embedder.queues import KINDS
        from embedder.service import EmbeddingService
        from embedder.tokens import TextTokenizer

        manifest = read_manifest(directory)

        def load() -> Any:
            verify_files(directory, manifest)
            tokenizer = LengthTokenizer(TextTokenizer(directory, manifest))
            self._engine = load_engine(engine, directory, manifest, threads)
            return tokenizer, self._engine

        limits = dict(zip(KINDS, (16_384, 131_072), strict=True))  # the settings' defaults
        self._service = EmbeddingService(manifest, limits, threads, load, Log(sys.stderr))
        self._service.start()
        while not self._service.ready:
            time.sleep(0.01)
            if self._service.failed:
                raise SystemExit("the model could not be loaded")

    def seconds(self, load: str) -> float:
        """By one request; a query's median of several."""
        if load == QUERY:
            return median(self._once("query", [16]) for _ in range(QUERIES))
        return self._once("passage", LOADS[load])

    def direct_query_seconds(self) -> float:
        """A query of 16 tokens by the same session, called directly."""
        return median(_timed(lambda: self._engine.run([ids_of(16)])) for _ in range(QUERIES))

    def batch_seconds(self) -> float:
        """The longest run of passages: as many tokens as a run takes, or a text of 512."""
        full = [ids_of(96)] * (self._engine.batch_tokens // 96)
        return max(_timed(lambda batch=batch: self._engine.run(batch)) for batch in (full, [ids_of(512)]))  # type: ignore[misc]

    def under_load(self) -> str:
        """Median and 99th percentile of queries beside passages, and goodput at ten times the load, as JSON."""
        middle, late = asyncio.run(queries_beside_passages(self._service))
        share = asyncio.run(goodput(self._service))
        return json.dumps([middle, late, self.batch_seconds(), share])

    def stop(self) -> None:
        """End the threads."""
        self._service.stop()

    def _once(self, kind: str, lengths: Sequence[int]) -> float:
        texts = [text_of(length) for length in lengths]

        async def embed() -> float:
            started = time.perf_counter()
            await self._service.embed(kind, texts, time.monotonic() + 600)
            return time.perf_counter() - started

        return asyncio.run(embed())


class Arrival:
    """Peers: a function that runs a batch, given batches of 32 in the order of arrival, padded to their longest."""

    BATCH = 32

    def __init__(self, run: Callable[[Ids, Ids], object]) -> None:
        self._run = run
        for _ in range(2):
            self.seconds(QUERY)

    def seconds(self, load: str) -> float:
        """One batch after the other; a query's median of several."""
        if load == QUERY:
            return median(_timed(lambda: self._embed([16])) for _ in range(QUERIES))
        return _timed(lambda: self._embed(LOADS[load]))

    def _embed(self, lengths: Sequence[int]) -> None:
        for start in range(0, len(lengths), self.BATCH):
            self._run(*padded([ids_of(length) for length in lengths[start : start + self.BATCH]]))


def plain_onnxruntime(directory: Path, threads: int) -> Arrival:
    """The same file as it is, in a session as one gets it by default."""
    from embedder.engines.onnxruntime_library import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(directory / "model.onnx", options, providers=["CPUExecutionProvider"])
    return Arrival(lambda ids, mask: session.run(None, {"input_ids": ids, "attention_mask": mask}))


def torch_model(directory: Path, threads: int, *, int8: bool) -> Arrival:
    """transformers' model of the same shape in torch, in float32 or with its linear layers in dynamic int8."""
    import torch  # type: ignore[import-not-found]
    from transformers import XLMRobertaConfig, XLMRobertaModel  # type: ignore[import-not-found]

    torch.set_num_threads(threads)
    config = XLMRobertaConfig(
        vocab_size=250_002, hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096,
        max_position_embeddings=514, type_vocab_size=1, pad_token_id=1,
    )  # fmt: skip
    model = XLMRobertaModel(config, add_pooling_layer=False).eval()
    if int8:
        model = torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8)

    def run(ids: Ids, mask: Ids) -> None:
        with torch.inference_mode():
            model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))

    return Arrival(run)


class Limit:
    """MatMulInteger at M = 256 over the four shapes of the large model's layers, on all threads."""

    SHAPES = ((1024, 3072), (1024, 1024), (1024, 4096), (4096, 1024))
    ROWS, LAYERS = 256, 24

    def __init__(self, threads: int) -> None:
        self._runs = [self._session(threads, *shape) for shape in self.SHAPES]

    def seconds(self, load: str) -> float:
        """For 256 tokens, whatever the load: the median of several for each shape, times the layers."""
        del load
        return self.LAYERS * sum(median(_timed(run) for _ in range(11)) for run in self._runs)

    def _session(self, threads: int, inputs: int, outputs: int) -> Callable[[], object]:
        from onnx import TensorProto, helper, numpy_helper

        from embedder.engines.onnxruntime_library import onnxruntime

        random = np.random.default_rng(0)
        weights = numpy_helper.from_array(random.integers(-127, 128, (inputs, outputs)).astype(np.int8), "weights")
        zero = numpy_helper.from_array(np.array(128, np.uint8), "zero")
        node = helper.make_node("MatMulInteger", ["values", "weights", "zero"], ["products"])
        values = helper.make_tensor_value_info("values", TensorProto.UINT8, [self.ROWS, inputs])
        products = helper.make_tensor_value_info("products", TensorProto.INT32, [self.ROWS, outputs])
        graph = helper.make_graph([node], "limit", [values], [products], [weights, zero])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        given = {"values": random.integers(0, 255, (self.ROWS, inputs)).astype(np.uint8)}
        for _ in range(5):
            session.run(None, given)
        return lambda: session.run(None, given)


SUBJECTS = ("limit", "onnxruntime", "openvino", "plain", "torch-float32", "torch-int8")


def make(name: str, directory: Path, threads: int) -> Subject:
    """The subject of a name of `SUBJECTS`."""
    if name == "limit":
        return Limit(threads)
    if name == "plain":
        return plain_onnxruntime(directory, threads)
    if name.startswith("torch"):
        return torch_model(directory, threads, int8=name.endswith("int8"))
    return Service(name, directory, threads)


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """``python -m tests.bench.embedder.subjects NAME DIRECTORY THREADS``: answers the loads named on standard input."""
    name, directory, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    started = time.perf_counter()
    subject = make(name, directory, threads)
    print(time.perf_counter() - started, flush=True)
    for line in sys.stdin:
        asked = line.strip()
        if asked == "memory":
            print(_resident_bytes(), flush=True)
        elif asked == "direct":
            print(subject.direct_query_seconds() if isinstance(subject, Service) else 0.0, flush=True)
        elif asked == "load":
            print(subject.under_load() if isinstance(subject, Service) else "[]", flush=True)
        else:
            print(subject.seconds(asked), flush=True)
    if isinstance(subject, Service):
        subject.stop()


if __name__ == "__main__":
    main()
