"""One embedder at one address, and what this process knows of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import SplitResult

import httpcore2

from shared.deadline import Deadline
from shared.embedders.answer import EmbedderBusy
from shared.embedders.breaker import Breaker, Clock

Kind = Literal["query", "passage"]
KINDS: tuple[Kind, Kind] = ("query", "passage")

Address = tuple[str, int]
"""An IP address and a port."""

# Requests of a kind under way to one embedder; queries have room of their own: a bulk of passages must not take it all.
MAX_IN_FLIGHT = 16
# The longest that an embedder without room is passed over, whatever it says.
MAX_REST_S = 3.0


class Endpoint:
    """An embedder. `url` names it, in the Host header and in its certificate; the connection goes to `address`."""

    def __init__(self, url: SplitResult, address: Address, *, clock: Clock = time.monotonic) -> None:
        self.name = f"{address[0]}:{address[1]}"
        self.breaker = Breaker(clock=clock)
        self.in_flight: dict[Kind, int] = dict.fromkeys(KINDS, 0)
        # When it was chosen last, as a number that grows with each choice.
        self.chosen = 0
        # Whether its last answer came from another model than ours; then it is asked which before it gets a text.
        self.serves_another_model = False
        self._url = url
        self._address = address
        self._clock = clock
        self._rests_until: dict[Kind, float] = dict.fromkeys(KINDS, clock())
        self._slots = {kind: asyncio.Semaphore(MAX_IN_FLIGHT) for kind in KINDS}

    def __repr__(self) -> str:
        return f"Endpoint({self.name})"

    @property
    def host_header(self) -> str:
        """The name by which it is asked."""
        return self._url.netloc

    @property
    def server_name(self) -> str:
        """The name that its certificate must have."""
        return self._url.hostname or ""

    def url_of(self, path: str) -> httpcore2.URL:
        """The URL of a path at this very address."""
        host, port = self._address
        target = self._url.path.rstrip("/") + path
        return httpcore2.URL(scheme=self._url.scheme, host=host, port=port, target=target)

    def rests(self, kind: Kind) -> bool:
        """Whether it is passed over for requests of that kind, where there is another one."""
        return self._clock() < self._rests_until[kind]

    def rest(self, *kinds: Kind, seconds: float) -> None:
        """Passes it over for a moment."""
        for kind in kinds:
            self._rests_until[kind] = self._clock() + min(seconds, MAX_REST_S)

    @asynccontextmanager
    async def turn(self, kind: Kind, deadline: Deadline) -> AsyncIterator[None]:
        """Room for one request. Raises EmbedderBusy where there is none in time."""
        self.in_flight[kind] += 1
        try:
            try:
                async with asyncio.timeout(deadline.remaining_s):
                    await self._slots[kind].acquire()
            except TimeoutError:
                raise EmbedderBusy("The embedder is busy. Please try again.") from None
            try:
                yield
            finally:
                self._slots[kind].release()
        finally:
            self.in_flight[kind] -= 1
