"""XLM-RoBERTa large has a few channels that are many times larger than the rest; here they are simulated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from embedder.build.calibrate import calibrate
from embedder.build.directory import _save
from embedder.build.quantize import even_out
from embedder.build.quantized import quantized_graph
from embedder.build.reference import reference_vectors
from embedder.build.source import Floats, Source, read_source
from embedder.engines.load import load_engine
from embedder.manifest import MODEL_NAME
from tests.unit.embedder.tiny import FAKE_MANIFEST, write_tiny_source

FACTOR = 60
OUTLIERS = [3, 40, 77]
WIDTH, WIDE = 128, 256


class Scaled(Mapping[str, Floats]):
    """The tensors of a model some of whose channels, between its layers, are many times larger than the others.

    What reads them is so many times smaller, as training makes it: the channels carry no more than the others do.
    """

    def __init__(self, tensors: Mapping[str, Floats], last: str) -> None:
        self._tensors = tensors
        self._last = last

    def __getitem__(self, name: str) -> Floats:
        tensor = self._tensors[name].copy()
        if name.endswith("LayerNorm.weight") and name != self._last:
            tensor[OUTLIERS] *= FACTOR
        if name.endswith(("query.weight", "key.weight", "value.weight", "intermediate.dense.weight")):
            tensor[:, OUTLIERS] /= FACTOR
        return tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)


def worst_cosine(source: Source, out: Path, random: np.random.Generator) -> float:
    def texts(count: int) -> list[NDArray[np.int64]]:
        return [random.integers(4, 40, int(random.integers(3, 60))) for _ in range(count)]

    out.mkdir()
    _save(quantized_graph(source, calibrate(source, texts(40))), out / MODEL_NAME)
    manifest = msgspec.structs.replace(FAKE_MANIFEST, native_dimension=WIDTH)
    engine = load_engine("onnxruntime", out, manifest)
    asked = texts(25)
    # What the other channels say, and what tells texts apart, has to survive: random models differ little in the rest.
    others = np.delete(np.arange(WIDTH), OUTLIERS)
    exact = np.stack(reference_vectors(source, asked))[:, others]
    common = exact.mean(axis=0)
    found, exact = engine.run(asked)[:, others] - common, exact - common
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(exact, axis=1)
    return float(((found * exact).sum(axis=1) / lengths).min())


@pytest.mark.parametrize("model_type", ["bert", "xlm-roberta"])
def test_accuracy_survives_outlier_channels(tmp_path: Path, model_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: dict[str, object] = {
        "hidden_size": WIDTH,
        "intermediate_size": WIDE,
        "max_position_embeddings": 66,
        "num_hidden_layers": 4,
    }
    write_tiny_source(tmp_path / "source", model_type, "", **sizes)
    plain = read_source(tmp_path / "source")
    source = Source(
        plain.config,
        plain.config_json,
        plain.tokenizer_json,
        Scaled(plain.tensors, "encoder.layer.3.output.LayerNorm.weight"),
    )
    evened = worst_cosine(source, tmp_path / "evened", np.random.default_rng(3))
    # The same without evening out, to show that there was something to survive.
    monkeypatch.setattr("embedder.build.calibrate.even_out", lambda *given: np.ones_like(even_out(*given)))
    plain_cosine = worst_cosine(source, tmp_path / "not", np.random.default_rng(3))
    assert evened > 0.98
    assert 1 - plain_cosine > 3 * (1 - evened)
