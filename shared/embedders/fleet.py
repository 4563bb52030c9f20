"""All embedders of a deployment, and which one is asked next."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Collection, Sequence

from shared.embedders.answer import UNREACHABLE
from shared.embedders.breaker import Clock
from shared.embedders.endpoint import Endpoint, Kind
from shared.embedders.names import Name, Resolve, resolve
from shared.errors import Unavailable


class Fleet:
    """Embedders behind one or more URLs, each with as many addresses as its host has. All serve the same model."""

    def __init__(self, urls: Sequence[str], *, clock: Clock = time.monotonic, resolve: Resolve = resolve) -> None:
        self._names = [Name(url, clock=clock, resolve=resolve) for url in urls]
        self._choices = itertools.count(1)

    async def endpoints(self, *, within_s: float) -> list[Endpoint]:
        """All embedders that are known."""
        return [endpoint for name in self._names for endpoint in await name.endpoints(within_s=within_s)]

    async def choose(self, kind: Kind, *, within_s: float, tried: Collection[Endpoint] = ()) -> Endpoint:
        """The embedder to ask: not one that was tried, not one that rests, least under way, longest not chosen.

        Each of these is a preference: what is there is asked. Raises Unavailable, saying when to come back, where no
        embedder may be asked at all because none answers.
        """
        endpoints = await self.endpoints(within_s=within_s)
        may_be_asked = [endpoint for endpoint in endpoints if not endpoint.breaker.wait_s]
        if not may_be_asked:
            wait_s = min((endpoint.breaker.wait_s for endpoint in endpoints), default=1.0)
            raise Unavailable(UNREACHABLE, retry_after_s=math.ceil(wait_s))

        def preference(endpoint: Endpoint) -> tuple[bool, bool, int, int]:
            return endpoint in tried, endpoint.rests(kind), endpoint.in_flight[kind], endpoint.chosen

        chosen = min(may_be_asked, key=preference)
        chosen.chosen = next(self._choices)
        return chosen

    def doubt(self) -> None:
        """An embedder did not answer: names are looked up again soon."""
        for name in self._names:
            name.doubt()
