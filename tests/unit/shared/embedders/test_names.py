"""One URL, several addresses: looked up on the way, kept while they last."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Collection

import pytest

from shared.embedders.endpoint import Address
from shared.embedders.names import DOUBTED_S, FRESH_S, Name, resolve
from tests.support.manual_clock import ManualClock

A, B = ("192.0.2.1", 8081), ("192.0.2.2", 8081)


class Dns:
    """A resolver whose answers a test sets; `asked` is with what it was asked."""

    def __init__(self, *found: Address) -> None:
        self.found: Collection[Address] | OSError = found
        self.asked: list[Address] = []

    async def __call__(self, host: str, port: int) -> Collection[Address]:
        self.asked.append((host, port))
        if isinstance(self.found, OSError):
            raise self.found
        return self.found


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def addresses(name: Name) -> list[str]:
    return [endpoint.name for endpoint in await name.endpoints(within_s=1.0)]


async def test_every_address_of_a_name_is_an_endpoint_asked_by_the_name(clock: ManualClock) -> None:
    dns = Dns(A, B)
    name = Name("http://embedder.test:8081/inner", clock=clock, resolve=dns)
    first, second = await name.endpoints(within_s=1.0)
    assert (first.name, second.name) == ("192.0.2.1:8081", "192.0.2.2:8081")
    assert (first.host_header, first.server_name) == ("embedder.test:8081", "embedder.test")
    assert bytes(first.url_of("/embed")) == b"http://192.0.2.1:8081/inner/embed"
    assert dns.asked == [("embedder.test", 8081)]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:8081", "127.0.0.1:8081"),
        ("http://127.0.0.1", "127.0.0.1:80"),
        ("https://127.0.0.1", "127.0.0.1:443"),
        ("http://[::1]:8081", "::1:8081"),
    ],
)
async def test_an_address_is_not_looked_up(clock: ManualClock, url: str, address: str) -> None:
    dns = Dns()
    name = Name(url, clock=clock, resolve=dns)
    clock.advance(10 * FRESH_S)
    name.doubt()
    assert await addresses(name) == [address]
    assert dns.asked == []


async def test_a_name_is_looked_up_again_after_a_while_and_known_addresses_stay_themselves(clock: ManualClock) -> None:
    dns = Dns(A)
    name = Name("http://embedder.test:8081", clock=clock, resolve=dns)
    [kept] = await name.endpoints(within_s=1.0)
    dns.found = [B, A]
    assert await addresses(name) == ["192.0.2.1:8081"]
    clock.advance(FRESH_S)
    _, again = await name.endpoints(within_s=1.0)
    assert again is kept
    dns.found = [B]
    clock.advance(FRESH_S)
    assert await addresses(name) == ["192.0.2.2:8081"]


async def test_a_lookup_that_fails_leaves_what_was_known(clock: ManualClock) -> None:
    dns = Dns(A)
    name = Name("http://embedder.test:8081", clock=clock, resolve=dns)
    assert await addresses(name) == ["192.0.2.1:8081"]
    dns.found = socket.gaierror("no such name")
    clock.advance(FRESH_S)
    assert await addresses(name) == ["192.0.2.1:8081"]
    assert await addresses(name) == ["192.0.2.1:8081"]
    assert len(dns.asked) == 2  # the second answer was the known one, without another lookup


async def test_an_unknown_name_is_not_asked_for_by_every_request(clock: ManualClock) -> None:
    dns = Dns()
    dns.found = socket.gaierror("no such name")
    name = Name("http://embedder.test:8081", clock=clock, resolve=dns)
    assert [await addresses(name) for _ in range(3)] == [[], [], []]
    assert len(dns.asked) == 1
    dns.found = [A]
    clock.advance(DOUBTED_S)
    assert await addresses(name) == ["192.0.2.1:8081"]


async def test_an_address_that_did_not_answer_has_the_name_looked_up_soon(clock: ManualClock) -> None:
    dns = Dns(A)
    name = Name("http://embedder.test:8081", clock=clock, resolve=dns)
    await addresses(name)
    dns.found = [B]
    name.doubt()
    clock.advance(DOUBTED_S)
    assert await addresses(name) == ["192.0.2.2:8081"]


async def test_while_one_request_looks_up_again_the_others_go_on(clock: ManualClock) -> None:
    asked = asyncio.Event()
    may_answer = asyncio.Event()

    async def slow(host: str, port: int) -> Collection[Address]:
        if asked.is_set():
            await may_answer.wait()
        asked.set()
        return [A]

    name = Name("http://embedder.test:8081", clock=clock, resolve=slow)
    await addresses(name)
    clock.advance(FRESH_S)
    waiting = asyncio.create_task(addresses(name))
    await asyncio.sleep(0)
    assert await addresses(name) == ["192.0.2.1:8081"]
    assert not waiting.done()
    may_answer.set()
    assert await waiting == ["192.0.2.1:8081"]


async def test_a_lookup_that_hangs_is_not_waited_for(clock: ManualClock) -> None:
    async def hangs(host: str, port: int) -> Collection[Address]:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    name = Name("http://embedder.test:8081", clock=clock, resolve=hangs)
    assert list(await name.endpoints(within_s=0.01)) == []


async def test_the_systems_resolver_gives_each_address_once() -> None:
    found = list(await resolve("localhost", 8081))
    assert found
    assert len(found) == len(set(found))
    assert all(port == 8081 and host in ("127.0.0.1", "::1") for host, port in found)
