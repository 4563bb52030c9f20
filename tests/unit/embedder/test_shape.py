from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from embedder.build import __main__ as command
from embedder.build.reference import reference_vector
from embedder.build.shape import ARCHITECTURES, random_source, shape_source
from embedder.build.source import Source
from embedder.build.tokenizer import CONTROL_MARK, served_tokenizer
from embedder.build.version import BUILD
from embedder.manifest import ModelError, read_manifest
from tests.unit.embedder.tiny import tiny_config, tiny_tokenizer

PARAMETERS = {
    "multilingual-e5-large": 558_840_832,
    "multilingual-e5-base": 277_453_056,
    "multilingual-e5-small": 117_505_920,
    "all-minilm-l6-v2": 22_565_376,
}
"""As published, without the pooler, which mean pooling has no use for."""


@pytest.mark.parametrize("architecture", sorted(ARCHITECTURES))
def test_shapes_are_those_of_the_published_models(architecture: str) -> None:
    source = shape_source(architecture, 1, tiny_tokenizer())
    shapes = {name: shape for name, (shape, *_) in source.tensors._shapes.items()}  # type: ignore[attr-defined]
    assert sum(int(np.prod(shape)) for shape in shapes.values()) == PARAMETERS[architecture]
    assert source.config.max_tokens == (256 if architecture == "all-minilm-l6-v2" else 512)
    assert source.config.vocab_size == shapes["embeddings.word_embeddings.weight"][0]
    assert msgspec.json.decode(source.config_json)["hidden_size"] == source.config.hidden_size
    weight = "encoder.layer.1.output.dense.weight"
    assert source.tensors[weight].shape == shapes[weight] == (source.config.hidden_size, 4 * source.config.hidden_size)


def small(seed: int = 1) -> Source:
    # Deep and narrow, so that what would grow or vanish from layer to layer does.
    shape = {"hidden_size": 128, "num_hidden_layers": 24, "num_attention_heads": 4, "intermediate_size": 512}
    return random_source(tiny_config("xlm-roberta", **shape), seed, tiny_tokenizer())


def test_the_seed_and_the_name_make_the_weights() -> None:
    first, again, other = small(), small(), small(2)
    for name in first.tensors:
        np.testing.assert_array_equal(first.tensors[name], again.tensors[name])
        assert not np.array_equal(first.tensors[name], other.tensors[name])
    query, key = (first.tensors[f"encoder.layer.0.attention.self.{part}.weight"] for part in ("query", "key"))
    assert not np.array_equal(query, key)


def test_texts_get_vectors_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through 24 layers activations stay finite and of one size, and attention is neither even nor on one token."""
    source = small()
    sizes, shares = [], []
    exp = np.exp

    def noted(scores: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> object:
        weights = exp(scores)
        if scores.ndim != 3:  # GELU's
            return weights
        shares.append(float((weights / weights.sum(axis=-1, keepdims=True)).max(axis=-1).mean()))
        return weights

    monkeypatch.setattr("embedder.build.reference.np.exp", noted)
    vectors = []
    for start in (4, 20):
        vectors.append(reference_vector(source, np.arange(start, start + 16)))
        sizes.append(float(np.linalg.norm(vectors[-1])))
    np.testing.assert_allclose(sizes, 1, rtol=1e-5)
    assert len(shares) == 2 * 24
    assert min(shares) > 0.14  # 16 tokens: 0.06 would be even
    assert max(shares) < 0.7
    assert abs(float(vectors[0] @ vectors[1])) < 0.98


def test_a_tokenizer_of_another_vocabulary_is_refused() -> None:
    with pytest.raises(ModelError, match="The tokenizer has 32 pieces and the architecture 31"):
        random_source(tiny_config("bert", vocab_size=31), 1, tiny_tokenizer())


def test_a_served_tokenizer_is_served_as_it_is() -> None:
    once = served_tokenizer(tiny_tokenizer())
    assert served_tokenizer(once.json) == once
    pieces = [text for text, _ in msgspec.json.decode(once.json)["model"]["vocab"]]
    assert pieces[:4] == [CONTROL_MARK + text for text in ("<s>", "<pad>", "</s>", "<unk>")]
    assert once.max_piece_chars == len("<unk>")


def test_an_unknown_word_bounds_the_characters_of_a_token() -> None:
    wordpiece = {"type": "WordPiece", "vocab": {"[UNK]": 0, "a": 1}, "max_input_chars_per_word": 100}
    served = served_tokenizer(msgspec.json.encode({"added_tokens": [], "model": wordpiece}))
    assert served.max_piece_chars == 101
    assert served_tokenizer(served.json) == served


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["build", *arguments])
    return command.main()


@pytest.fixture
def tiny_architecture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Under the large one's name a small one; gives a tokenizer for it."""
    monkeypatch.setitem(ARCHITECTURES, "multilingual-e5-large", tiny_config("xlm-roberta"))
    (tmp_path / "tokenizer.json").write_bytes(served_tokenizer(tiny_tokenizer()).json)
    return tmp_path / "tokenizer.json"


def test_the_command_makes_a_model_that_says_what_it_is(
    tiny_architecture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = [
        "--shape-only",
        "multilingual-e5-large",
        "--seed",
        "7",
        "--tokenizer",
        str(tiny_architecture),
        str(out),
    ]
    assert run(monkeypatch, *arguments) == 0
    manifest = read_manifest(out)
    assert (manifest.name, manifest.revision) == ("multilingual-e5-large", f"shape-only-seed-7-{BUILD}")
    assert manifest.source == "random weights: for measuring speed only"
    assert manifest.prefixes["query"] == "query: "
    made = (out / "manifest.json").stat().st_mtime_ns
    assert run(monkeypatch, *arguments, "--if-needed") == 0
    assert (out / "manifest.json").stat().st_mtime_ns == made
    assert capsys.readouterr().out.endswith(f"{out} is there\n")
    monkeypatch.setattr(command, "BUILD", "int8.999")
    assert run(monkeypatch, *arguments, "--if-needed") == 0
    assert read_manifest(out).revision == "shape-only-seed-7-int8.999"


@pytest.mark.parametrize(
    ("architecture", "target"), [("multilingual-e5-large", "make model"), ("all-minilm-l6-v2", "make minilm")]
)
def test_a_missing_tokenizer_says_what_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], architecture: str, target: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "--shape-only", architecture, "out") == 1
    error = capsys.readouterr().err
    assert target in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["out"], "required: source, name, revision"),
        (["source", "out", "--name", "x"], "required: revision"),
        (["source", "out", "--shape-only", "multilingual-e5-base"], "takes no SOURCE"),
        (["out", "--shape-only", "bert-base"], "invalid choice"),
    ],
)
def test_wrong_command_lines_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, *arguments)
    assert sentence in capsys.readouterr().err


def test_every_shape_has_an_architecture_and_help_is_quick() -> None:
    assert set(command.SHAPES) == set(ARCHITECTURES)
    code = "import sys, embedder.build.__main__; print('onnx' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
