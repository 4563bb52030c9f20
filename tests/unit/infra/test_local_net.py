from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from infra.local.failure import StartFailure
from infra.local.net import Address, free_address, free_loopback_port, request


@pytest.fixture
def listening() -> Iterator[int]:
    """A port that somebody listens on and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("host", "bind", "url"),
    [
        ("127.0.0.1", "127.0.0.1", "http://127.0.0.1:{}"),
        ("0.0.0.0", "0.0.0.0", "http://127.0.0.1:{}"),
        ("localhost", "127.0.0.1", "http://localhost:{}"),
    ],
)
def test_the_base_url_is_one_that_connects(host: str, bind: str, url: str) -> None:
    port = free_loopback_port()
    address = free_address(host, port)
    assert (address.bind, address.base_url) == (bind, url.format(port))


def test_ipv6_stands_in_brackets() -> None:
    assert Address("::", "::1", 80).base_url == "http://[::1]:80"


def test_a_taken_port_is_refused(listening: int) -> None:
    for host in ("127.0.0.1", "0.0.0.0", "localhost"):
        with pytest.raises(StartFailure, match=f"Port {listening} on {host} is taken by another program"):
            free_address(host, listening)


def test_a_host_that_is_not_ours_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StartFailure, match="cannot be listened on"):
        free_address("192.0.2.1", free_loopback_port())
    with pytest.raises(StartFailure, match=r"is not an address of this machine\.$"):
        free_address("a..b", 80)

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(StartFailure, match=r"'x' is not an address of this machine: Name or service not known\.$"):
        free_address("x", 80)


@pytest.mark.parametrize(
    ("bind", "reach"),
    [
        ("127.0.0.1", None),
        ("127.8.8.8", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("0.0.0.0", "every address of this machine"),
        ("::", "every address of this machine"),
        ("192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::1%eth0"),
    ],
)
def test_who_can_reach_it_is_told_apart(bind: str, reach: str | None) -> None:
    assert Address(bind, "localhost", 80).reach == reach


def test_nobody_there_and_nobody_answering_are_no_status(listening: int) -> None:
    assert request(Address("127.0.0.1", "127.0.0.1", free_loopback_port()), "GET", "/") is None
    assert request(Address("127.0.0.1", "127.0.0.1", listening), "GET", "/", timeout_s=0.05) is None
