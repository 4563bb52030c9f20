"""A model as it is served, and the float32 model that it was made of."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import embedder.build.graph
from embedder.build.graph import float_graph
from embedder.build.source import Source, read_source
from embedder.engines.engine import padded
from embedder.engines.load import load_engine
from embedder.engines.onnxruntime_library import onnxruntime
from embedder.manifest import read_manifest
from embedder.tokens import TextTokenizer

LOCAL = Path(__file__).resolve().parents[2] / ".local"
MODELS, SOURCES, CACHE = LOCAL / "models", LOCAL / "sources", LOCAL / "cache" / "float32"
NAMES = ("multilingual-e5-small", "all-minilm-l6-v2")
THREADS = 2
FLOAT_TOKENS = 2048
"""Padded tokens a run of the float model."""

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]


class Family:
    """One model of a family, quantized and in float32. Its float vectors are kept on disk, since they take a while."""

    def __init__(self, directory: Path, source: Path, cache: Path = CACHE, engine: str = "onnxruntime") -> None:
        manifest = read_manifest(directory)
        self.name = manifest.name
        self._tokenizer = TextTokenizer(directory, manifest)
        self._engine = load_engine(engine, directory, manifest, THREADS)
        self._dimension = manifest.native_dimension
        self._source = source
        self._cache = cache

    def ids(self, kind: str, texts: Sequence[str]) -> list[Ids]:
        """Token ids of each text, as the service makes them."""
        return [tokens.ids for tokens in self._tokenizer.encode(kind, texts)]

    def served(self, texts: Sequence[Ids]) -> Vectors:
        """Vectors ``[texts, native dimension]`` of the engine, in batches and from threads as the service runs them."""
        return _in_batches(self._engine.run, texts, self._engine.batch_tokens, THREADS)[:, : self._dimension]

    def exact(self, texts: Sequence[Ids]) -> Vectors:
        """Vectors ``[texts, native dimension]`` of the float32 model."""
        path = self._cache / f"{self.name}-{self._key(texts)}.npy"
        if not path.exists():
            session = _float_session(read_source(self._source))
            path.parent.mkdir(parents=True, exist_ok=True)
            work = path.with_suffix(f".{os.getpid()}.npy")
            np.save(work, _in_batches(lambda batch: _run(session, batch), texts, FLOAT_TOKENS, 1))
            work.rename(path)
        vectors: Vectors = np.load(path)
        return vectors

    @cached_property
    def source_digest(self) -> str:
        """SHA-256 of the float weights, however their file lays them out."""
        digest = hashlib.sha256()
        tensors = read_source(self._source).tensors
        for name in sorted(tensors):
            if name.endswith((".weight", ".bias")):  # other files of the same weights hold constants beside them
                digest.update(name.encode())
                digest.update(np.ascontiguousarray(tensors[name]).data)
        return digest.hexdigest()

    def _key(self, texts: Sequence[Ids]) -> str:
        digest = hashlib.sha256(self.source_digest.encode())
        digest.update(Path(embedder.build.graph.__file__).read_bytes())
        for ids in texts:
            digest.update(len(ids).to_bytes(4, "little") + ids.tobytes())
        return digest.hexdigest()[:24]


def _float_session(source: Source) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.log_severity_level = 3
    graph = float_graph(source).SerializeToString()
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _run(session: onnxruntime.InferenceSession, batch: Sequence[Ids]) -> Vectors:
    input_ids, mask = padded(batch)
    (vectors,) = session.run(None, {"input_ids": input_ids, "attention_mask": mask})
    result: Vectors = vectors
    return result


def _in_batches(
    run: Callable[[Sequence[Ids]], Vectors], texts: Sequence[Ids], batch_tokens: int, threads: int
) -> Vectors:
    batches = list(_batches(texts, batch_tokens))
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda places: run([texts[place] for place in places]), batches))
    vectors = np.empty((len(texts), found[0].shape[1]), np.float32)
    for places, rows in zip(batches, found, strict=True):
        vectors[places] = rows
    return vectors


def _batches(texts: Sequence[Ids], batch_tokens: int) -> Iterator[list[int]]:
    """Places of texts of like length, the longest first, at most ``batch_tokens`` with padding or one text each."""
    batch: list[int] = []
    for place in sorted(range(len(texts)), key=lambda place: -len(texts[place])):
        if batch and (len(batch) + 1) * len(texts[batch[0]]) > batch_tokens:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
