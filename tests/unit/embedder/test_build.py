from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from embedder.build.__main__ import main
from embedder.build.directory import E5_PREFIXES, Description, build_directory
from embedder.build.quantize import quantize_rows
from embedder.build.reference import reference_vector
from embedder.build.source import read_source
from embedder.build.tokenizer import served_tokenizer
from embedder.engines.load import load_engine
from embedder.manifest import ModelError, read_manifest, verify_files
from tests.unit.embedder.tiny import tiny_config, tiny_tokenizer, write_tiny_source

DESCRIPTION = Description(name="tiny", revision="7", licence="MIT", source="tests", prefixes=E5_PREFIXES)


def built(source: Path, out: Path, lines: list[str] | None = None) -> Path:
    build_directory(read_source(source), out, DESCRIPTION, (lines if lines is not None else []).append)
    return out


@pytest.mark.parametrize(("model_type", "prefix"), [("bert", ""), ("bert", "bert."), ("xlm-roberta", "roberta.")])
def test_both_families_agree_with_float32(tmp_path: Path, model_type: str, prefix: str) -> None:
    write_tiny_source(tmp_path / "source", model_type, prefix)
    out = built(tmp_path / "source", tmp_path / "out")
    engine, source = load_engine("onnxruntime", out, read_manifest(out)), read_source(tmp_path / "source")
    for length in (2, 3, 9, 16):
        ids = np.arange(4, 4 + length) % 40
        assert float(engine.run([ids])[0, :32] @ reference_vector(source, ids)) > 0.99


def test_positions_of_xlm_roberta_start_behind_the_padding_index(tmp_path: Path) -> None:
    config = write_tiny_source(tmp_path / "source", "xlm-roberta")
    assert (config.max_position_embeddings, config.position_offset, config.max_tokens) == (18, 2, 16)
    source = read_source(tmp_path / "source")
    ids = np.array([0, 7, 9, 2])
    right = reference_vector(source, ids)
    weights = load_file(tmp_path / "source" / "model.safetensors")
    table = weights["embeddings.position_embeddings.weight"]
    # The rows before the offset are never read: spoiling them changes nothing, spoiling the next one does.
    table[:2] = 99
    save_file(weights, tmp_path / "source" / "model.safetensors")
    out = built(tmp_path / "source", tmp_path / "out")
    manifest = read_manifest(out)
    assert manifest.max_tokens == 16
    assert float(load_engine("onnxruntime", out, manifest).run([ids])[0, :32] @ right) > 0.99
    table[2] = 99
    save_file(weights, tmp_path / "source" / "model.safetensors")
    assert float(reference_vector(read_source(tmp_path / "source"), ids) @ right) < 0.98


def test_a_bert_has_as_many_tokens_as_positions(tmp_path: Path) -> None:
    assert write_tiny_source(tmp_path, "bert").max_tokens == 16


def test_a_text_of_the_largest_length_runs(tmp_path: Path) -> None:
    write_tiny_source(tmp_path / "source", "xlm-roberta")
    out = built(tmp_path / "source", tmp_path / "out")
    vectors = load_engine("onnxruntime", out, read_manifest(out)).run([np.full(16, 5)])
    np.testing.assert_allclose(np.linalg.norm(vectors), 1, atol=1e-5)


def test_building_twice_gives_the_same_files(tmp_path: Path) -> None:
    write_tiny_source(tmp_path / "source", "bert")
    first, second = (read_manifest(built(tmp_path / "source", tmp_path / name)) for name in ("a", "b"))
    assert first == second


def test_a_rebuild_replaces_the_directory_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_tiny_source(tmp_path / "source", "bert")
    out = built(tmp_path / "source", tmp_path / "models" / "tiny")
    (out / "left over").touch()
    built(tmp_path / "source", out)
    names = ["manifest.json", "model.onnx", "model.onnx.data", "tokenizer.json"]
    assert sorted(path.name for path in out.iterdir()) == names
    assert [path.name for path in out.parent.iterdir()] == ["tiny"]


def test_a_build_that_fails_its_check_leaves_the_old_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny_source(tmp_path / "source", "bert")
    out = built(tmp_path / "source", tmp_path / "models" / "tiny")
    before = (out / "manifest.json").read_bytes()
    monkeypatch.setattr("embedder.build.check.MIN_COSINE", 1.1)
    with pytest.raises(ModelError, match="The built graph is wrong"):
        built(tmp_path / "source", out)
    assert (out / "manifest.json").read_bytes() == before
    assert [path.name for path in out.parent.iterdir()] == ["tiny"]


