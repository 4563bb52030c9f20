"""Whoever has not been let in is limited by where he comes from, and nobody else is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from typing import Any

import httpx
import pytest

from infra.local import gateway
from shared.admission import admit, stranger
from shared.credentials import Credential
from shared.db.connection import Database
from shared.errors import RateLimited, Unauthenticated
from shared.keys import key_hash, new_key
from shared.limits import READ, STRANGER_TRIES_PER_S
from shared.web import callers
from shared.web.callers import AT_ONCE_S, Strangers
from tests.support.api import NOWHERE, PUBLIC_URL, Api, make_tenant, serve_in_process
from tests.support.database import TestDatabase
from tests.support.manual_clock import ManualClock
from tests.support.stopped_clock import StoppedClock

AT_ONCE = int(AT_ONCE_S * STRANGER_TRIES_PER_S)
PROXY = "10.0.0.1"


@pytest.fixture
async def api(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The API with the limits of production, behind a proxy that it trusts."""
    more = {"FLUXVECTOR_ATTEMPTS_FACTOR": "1", "FLUXVECTOR_TRUSTED_PROXIES": "10.0.0.0/8"}
    async with serve_in_process(database, NOWHERE, "", monkeypatch, **more) as served:
        yield served


@pytest.fixture
def clock(api: Api, monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """The clock by which this process counts calls without a credential."""
    made = ManualClock()
    strangers = Strangers(STRANGER_TRIES_PER_S, made)
    monkeypatch.setattr(callers, "_strangers", cache(lambda: strangers))
    return made


def from_address(address: str) -> httpx.AsyncClient:
    """A client whose connection comes from there."""
    transport = httpx.ASGITransport(app=gateway.create(), client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL)


async def exhaust(client: httpx.AsyncClient, **request: Any) -> httpx.Response:
    """Asks until it is refused, which is the next one after all that may come at once."""
    for _ in range(AT_ONCE):
        answer = await client.get("/v1/collections", **request)
        assert answer.status_code == 401, answer.text
    return await client.get("/v1/collections", **request)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}])
async def test_calls_without_a_credential_are_limited_by_address(
    api: Api, clock: ManualClock, headers: dict[str, str]
) -> None:
    """Also those whose credential cannot be one; whoever waits as told is told again that it is none."""
    async with from_address("198.51.100.7") as client, from_address("198.51.100.8") as other:
        refused = await exhaust(client, headers=headers)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert refused.json()["code"] == "rate_limited"
        assert (await client.get("/nothing")).status_code == 429
        assert (await other.get("/v1/collections", headers=headers)).status_code == 401
        clock.advance(1 / STRANGER_TRIES_PER_S)
        assert (await client.get("/v1/collections", headers=headers)).status_code == 401
        assert (await client.get("/v1/collections", headers=headers)).status_code == 429


async def test_a_right_key_works_from_an_address_that_is_refused(api: Api, clock: ManualClock) -> None:
    """Nobody shuts a customer out who shares his address."""
    async with from_address("198.51.100.7") as client:
        assert (await exhaust(client)).status_code == 429
        assert (await client.get("/v1/collections", headers=api.tenant.headers)).status_code == 200


async def test_the_machinery_is_never_refused(api: Api, clock: ManualClock) -> None:
    """Whoever watches the service asks often."""
    async with from_address("198.51.100.7") as client:
        assert (await exhaust(client)).status_code == 429
        for _ in range(50):
            assert (await client.get("/health")).status_code == 200
        assert (await client.get("/ready")).status_code != 429


async def test_a_forged_header_gains_no_further_try(api: Api, clock: ManualClock) -> None:
    """Each call says that it comes from elsewhere, in each form that a header may have."""
    forms = [
        "203.0.113.{}",
        "203.0.113.{}, 10.0.0.1",
        "2001:db8:0:{}::1",
        "unknown, 203.0.113.{}",
        "10.0.0.1, 10.0.0.{}",
    ]
    async with from_address("198.51.100.7") as client:
        for number in range(AT_ONCE):
            forged = {"X-Forwarded-For": forms[number % len(forms)].format(number % 250 + 1)}
            assert (await client.get("/v1/collections", headers=forged)).status_code == 401
        for number, form in enumerate(forms):
            forged = {"X-Forwarded-For": form.format(number + 1)}
            assert (await client.get("/v1/collections", headers=forged)).status_code == 429


async def test_behind_a_proxy_each_caller_is_counted_for_himself(api: Api, clock: ManualClock) -> None:
    """By the address that the proxy adds, whatever stood there before."""
    async with from_address(PROXY) as proxy:
        for number in range(AT_ONCE):
            said = {"X-Forwarded-For": f"203.0.113.{number % 250}, 198.51.100.7"}
            assert (await proxy.get("/v1/collections", headers=said)).status_code == 401
        assert (
            await proxy.get("/v1/collections", headers={"X-Forwarded-For": "203.0.113.1, 198.51.100.7"})
        ).status_code == 429
        assert (
            await proxy.get("/v1/collections", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.1"})
        ).status_code == 401


async def test_wrong_keys_are_limited_by_address_in_the_database(database: TestDatabase) -> None:
    """Well-formed keys and sessions that are none; by the database's clock, to the microsecond, for all processes."""
    clock = StoppedClock(database)
    tenant = await make_tenant(database, "owner@example.com")
    functions = Database(database.api_url)
    here, there = (stranger(network, b"pepper", factor=1) for network in ("198.51.100.7", "198.51.100.8"))
    wrong = [Credential(key_hash=key_hash("fv_live_wrong")), Credential(session_id="ses_none")]
    try:
        for number in range(AT_ONCE):
            with pytest.raises(Unauthenticated):
                await admit(functions, wrong[number % 2], READ, address=here)
        for credential in wrong:
            with pytest.raises(RateLimited) as raised:
                await admit(functions, credential, READ, address=here)
            assert raised.value.headers == {"Retry-After": "1"}
        with pytest.raises(Unauthenticated):
            await admit(functions, wrong[0], READ, address=there)
        right = await admit(functions, Credential(key_hash=key_hash(tenant.key)), READ, address=here)
        assert right.grant.refusal is None
        clock.advance(1 / STRANGER_TRIES_PER_S - 0.0001)
        with pytest.raises(RateLimited):
            await admit(functions, wrong[0], READ, address=here)
        clock.advance(0.0001)
        with pytest.raises(Unauthenticated):
            await admit(functions, wrong[0], READ, address=here)
        with pytest.raises(RateLimited):
            await admit(functions, wrong[0], READ, address=here)
        clock.set(clock.now + timedelta(seconds=30))
        for _ in range(AT_ONCE):
            with pytest.raises(Unauthenticated):
                await admit(functions, wrong[0], READ, address=here)
    finally:
        await functions.close()
        clock.close()


async def test_wrong_keys_are_refused_over_http(api: Api) -> None:
    """429 says nothing about the key; the address is nowhere in the database, and a right key goes on."""
    wrong = new_key("live").text  # well formed: only the database knows that it is none
    async with from_address("198.51.100.7") as client:
        statuses = []
        for _ in range(4 * AT_ONCE):  # it fills again meanwhile
            answer = await client.get("/v1/collections", headers={"Authorization": f"Bearer {wrong}"})
            statuses.append(answer.status_code)
            if answer.status_code == 429:
                break
        assert statuses[-1] == 429
        assert set(statuses[:-1]) == {401}
        assert (await client.get("/v1/collections", headers=api.tenant.headers)).status_code == 200
    assert api.sql("SELECT count(*) FROM stranger_meters s WHERE strpos(s::text, '198.51') > 0") == [(0,)]
