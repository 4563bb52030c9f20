"""Time that a test moves."""

from __future__ import annotations


class ManualClock:
    """Seconds; they pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds
