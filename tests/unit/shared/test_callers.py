"""Where a request comes from, whatever it says itself, and how often a stranger may ask."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from shared.attempts import network_of
from shared.config import settings
from shared.errors import RateLimited
from shared.limits import STRANGER_TRIES_PER_S
from shared.web import callers
from shared.web.callers import AT_ONCE_S, Strangers, address_of, forget_strangers, let_stranger_in
from tests.support.manual_clock import ManualClock

PROXIES = "10.0.0.0/8,fd00::/8"
# What an address of the service's own proxies looks like, of a caller, and of neither.
TRUSTED = ["10.0.0.1", "10.255.1.2", "fd00::7", "::ffff:10.0.0.1"]
CALLERS = ["198.51.100.7", "203.0.113.9", "2001:db8::1", "11.0.0.1", "::ffff:11.0.0.1"]
NONSENSE = [
    "",
    "unknown",
    "_hidden",
    "10.0.0.1:1234",
    "[fd00::7]",
    "10.0.0",
    "999.1.1.1",
    "for=10.0.0.1",
    "10.0.0.1;x",
    "é",
]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Settings of the test's own."""
    forget()
    yield monkeypatch
    forget()


def forget() -> None:
    settings.cache_clear()
    forget_strangers()


def request(peer: str | None, *forwarded: str) -> Request:
    """A request over a connection from `peer`, with a header X-Forwarded-For each."""
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    client = None if peer is None else (peer, 4711)
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "client": client})


hops = st.lists(st.sampled_from(TRUSTED + CALLERS + NONSENSE), max_size=6)


@given(peer=st.sampled_from(TRUSTED + CALLERS), said=hops)
def test_without_a_trusted_proxy_what_is_said_counts_for_nothing(peer: str, said: list[str]) -> None:
    """However many hops, in one header or in several, well formed or not."""
    with pytest.MonkeyPatch.context() as environment:
        _settings(environment, "")
        assert address_of(request(peer, ", ".join(said))) == peer
        assert address_of(request(peer, *said)) == peer


@given(peer=st.sampled_from(TRUSTED + CALLERS), said=hops, cut=st.integers(0, 6))
def test_with_trusted_proxies_the_last_address_that_is_none_of_theirs_counts(
    peer: str, said: list[str], cut: int
) -> None:
    """From the right; whatever a caller writes himself stands left of that and is not looked at."""
    with pytest.MonkeyPatch.context() as environment:
        _settings(environment, PROXIES)
        expected = _by_definition(peer, said)
        assert address_of(request(peer, ",".join(said))) == expected
        assert address_of(request(peer, ", ".join(said[:cut]), ",".join(said[cut:]))) in {
            expected,
            # An empty header is an empty hop.
            _by_definition(peer, [*(said[:cut] or [""]), *(said[cut:] or [""])]),
        }


@given(peer=st.sampled_from(CALLERS), said=hops, real=st.sampled_from(CALLERS))
def test_a_forged_header_gains_nothing(peer: str, said: list[str], real: str) -> None:
    """Neither sent to us nor to a proxy of ours, which writes the connection's address behind it."""
    with pytest.MonkeyPatch.context() as environment:
        _settings(environment, PROXIES)
        assert address_of(request(peer, ", ".join(said))) == peer
        assert address_of(request(TRUSTED[0], ", ".join([*said, real]))) == real
        assert address_of(request(TRUSTED[2], ", ".join([*said, real, TRUSTED[1]]))) == real


