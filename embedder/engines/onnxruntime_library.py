"""ONNX Runtime, imported in silence: from 1.32 on it reports to its makers over HTTPS unless told not to beforehand.

Nothing else imports the package (a test holds that): the variable is read when its library is loaded.
"""

from __future__ import annotations

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime  # type: ignore[import-untyped]

__all__ = ["onnxruntime"]
