from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.local.failure import StartFailure
from infra.local.model import read_model

MANIFEST = {
    "name": "tiny",
    "revision": "1",
    "unrelated_cosine": 0.7,
    "files": {"model.onnx": {"sha256": "00", "bytes": 3}},
    "pooling": "mean",
}


def _write(directory: Path, manifest: object = MANIFEST, model: bytes = b"abc") -> Path:
    (directory / "manifest.json").write_text(json.dumps(manifest))
    (directory / "model.onnx").write_bytes(model)
    return directory


def test_a_whole_model_is_read(tmp_path: Path) -> None:
    model = read_model(_write(tmp_path))
    assert (model.name, model.revision, model.unrelated_cosine) == ("tiny", "1", 0.7)


def test_what_is_missing_or_damaged_names_the_command_that_mends_it(tmp_path: Path) -> None:
    with pytest.raises(StartFailure, match=rf"^There is no model in {tmp_path}/none: run `make model` first\.$"):
        read_model(tmp_path / "none")
    with pytest.raises(StartFailure, match=r"model\.onnx is missing or damaged: run `make model` again"):
        read_model(_write(tmp_path, model=b"ab"))
    manifests: tuple[object, ...] = ([], {**MANIFEST, "name": 1}, {"name": "tiny"})
    for manifest in manifests:
        with pytest.raises(StartFailure, match="cannot be read: run `make model` again"):
            read_model(_write(tmp_path, manifest))


def test_what_a_chosen_directory_lacks_is_not_mended_by_make_model(tmp_path: Path) -> None:
    with pytest.raises(StartFailure) as caught:
        read_model(tmp_path / "none", is_chosen=True)
    assert str(caught.value) == (
        f"FLUXVECTOR_MODEL_DIR names {tmp_path}/none, which holds no model; "
        "unset it for the default, or build one there."
    )
    for manifest, model in (([], b"abc"), (MANIFEST, b"ab")):
        with pytest.raises(StartFailure, match="unset FLUXVECTOR_MODEL_DIR for the default, or build it there again"):
            read_model(_write(tmp_path, manifest, model), is_chosen=True)
