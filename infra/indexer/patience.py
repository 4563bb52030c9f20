"""When a collection's turn has come: not in the middle of its bulk load, and not at once after a failure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from infra.indexer.plan import Building

BUSY_RATE = 100.0
"""Changes a second beyond which a collection is busy. A row costs an existing index two milliseconds, so fewer are no
burden, and a collection that is written to all the time, but slowly, need not wait."""

FIRST_BACKOFF_S = 10.0
MAX_BACKOFF_S = 3_600.0


@dataclass(slots=True)
class _Wait:
    since: float
    busy_at: float
    looked_at: float
    changes: int


class Waiting:
    """Watches what wants to be built, from look to look. Times are seconds of a monotonic clock."""

    def __init__(self, quiet_s: float, max_wait_s: float) -> None:
        self._quiet_s = quiet_s
        self._max_wait_s = max_wait_s
        self._waits: dict[str, _Wait] = {}

    def due(self, wanted: Iterable[Building], now: float) -> list[Building]:
        """Those of `wanted` whose time has come, first the one that waited longest, of equals the smallest.

        Call it at every look: what is wanted no longer is forgotten.
        """
        waits: dict[str, _Wait] = {}
        due = []
        for one in wanted:
            changes = one.collection.changes
            wait = self._waits.get(one.key) or _Wait(since=now, busy_at=now, looked_at=now, changes=changes)
            if abs(changes - wait.changes) > BUSY_RATE * (now - wait.looked_at):
                wait.busy_at = now
            wait.looked_at, wait.changes = now, changes
            waits[one.key] = wait
            if now - wait.busy_at >= self._quiet_s or now - wait.since >= self._max_wait_s:
                due.append(one)
        self._waits = waits
        return sorted(due, key=lambda one: (waits[one.key].since, one.collection.rows))


class Backoff:
    """Failures by the key of what failed: twice as long after each, from 10 s to an hour."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, float]] = {}

    def may(self, key: str, now: float) -> bool:
        """Whether it may be tried (again)."""
        return key not in self._failures or now >= self._failures[key][1]

    def failed(self, key: str, now: float) -> float:
        """Notes a failure and answers the seconds until the next try."""
        count = self._failures.get(key, (0, 0.0))[0] + 1
        pause = min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** min(count - 1, 16))
        self._failures[key] = (count, now + pause)
        return pause

    def succeeded(self, key: str) -> None:
        self._failures.pop(key, None)
