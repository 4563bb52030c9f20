from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import embedder.engines.load
from embedder.build.samples import PAIRS
from embedder.engines.engine import Engine
from embedder.engines.load import load_engine
from embedder.engines.onnxruntime_graph import derive
from embedder.manifest import ModelError
from tests.unit.embedder.conftest import Model

# The first five floats of vectors as they were when the model was built for the first time.
CANONICAL = [
    ("query", "how much protein should a female eat", [0.0332, -0.0451, -0.0612, -0.0452, 0.1191]),
    ("passage", "how much protein should a female eat", [0.0229, -0.0119, -0.069, -0.0718, 0.117]),
    ("passage", "Deutschlands höchster Berg misst 2.962 Meter.", [0.0778, 0.0037, 0.0161, -0.0275, 0.0784]),
    ("query", "南瓜的家常做法", [0.0509, -0.0331, -0.0466, -0.0462, 0.1042]),
    ("passage", "ما هي عاصمة المغرب", [0.0456, -0.0127, -0.0559, -0.1238, 0.0459]),
]

OPENVINO = importlib.util.find_spec("openvino") is not None
needs_openvino = pytest.mark.skipif(not OPENVINO, reason="there is no wheel of openvino for this machine")


def vector(model: Model, kind: str, text: str) -> NDArray[np.float32]:
    vectors = model.engine.run([model.tokenizer.encode(kind, [text])[0].ids])
    return vectors.reshape(-1)


@pytest.mark.parametrize(("kind", "text", "expected"), CANONICAL)
def test_canonical_vectors(model: Model, kind: str, text: str, expected: list[float]) -> None:
    # Other processors sum in another order, and a value at a rounding edge moves a step: hence the tolerance.
    np.testing.assert_allclose(vector(model, kind, text)[:5], expected, atol=8e-3)


def test_vectors_have_length_one_and_end_in_zeros(model: Model) -> None:
    vectors = model.engine.run([tokens.ids for tokens in model.tokenizer.encode("passage", ["a", "日本", "x " * 900])])
    assert vectors.shape == (3, 1024)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert not vectors[:, 384:].any()
    assert vectors[:, :384].all()


@pytest.fixture(scope="session", params=["onnxruntime", pytest.param("openvino", marks=needs_openvino)])
def engine(request: pytest.FixtureRequest, model: Model) -> Engine:
    return load_engine(request.param, model.directory, model.manifest)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(min_size=1, max_size=80),
    others=st.lists(st.text(min_size=1, max_size=300), min_size=1, max_size=6),
    place=st.integers(0, 6),
)
def test_a_vector_does_not_depend_on_its_neighbours(
    model: Model, engine: Engine, text: str, others: list[str], place: int
) -> None:
    texts = [*others[:place], text, *others[place:]]
    encoded = model.tokenizer.encode("passage", [*texts, text])
    alone = engine.run([encoded[-1].ids])[0]
    batch = engine.run([tokens.ids for tokens in encoded[:-1]])
    # Adding the same numbers in another order is all that may differ; the promise is 0.9999.
    assert float(batch[texts.index(text)] @ alone) > 0.99999


def test_padding_changes_nothing(model: Model, engine: Engine) -> None:
    short, longest = (model.tokenizer.encode("passage", [text])[0].ids for text in ("kurz", "lang " * 900))
    assert len(longest) == model.manifest.max_tokens
    assert float(engine.run([short, longest])[0] @ engine.run([short])[0]) > 0.99999


def test_several_threads_may_run_at_once(model: Model, engine: Engine) -> None:
    ids = [model.tokenizer.encode("passage", [text * 5])[0].ids for text in "abcdefgh"]
    expected = [engine.run([text])[0] for text in ids]
    with ThreadPoolExecutor(4) as threads:
        for found, vector in zip(threads.map(lambda text: engine.run([text])[0], ids * 4), expected * 4, strict=True):
            np.testing.assert_allclose(found, vector, atol=1e-5)


@needs_openvino
def test_the_engines_agree(model: Model, engine: Engine) -> None:
    texts = [text for pair in PAIRS for text in pair]
    ids = [tokens.ids for tokens in model.tokenizer.encode("passage", texts)]
    cosines = (model.engine.run(ids) * engine.run(ids)).sum(axis=1)
    assert cosines.min() > 0.998


def test_an_unknown_engine_is_refused(model: Model) -> None:
    with pytest.raises(ModelError, match="There is no engine 'torch': onnxruntime or openvino"):
        load_engine("torch", model.directory, model.manifest)


def test_an_engine_that_is_not_installed_is_named(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.delitem(sys.modules, "embedder.engines.openvino_engine", raising=False)
    with pytest.raises(ModelError, match="openvino is not installed"):
        load_engine("openvino", model.directory, model.manifest)


@pytest.mark.parametrize("content", [b"", b"not a model", onnx.ModelProto().SerializeToString()])
def test_a_file_that_is_no_model_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.onnx (cannot be read|is not one that)"):
        derive(tmp_path / "model.onnx")


def test_the_file_holds_standard_operators_alone_and_every_linear_layer_is_int8(model: Model) -> None:
    proto = onnx.load(model.directory / "model.onnx", load_external_data=False)
    assert [opset.domain for opset in proto.opset_import] == [""]
    onnx.checker.check_model(str(model.directory / "model.onnx"))
    kinds = Counter(node.op_type for node in proto.graph.node)
    # Query, key, value, output, wide, narrow by layer; MatMuls are these, scores and context by layer, and pooling.
    assert (kinds["DequantizeLinear"], kinds["QuantizeLinear"], kinds["MatMul"]) == (12 * 10, 12 * 4, 12 * 8 + 1)
    derived = Counter(node.op_type for node in derive(model.directory / "model.onnx").graph.node)
    assert (derived["MatMulIntegerToFloat"], derived["MultiHeadAttention"], derived["MatMul"]) == (12 * 6, 12, 1)
    assert not derived["DequantizeLinear"]


def test_onnxruntime_is_told_to_be_silent_before_it_is_loaded() -> None:
    importers = {
        path.name
        for path in Path(embedder.engines.load.__file__).parents[1].rglob("*.py")
        if re.search(r"^\s*(import|from) onnxruntime\b", path.read_text(), re.MULTILINE)
    }
    assert importers == {"onnxruntime_library.py"}
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


def test_prefixes_make_different_vectors_of_a_text(model: Model) -> None:
    query, passage = (vector(model, kind, "how tall is the mountain") for kind in ("query", "passage"))
    assert float(query @ passage) < 0.99


def test_meaning_beats_words_and_languages(model: Model) -> None:
    query = vector(model, "query", "how do I get my money back")
    refund = vector(model, "passage", "Der Kunde kann das Produkt zurückgeben und erhält den Kaufpreis erstattet.")
    other = vector(model, "passage", "Money spiders are small and are said to bring luck.")
    assert float(query @ refund) > float(query @ other)


def test_unrelated_cosine_is_plausible(model: Model) -> None:
    assert 0.6 < model.manifest.unrelated_cosine < 0.85
