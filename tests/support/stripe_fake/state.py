"""A file in which a fake's account outlives its process."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any


class Store:
    """One file, written whole or not at all. It is this program's own, and read by nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = b""

    def save(self, state: Any) -> None:
        """Writes what has changed."""
        raw = pickle.dumps(state)
        if raw == self._written:
            return
        beside = self._path.with_suffix(".new")
        beside.write_bytes(raw)
        beside.replace(self._path)
        self._written = raw

    def load(self) -> Any:
        """What was saved last; None where there is none, or where it is of another version of the fake."""
        try:
            return pickle.loads(self._path.read_bytes())
        except (OSError, EOFError, AttributeError, ImportError, TypeError, ValueError, pickle.UnpicklingError):
            return None
