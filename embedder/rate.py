"""How fast a worker is, learnt from its runs."""

from __future__ import annotations

import math


class Rate:
    """Tokens that one worker runs in a second; the last seconds of work weigh most."""

    MEMORY_SECONDS = 10.0
    START = 2000.0
    """As long as nothing has run."""

    def __init__(self) -> None:
        self._tokens = 0.0
        self._seconds = 0.0

    def learn(self, tokens: int, seconds: float) -> None:
        """A run of so many tokens took so long. One of a machine that slept weighs no more for it."""
        seconds = max(seconds, 1e-6)
        share = min(1.0, self.MEMORY_SECONDS / seconds)
        keep = math.exp(-seconds * share / self.MEMORY_SECONDS)
        self._tokens = self._tokens * keep + tokens * share
        self._seconds = self._seconds * keep + seconds * share

    @property
    def per_second(self) -> float:
        """Never zero."""
        return self._tokens / self._seconds if self._tokens else self.START
