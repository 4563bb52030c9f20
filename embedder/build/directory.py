"""Builds a model directory: quantized graph, tokenizer, manifest; whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import onnx

from embedder.build.calibrate import calibrate
from embedder.build.calibration import CALIBRATION
from embedder.build.check import check_accuracy, unrelated_cosine
from embedder.build.quantized import quantized_graph
from embedder.build.source import Source
from embedder.build.tokenizer import served_tokenizer
from embedder.engines.load import load_engine
from embedder.manifest import (
    FORMAT,
    MANIFEST_NAME,
    MODEL_NAME,
    SERVED_DIMENSION,
    TOKENIZER_NAME,
    WEIGHTS_NAME,
    Manifest,
    ModelError,
    file_entry,
    write_manifest,
)
from embedder.tokens import TextTokenizer

E5_PREFIXES = {"query": "query: ", "passage": "passage: "}


@dataclass(frozen=True)
class Description:
    """What the weights do not say: the model's name and revision, where it comes from, its prefixes by kind."""

    name: str
    revision: str
    licence: str
    source: str
    prefixes: dict[str, str]


def build_directory(source: Source, out: Path, description: Description, say: Callable[[str], None]) -> Manifest:
    """Build into a directory beside ``out``, check it, and put it in ``out``'s place.

    ``say`` is given a line of progress now and then.

    Raises:
        ModelError: the source is not supported, or the result fails its check.
        OSError: the disk is full or not writable; ``out`` is as it was.
    """
    _check_out(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as temporary:
        work = Path(temporary) / "model"
        work.mkdir()
        manifest = _build(source, work, description, say)
        _replace(work, out, Path(temporary) / "old")
    return manifest


def _build(source: Source, work: Path, description: Description, say: Callable[[str], None]) -> Manifest:
    config = source.config
    if config.hidden_size > SERVED_DIMENSION:
        raise ModelError(f"The model is {config.hidden_size} wide; at most {SERVED_DIMENSION} is served.")
    tokenizer = served_tokenizer(source.tokenizer_json)
    (work / TOKENIZER_NAME).write_bytes(tokenizer.json)
    manifest = Manifest(
        name=description.name,
        revision=description.revision,
        dimension=SERVED_DIMENSION,
        native_dimension=config.hidden_size,
        max_tokens=min(config.max_tokens, 512),
        max_piece_chars=tokenizer.max_piece_chars,
        prefixes=description.prefixes,
        pooling="mean",
        normalize=True,
        licence=description.licence,
        source=description.source,
        unrelated_cosine=0.0,
        files={},
        format=FORMAT,
    )
    texts = TextTokenizer(work, manifest)
    say("calibrating")
    # Each kind has every other text: all twice would take twice as long and show nothing new.
    ids = [
        tokens.ids
        for place, kind in enumerate(manifest.prefixes)
        for tokens in texts.encode(kind, CALIBRATION[place :: len(manifest.prefixes)])
    ]
    ranges = calibrate(source, ids)
    say("quantizing to int8")
    _save(quantized_graph(source, ranges), work / MODEL_NAME)
    say("comparing with float32")
    engine = load_engine("onnxruntime", work, manifest)
    worst = check_accuracy(source, engine, texts)
    manifest = msgspec.structs.replace(
        manifest,
        unrelated_cosine=unrelated_cosine(engine, texts),
        files={name: file_entry(work / name) for name in (MODEL_NAME, WEIGHTS_NAME, TOKENIZER_NAME)},
    )
    write_manifest(work, manifest)
    say(f"cosine to float32 at least {worst:.4f}; unrelated texts have {manifest.unrelated_cosine:.4f}")
    return manifest


def _save(model: onnx.ModelProto, path: Path) -> None:
    """The graph in one file, its large tensors in another: engines map those instead of copying them."""
    onnx.save_model(model, path, save_as_external_data=True, location=WEIGHTS_NAME, size_threshold=1024)
    (path.parent / WEIGHTS_NAME).chmod(0o644)  # the library leaves it to its owner alone; the embedder is another user


def _check_out(out: Path) -> None:
    """What is replaced is a model directory or nothing; never a source, or anybody's files."""
    if not out.exists():
        return
    ours = {MANIFEST_NAME, MODEL_NAME, WEIGHTS_NAME, TOKENIZER_NAME}
    if not out.is_dir() or not ((out / MANIFEST_NAME).is_file() or {path.name for path in out.iterdir()} <= ours):
        raise ModelError(f"{out} is not a model directory, and is left as it is: name one, or what does not exist yet.")


def _replace(new: Path, out: Path, old: Path) -> None:
    if out.exists():
        out.rename(old)
    try:
        new.rename(out)
    except BaseException:  # Ctrl-C too: `old` lies in a folder that is removed
        if old.exists() and not out.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
