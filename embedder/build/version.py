"""The number of what a build makes of weights."""

from __future__ import annotations

BUILD = "int8.2"
"""Part of each revision. It goes up whenever the graph, the quantization or the calibration changes: another build
gives other vectors, and a collection must not mix the two."""
