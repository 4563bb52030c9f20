"""Loads the engine that the settings name."""

from __future__ import annotations

from pathlib import Path

from embedder.engines.engine import Engine
from embedder.manifest import Manifest, ModelError

ENGINES = ("onnxruntime", "openvino")


def load_engine(name: str, directory: Path, manifest: Manifest, threads: int = 1) -> Engine:
    """The model of a directory, ready to run; at most ``threads`` runs are worth having at once.

    Raises:
        ModelError: the engine is not installed, or cannot read the model.
    """
    if name == "onnxruntime":
        from embedder.engines.onnxruntime_engine import OnnxRuntimeEngine  # noqa: PLC0415 - only the one that is used

        return OnnxRuntimeEngine(directory, manifest)
    if name == "openvino":
        try:
            from embedder.engines.openvino_engine import OpenVinoEngine  # noqa: PLC0415 - an optional package
        except ImportError as error:
            raise ModelError("EMBEDDER_ENGINE is openvino, and the package openvino is not installed.") from error
        return OpenVinoEngine(directory, manifest, threads)
    raise ModelError(f"There is no engine {name!r}: {' or '.join(ENGINES)}.")
