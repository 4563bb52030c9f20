"""A breaker: what does not answer is not asked again and again, but after a while, and then by one call.

    closed ──FAILURES in a row──▶ open ──cool-down over──▶ half open: one call goes
      ▲                            ▲                          │
      └──────────── it succeeds ───┼──────────────────────────┤
                                   └── it fails: a longer cool-down

It lives in a process and needs nothing that runs in the background: a Lambda's loop is frozen between calls.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Clock = Callable[[], float]
"""Seconds that never go back, as `time.monotonic` tells them."""

FAILURES = 3
FIRST_COOL_DOWN_S = 1.0
LONGEST_COOL_DOWN_S = 10.0
# Many processes that saw the same end must not all come back in the same moment.
JITTER = 0.25


class Breaker:
    """The breaker of one endpoint. `chance` gives numbers from 0 to 1, for the jitter."""

    def __init__(self, *, clock: Clock = time.monotonic, chance: Callable[[], float] = random.random) -> None:
        self._clock = clock
        self._chance = chance
        self._failures = 0
        self._open_until: float | None = None
        self._is_probed = False

    @property
    def wait_s(self) -> float:
        """Seconds until a call may go; 0 is now."""
        if self._open_until is None:
            return 0.0
        left = self._open_until - self._clock()
        if left <= 0 and self._is_probed:
            return FIRST_COOL_DOWN_S  # the probe's outcome is not known yet
        return max(left, 0.0)

    @contextmanager
    def watch(self, *failures: type[Exception], answers: tuple[type[Exception], ...] = ()) -> Iterator[None]:
        """Learns from the call in the block: `failures` are that, `answers` are errors of one that is well.

        Any other error (a cancelled request) tells nothing.
        """
        is_probe = self._open_until is not None
        self._is_probed = self._is_probed or is_probe
        try:
            yield
        except failures:
            # A call begun before the others' failures opened the breaker tells nothing new.
            if is_probe or self._open_until is None:
                self._fail()
            raise
        except answers:
            self.close()
            raise
        except BaseException:
            if is_probe:
                self._is_probed = False
            raise
        self.close()

    def close(self) -> None:
        """It answered as it should."""
        self._failures = 0
        self._open_until = None
        self._is_probed = False

    def _fail(self) -> None:
        self._failures += 1
        self._is_probed = False
        if self._failures >= FAILURES:
            doubled = FIRST_COOL_DOWN_S * 2.0 ** min(self._failures - FAILURES, 10)
            cool_down = min(doubled, LONGEST_COOL_DOWN_S) * (1 - JITTER * self._chance())
            self._open_until = self._clock() + cool_down
