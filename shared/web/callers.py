"""Where a request comes from, and how often whoever has not been let in may ask.

The address is that of the connection. What X-Forwarded-For says counts only where the connection comes from a proxy
that this deployment trusts, and then from the right: the last address that no such proxy has. In Lambda it is API
Gateway's word.

Calls without a credential cost no statement, so they are counted in the memory of the process: an address may make
some a second for long, and those of half a minute at once.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import cache

from starlette.requests import Request

from shared.admission import Stranger, stranger
from shared.attempts import network_of, parsed_address
from shared.config import settings
from shared.limits import STRANGER_TRIES_PER_S, refused

# Addresses that are remembered; the one that was quiet for longest is forgotten first.
MOST_ADDRESSES = 20_000
AT_ONCE_S = 30.0


class Strangers:
    """Buckets (GCRA) of addresses, by the clock that is given."""

    def __init__(self, tries_per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = 1 / tries_per_s
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait_s(self, network: str) -> float:
        """Takes a try, and answers 0; or takes none, and answers the seconds until there is one."""
        now = self._clock()
        full_at = max(self._full_at.get(network, now), now) + self._interval_s
        if (wait_s := full_at - now - AT_ONCE_S) > 1e-6:
            return wait_s
        self._full_at[network] = full_at
        self._full_at.move_to_end(network)
        while len(self._full_at) > MOST_ADDRESSES:
            self._full_at.popitem(last=False)
        return 0.0


@cache
def _strangers() -> Strangers:
    return Strangers(STRANGER_TRIES_PER_S * settings().attempts_factor)


def forget_strangers() -> None:
    """Starts anew, with the settings as they are then."""
    _strangers.cache_clear()


def let_stranger_in(address: str | None) -> None:
    """Counts a call that nobody is let in for. Raises RateLimited."""
    if wait_s := _strangers().wait_s(network_of(address)):
        raise refused("address", wait_s)


def stranger_at(address: str | None) -> Stranger:
    """The caller as admission counts him where his credential is none."""
    config = settings()
    return stranger(network_of(address), config.password_peppers[0].secret, factor=config.attempts_factor)


def address_of(request: Request) -> str | None:
    """The caller's address; None where the server does not tell."""
    address = request.client.host if request.client else None
    proxies = settings().trusted_proxies
    if not proxies or address is None:
        return address
    hops = [hop.strip() for value in request.headers.getlist("x-forwarded-for") for hop in value.split(",")]
    while hops and _is_of(address, proxies):
        # Whatever stands left of what is no address was not written by a proxy of ours.
        hop = hops.pop()
        if parsed_address(hop) is None:
            break
        address = hop
    return address


def _is_of(address: str, networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    parsed = parsed_address(address)
    return parsed is not None and any(parsed in network for network in networks)
