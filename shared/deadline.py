"""A moment by which work must be done."""

from __future__ import annotations

import time


class Deadline:
    """A moment by which work must be done, `budget_s` seconds from now."""

    def __init__(self, budget_s: float) -> None:
        self._ends = time.monotonic() + budget_s

    @property
    def remaining_s(self) -> float:
        """Seconds left, never below zero."""
        return max(self._ends - time.monotonic(), 0.0)
