"""Where rows lie, and the slots and leases of those who write them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from shared.collections import COUNT_SLOTS

# How long a text that somebody embeds is left alone before another may claim it.
LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows lie: a namespace of a collection of an account."""

    account_no: int
    collection_no: int
    namespace: str

    @property
    def params(self) -> dict[str, object]:
        """The three as every statement on rows takes them."""
        return {"account_no": self.account_no, "collection_no": self.collection_no, "namespace": self.namespace}


def random_slot() -> int:
    """The slot of counts that a write goes to."""
    return random.randrange(COUNT_SLOTS)  # noqa: S311  # spreads load, guards nothing
