"""The embedders behind one URL: an endpoint for each address of its host."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import socket
from collections.abc import Awaitable, Callable, Collection
from urllib.parse import urlsplit

import anyio

from shared import log
from shared.embedders.breaker import Clock
from shared.embedders.endpoint import Address, Endpoint

Resolve = Callable[[str, int], Awaitable[Collection[Address]]]
"""The addresses of a host, each with the port. Raises OSError."""

# Addresses come and go with the embedders behind a name; they are looked up on the way of a request, since nothing of
# ours runs between two.
FRESH_S = 30.0
# After a lookup that failed, or once an address did not answer.
DOUBTED_S = 1.0
LOOKUP_S = 2.0

_PORTS = {"http": 80, "https": 443}


async def resolve(host: str, port: int) -> Collection[Address]:
    """The addresses of a host by the system's resolver, each once, in its order."""
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return dict.fromkeys((str(address[0]), int(address[1])) for *_, address in found)


class Name:
    """One URL. Endpoints outlive a lookup that finds their address again, with all that is known of them."""

    def __init__(self, url: str, *, clock: Clock, resolve: Resolve) -> None:
        self._url = urlsplit(url)
        self._host = self._url.hostname or ""
        self._port = self._url.port or _PORTS[self._url.scheme]
        self._clock = clock
        self._resolve = resolve
        self._endpoints: dict[Address, Endpoint] = {}
        self._fresh_until = clock()
        if _is_address(self._host):
            self._keep([(self._host, self._port)])
            self._fresh_until = math.inf

    async def endpoints(self, *, within_s: float) -> Collection[Endpoint]:
        """The embedders of the name; none while it cannot be resolved and never could."""
        if self._clock() >= self._fresh_until:
            await self._look_up(min(within_s, LOOKUP_S))
        return self._endpoints.values()

    def doubt(self) -> None:
        """An address did not answer: the next request looks whether there are others."""
        if self._fresh_until != math.inf:
            self._fresh_until = min(self._fresh_until, self._clock() + DOUBTED_S)

    async def _look_up(self, within_s: float) -> None:
        if self._endpoints:  # requests beside this one go on with what is known
            self._fresh_until = self._clock() + DOUBTED_S
        try:
            async with asyncio.timeout(within_s):
                found = await self._resolve(self._host, self._port)
        except (OSError, UnicodeError) as error:  # no such name; not in time; a name that none can be
            log.event("embedder_name_unresolved", host=self._host, type=type(error).__name__)
            self._fresh_until = self._clock() + DOUBTED_S
            return
        self._keep(found)
        self._fresh_until = self._clock() + FRESH_S

    def _keep(self, found: Collection[Address]) -> None:
        known = self._endpoints
        self._endpoints = {
            address: known.get(address) or Endpoint(self._url, address, clock=self._clock) for address in found
        }


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
