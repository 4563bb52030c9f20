"""Refusals that stand: whoever was told to wait for his rate and does not is told again, without a statement.

Nothing fills a rate sooner than its time, so what was refused is refused until then. It is remembered in this process
alone and for a second at most: so soon another plan counts, and a credential that has ended is told so.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from shared.admission import Admission
from shared.credentials import Credential
from shared.limits import Ask, Grant, Standing

REMEMBERED_S = 1.0
# The oldest one goes first.
MOST_REFUSALS = 10_000

# Who asked for what. The wait is that of the rates alone where there are tokens enough.
_Key = tuple[bytes | str | None, str, float, bool]


@dataclass(frozen=True, slots=True)
class _Refusal:
    told_at: float
    until: float
    admission: Admission


class Refusals:
    """The last refusals of this process, by the clock that is given."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._refusals: OrderedDict[_Key, _Refusal] = OrderedDict()

    def remember(self, credential: Credential, ask: Ask, admission: Admission) -> None:
        """Keeps what a rate refuses. Any other refusal may end sooner, and is asked for each time."""
        grant = admission.grant
        if grant.refusal != "rate" or grant.wait_s <= 0:
            return
        now, key = self._clock(), _key(credential, ask)
        self._refusals[key] = _Refusal(now, now + min(grant.wait_s, REMEMBERED_S), admission)
        self._refusals.move_to_end(key)
        if len(self._refusals) > MOST_REFUSALS:
            self._refusals.popitem(last=False)

    def recall(self, credential: Credential, ask: Ask) -> Admission | None:
        """The refusal that still stands, as it is by now; None where the database has to be asked."""
        if not self._refusals:
            return None
        key = _key(credential, ask)
        if (kept := self._refusals.get(key)) is None:
            return None
        if (now := self._clock()) >= kept.until:
            del self._refusals[key]
            return None
        grant = kept.admission.grant
        if any(standing.name == "tokens" and standing.remaining < ask.tokens for standing in grant.standings):
            return None
        return replace(kept.admission, grant=_aged(grant, now - kept.told_at))


def _key(credential: Credential, ask: Ask) -> _Key:
    return credential.key_hash or credential.session_id, ask.kind, ask.cost, ask.tokens > 0


def _aged(grant: Grant, seconds: float) -> Grant:
    standings = tuple(_aged_standing(standing, seconds) for standing in grant.standings)
    return replace(grant, standings=standings, wait_s=grant.wait_s - seconds)


def _aged_standing(standing: Standing, seconds: float) -> Standing:
    gained = seconds * standing.size / standing.full_after_s
    return replace(
        standing,
        remaining=min(standing.size, standing.remaining + gained),
        reset_s=max(0.0, standing.reset_s - seconds),
    )


@cache
def refusals() -> Refusals:
    """Those of this process."""
    return Refusals()


def forget_refusals() -> None:
    """Starts anew."""
    refusals.cache_clear()
