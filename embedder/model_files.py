"""Notices when the files of the model in use are written to.

Engines map the weights: what is written into the file is in the vectors at once, half of one model and half of another.
A directory that is replaced by another one (as `embedder.build` does) does no harm: the old files live on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


class ModelFiles:
    """The files as they are now, held open."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._descriptors = [os.open(path, os.O_RDONLY | os.O_CLOEXEC) for path in paths]
        self._before = self._now()

    def written(self) -> bool:
        """Whether one of them has been written to, or cut, since."""
        return self._now() != self._before

    def close(self) -> None:
        """Let them go."""
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = []
        self._before = []

    def _now(self) -> list[tuple[int, int]]:
        return [(status.st_size, status.st_mtime_ns) for status in map(os.fstat, self._descriptors)]