def _by_definition(peer: str, said: Sequence[str]) -> str:
    """The first address from the right, the connection's included, that no proxy of ours has; or the last of theirs."""
    chain = [*said, peer]
    address = peer
    for place in range(len(chain) - 1, -1, -1):
        if not _is_address(chain[place].strip()):
            break
        address = chain[place].strip()
        if address not in TRUSTED:
            break
    return address


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _settings(environment: pytest.MonkeyPatch, proxies: str) -> None:
    for name, value in {
        "FLUXVECTOR_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing",
        "FLUXVECTOR_EMBEDDER_URL": "http://127.0.0.1:9",
        "FLUXVECTOR_MODEL": "none@0",
        "FLUXVECTOR_MODEL_UNRELATED_COSINE": "0.7",
        "FLUXVECTOR_PUBLIC_URL": "http://api.test",
        "FLUXVECTOR_SESSION_KEYS": "test:a key that signs sessions in tests",
        "FLUXVECTOR_PASSWORD_PEPPERS": "test:a pepper of passwords that tests use",
        "FLUXVECTOR_PRIVACY_CONTACT": "privacy@fluxvector.test",
        "FLUXVECTOR_TRUSTED_PROXIES": proxies,
    }.items():
        environment.setenv(name, value)
    forget()


def test_where_the_server_does_not_tell_there_is_no_address(environment: pytest.MonkeyPatch) -> None:
    _settings(environment, PROXIES)
    assert address_of(request(None, "198.51.100.7")) is None


def test_a_stranger_has_half_a_minute_of_tries_at_once_and_then_waits() -> None:
    """After exactly the time that is told there is a try, and a moment sooner there is none."""
    clock = ManualClock()
    strangers = Strangers(10.0, clock)
    assert [strangers.wait_s("a") for _ in range(int(AT_ONCE_S * 10))] == [0.0] * 300
    wait_s = strangers.wait_s("a")
    assert wait_s == pytest.approx(0.1)
    assert strangers.wait_s("a") == pytest.approx(wait_s)
    clock.advance(wait_s - 0.001)
    assert strangers.wait_s("a") > 0
    clock.advance(0.001)
    assert strangers.wait_s("a") == 0
    assert strangers.wait_s("a") > 0
    assert strangers.wait_s("b") == 0


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 20)), max_size=400))
def test_no_address_gets_more_than_its_rate_and_its_burst(tries: list[tuple[int, float]]) -> None:
    """Whatever the pauses, and whatever others do."""
    clock = ManualClock()
    began = clock.now
    strangers = Strangers(0.5, clock)
    admitted = [0, 0, 0]
    for who, pause in tries:
        clock.advance(pause)
        admitted[who] += strangers.wait_s(str(who)) == 0
        assert admitted[who] <= 0.5 * (AT_ONCE_S + clock.now - began) + 1e-3


def test_no_more_addresses_are_remembered_than_there_is_room_for(environment: pytest.MonkeyPatch) -> None:
    """The one that was quiet for longest is forgotten, not the one that tries."""
    environment.setattr(callers, "MOST_ADDRESSES", 3)
    clock = ManualClock()
    strangers = Strangers(0.1, clock)
    for _ in range(3):
        strangers.wait_s("busy")
    assert strangers.wait_s("busy") > 0
    for other in ("a", "b"):
        assert strangers.wait_s(other) == 0
    assert strangers.wait_s("busy") > 0
    for other in ("c", "d"):
        assert strangers.wait_s(other) == 0
    assert strangers.wait_s("busy") == 0


def test_whoever_tries_too_often_is_told_in_whole_seconds(environment: pytest.MonkeyPatch) -> None:
    """All addresses of one network of IPv6 are one caller."""
    _settings(environment, "")
    for number in range(int(AT_ONCE_S * STRANGER_TRIES_PER_S)):
        let_stranger_in(f"2001:db8::{number + 1:x}")
    with pytest.raises(RateLimited) as raised:
        let_stranger_in("2001:db8::ffff")
    assert raised.value.headers == {"Retry-After": "1"}
    let_stranger_in("2001:db8:0:1::1")


def test_an_address_is_the_same_however_the_socket_tells_it() -> None:
    """A socket of IPv6 tells IPv4 callers as ::ffff:a.b.c.d, and all of those are not one network."""
    assert network_of("::ffff:198.51.100.7") == network_of("198.51.100.7") != network_of("::ffff:198.51.100.8")
