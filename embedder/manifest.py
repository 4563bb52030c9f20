"""The manifest of a model directory: what the files are, and what their vectors mean."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

MANIFEST_NAME = "manifest.json"
MODEL_NAME = "model.onnx"
"""The graph; the weights lie beside it, as ONNX lays large tensors out."""
WEIGHTS_NAME = "model.onnx.data"
TOKENIZER_NAME = "tokenizer.json"
FORMAT = 2
"""Of the directory. A directory of another format is built again, never guessed at."""

SERVED_DIMENSION = 1024
"""Floats in a vector as served. Narrower models are padded with zeros, which leaves every cosine as it was."""


class ModelError(Exception):
    """A model directory that cannot be used; the message is one sentence for the operator."""


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the directory."""

    sha256: str
    bytes: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything about a model that its files do not say themselves.

    ``dimension`` is what is served, ``native_dimension`` what the graph gives. ``max_tokens`` counts the special tokens
    and the prefix. ``max_piece_chars`` is the longest vocabulary entry: ``max_tokens * max_piece_chars`` characters
    always hold at least ``max_tokens`` tokens, so nothing beyond them needs to be tokenized. ``unrelated_cosine`` is
    the mean cosine of a query and a passage that have nothing to do with each other, measured at build.
    """

    name: str
    revision: str
    dimension: int
    native_dimension: int
    max_tokens: int
    max_piece_chars: int
    prefixes: dict[str, str]
    pooling: str
    normalize: bool
    licence: str
    source: str
    unrelated_cosine: float
    files: dict[str, FileEntry]
    format: int


class _Format(msgspec.Struct):
    format: int = 1  # the first did not always say


def file_entry(path: Path) -> FileEntry:
    """The size and the SHA-256 of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileEntry(sha256=digest, bytes=path.stat().st_size)


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Write ``manifest.json``; the last file of a directory to be written, so that its presence means a whole one."""
    (directory / MANIFEST_NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")


def read_manifest(directory: Path) -> Manifest:
    """Read ``manifest.json`` and check that the files it names are there with their sizes (not their hashes: quick).

    Raises:
        ModelError: missing, unreadable, of another format, or a file of another size.
    """
    path = directory / MANIFEST_NAME
    try:
        content = path.read_bytes()
        found = msgspec.json.decode(content, type=_Format).format
        if found != FORMAT:
            raise ModelError(f"The model in {directory} has format {found}, this program reads format {FORMAT}.")
        manifest = msgspec.json.decode(content, type=Manifest)
    except FileNotFoundError:
        raise ModelError(
            f"There is no model in {directory}: {MANIFEST_NAME} is missing (`make model` builds it)."
        ) from None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"The manifest {path} cannot be read: {error}.") from error
    for name, entry in manifest.files.items():
        file = directory / name
        size = file.stat().st_size if file.is_file() else -1
        if size != entry.bytes:
            raise ModelError(f"The model file {file} is missing or damaged: its size is not the manifest's.")
    return manifest


def is_present(directory: Path, name: str, revision: str) -> bool:
    """Whether a whole model of that name and revision is in the directory, as far as shows without reading it."""
    try:
        manifest = read_manifest(directory)
    except ModelError:
        return False
    return (manifest.name, manifest.revision) == (name, revision)


def verify_files(directory: Path, manifest: Manifest) -> None:
    """Compare every file with its SHA-256 (about 0.1 s for 140 MB).

    Raises:
        ModelError: a file is not the one that was built.
    """
    for name, entry in manifest.files.items():
        if file_entry(directory / name) != entry:
            raise ModelError(f"The model file {directory / name} is damaged: its SHA-256 is not the manifest's.")
