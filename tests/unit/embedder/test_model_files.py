from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from embedder.model_files import ModelFiles


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "model" / "weights"
    path.parent.mkdir()
    path.write_bytes(b"x" * 1000)
    return path


def test_files_that_rest_are_not_written(weights: Path) -> None:
    files = ModelFiles([weights])
    weights.read_bytes()
    assert not files.written()
    files.close()


def test_writing_in_place_is_noticed(weights: Path) -> None:
    files = ModelFiles([weights])
    with weights.open("r+b") as file:
        file.write(b"y")
    assert files.written()
    files.close()


def test_a_cut_is_noticed(weights: Path) -> None:
    files = ModelFiles([weights])
    with weights.open("r+b") as file:
        file.truncate(10)
    assert files.written()
    files.close()


def test_another_directory_in_its_place_does_no_harm(weights: Path, tmp_path: Path) -> None:
    files = ModelFiles([weights])
    weights.parent.rename(tmp_path / "old")
    weights.parent.mkdir()
    weights.write_bytes(b"new")
    shutil.rmtree(tmp_path / "old")
    assert not files.written()
    files.close()