def test_nothing_but_a_model_directory_is_ever_replaced(tmp_path: Path) -> None:
    write_tiny_source(tmp_path / "source", "bert")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").touch()
    (tmp_path / "file").touch()
    before = sorted(path.name for path in tmp_path.rglob("*"))
    for out in ("mine", "file", "source"):
        with pytest.raises(ModelError, match="is not a model directory, and is left as it is"):
            built(tmp_path / "source", tmp_path / out)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
    (tmp_path / "empty").mkdir()
    built(tmp_path / "source", tmp_path / "empty")


@pytest.mark.parametrize("content", ["{}", "[]", "{", '{"model": {}}', '{"model": null}'])
def test_a_file_that_is_no_tokenizer_is_refused(content: str) -> None:
    with pytest.raises(ModelError, match=r"tokenizer\.json is not a tokenizer"):
        served_tokenizer(content.encode())


def test_a_full_disk_leaves_the_old_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny_source(tmp_path / "source", "bert")
    out = built(tmp_path / "source", tmp_path / "models" / "tiny")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("onnx.save_model", full)
    with pytest.raises(OSError, match="No space left"):
        built(tmp_path / "source", out)
    read_manifest(out)
    assert [path.name for path in out.parent.iterdir()] == ["tiny"]


def test_ctrl_c_is_one_line_and_leaves_the_old_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tiny_source(tmp_path / "source", "bert")
    out = built(tmp_path / "source", tmp_path / "models" / "tiny")
    rename = Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        # Worst of all: the old directory is away and the new one not there.
        if path.name == "model":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    arguments = [str(tmp_path / "source"), str(out), "--name", "tiny", "--revision", "8"]
    monkeypatch.setattr(sys, "argv", ["build", *arguments])
    assert main() == 130
    assert capsys.readouterr().err == "Stopped; run it again to go on.\n"
    assert read_manifest(out).revision == "7"
    assert [path.name for path in out.parent.iterdir()] == ["tiny"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model_type": "t5"}, "'t5' is not supported"),
        ({"hidden_act": "relu"}, "'relu' is not supported"),
        ({"position_embedding_type": "relative_key"}, "'relative_key' are not supported"),
        ({"num_attention_heads": 5}, "not a multiple"),
    ],
)
def test_other_architectures_are_refused(tmp_path: Path, changes: dict[str, object], sentence: str) -> None:
    write_tiny_source(tmp_path, "bert")
    (tmp_path / "config.json").write_bytes(msgspec.json.encode(tiny_config("bert", **changes)))
    with pytest.raises(ModelError, match=sentence):
        read_source(tmp_path)


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    write_tiny_source(tmp_path, "bert")
    (tmp_path / missing).unlink()
    with pytest.raises(ModelError, match=missing):
        read_source(tmp_path)


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    write_tiny_source(tmp_path / "source", "bert")
    out = built(tmp_path / "source", tmp_path / "out")
    graph = out / "model.onnx"
    content = bytearray(graph.read_bytes())
    content[1000] ^= 1
    graph.write_bytes(content)
    manifest = read_manifest(out)
    with pytest.raises(ModelError, match=r"model.onnx is damaged: its SHA-256"):
        verify_files(out, manifest)
    graph.write_bytes(content[:-1])
    with pytest.raises(ModelError, match=r"model.onnx is missing or damaged: its size"):
        read_manifest(out)
    (out / "manifest.json").write_text("[")
    with pytest.raises(ModelError, match="cannot be read"):
        read_manifest(out)
    for manifest_text in ('{"format": 3, "new": 1}', "{}"):
        (out / "manifest.json").write_text(manifest_text)
        with pytest.raises(ModelError, match=r"has format [31], this program reads format 2"):
            read_manifest(out)


def test_a_row_keeps_its_own_scale() -> None:
    weight = np.array([[1, -2, 0.5], [100, 0, -50], [0, 0, 0]], np.float32)
    rows, scales = quantize_rows(weight)
    assert rows.dtype == np.int8
    np.testing.assert_allclose(rows.astype(np.float32) * scales[:, None], weight, rtol=0.01, atol=0.01)
    assert rows[1].tolist() == [127, 0, -64]


def test_unknown_kinds_of_tokenizers_are_refused() -> None:
    tokenizer = msgspec.json.decode(tiny_tokenizer())
    tokenizer["model"] |= {"type": "BPE"}
    with pytest.raises(ModelError, match="'BPE' is not supported"):
        served_tokenizer(msgspec.json.encode(tokenizer))


def test_the_command_builds_and_says_so(tmp_path: Path) -> None:
    write_tiny_source(tmp_path / "source", "bert")
    command = [sys.executable, "-m", "embedder.build", str(tmp_path / "source"), str(tmp_path / "out")]
    command += ["--name", "tiny", "--revision", "7"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert read_manifest(tmp_path / "out").revision == "7"
    (tmp_path / "source" / "config.json").unlink()
    failed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert failed.stderr.count("\n") == 1
