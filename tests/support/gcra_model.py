"""What rates admit, said the other way round: buckets that fill again, not times of arrival.

A bucket holds `size` units and gains `rate` a second. A request is admitted where each bucket that it meets holds what
it costs, and takes that from all of them; otherwise it takes nothing and waits until the last of them holds enough.
Everything is a fraction, so nothing is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

Kind = Literal["read", "write", "control"]


class Bucket:
    """Full at first; `now` is in seconds and never goes back."""

    def __init__(self, rate: Fraction, size: Fraction) -> None:
        self.rate, self.size = rate, size
        self._held, self._at = size, Fraction(0)

    def held(self, now: Fraction) -> Fraction:
        self._held = min(self.size, self._held + (now - self._at) * self.rate)
        self._at = now
        return self._held

    def wait(self, now: Fraction, cost: Fraction) -> Fraction:
        """Seconds until it holds so much; 0 where it does."""
        return max(Fraction(0), (cost - self.held(now)) / self.rate)

    def change(self, now: Fraction, units: Fraction) -> None:
        """Puts units in, as far as there is room, or takes them out."""
        self._held = min(self.size, self.held(now) + units)

    def full_in(self, now: Fraction) -> Fraction:
        return (self.size - self.held(now)) / self.rate


@dataclass(frozen=True)
class Rates:
    """Of a plan: units a second and at once by kind, the share of both for one key, tokens a minute."""

    by_kind: dict[Kind, tuple[Fraction, Fraction]]
    key_share: Fraction
    tokens_per_minute: Fraction


@dataclass
class Account:
    """The buckets of an account, and of its keys as they come."""

    rates: Rates
    keys: dict[tuple[str, Kind], Bucket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kinds = {kind: Bucket(*rate) for kind, rate in self.rates.by_kind.items()}
        self.tokens = Bucket(self.rates.tokens_per_minute / 60, self.rates.tokens_per_minute)

    def met(self, key: str, kind: Kind, cost: int, tokens: int) -> dict[str, tuple[Bucket, Fraction]]:
        """The buckets that a request meets, by the names in the header, and what it takes from each.

        Nobody asks for more than a full bucket: such a request waits for one and empties it.
        """
        rate, size = self.rates.by_kind[kind]
        share = self.rates.key_share
        found = {}
        if kind != "control":
            found[f"key-{kind}"] = self.keys.setdefault((key, kind), Bucket(rate * share, size * share))
        found[f"account-{kind}"] = self.kinds[kind]
        least = min(bucket.size for bucket in found.values())
        takes = {name: (bucket, min(Fraction(cost), least)) for name, bucket in found.items()}
        if tokens:
            takes["tokens"] = (self.tokens, min(Fraction(tokens), self.tokens.size))
        return takes
