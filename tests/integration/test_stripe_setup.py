"""`python -m infra.stripe` against a fake of Stripe: once or twice, cut short, and after plans changed."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from subprocess import CompletedProcess, run
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from infra.stripe import setup as module
from infra.stripe.__main__ import main
from infra.stripe.failure import SetupFailure
from infra.stripe.replay import replay
from infra.stripe.setup import set_up, warnings_of
from infra.stripe.webhooks import set_up_webhooks
from shared.billing.client import Stripe, stripe_account
from shared.billing.event_types import METER_ERRORS, TYPES
from shared.billing.faults import StripeFault
from shared.clock import now
from shared.plans import SOLD
from tests.support.database import REPOSITORY, TestDatabase
from tests.support.listening import listening
from tests.support.stripe_fake.app import KEY, StripeFake
from tests.support.stripe_fake.faults import ALL, Chance
from tests.support.stripe_fake.server import stripe_fake

PUBLIC_URL = "https://api.fluxvector.test"


@pytest.fixture
async def fake() -> AsyncIterator[StripeFake]:
    async with stripe_fake() as served:
        yield served


@pytest.fixture
async def stripe(fake: StripeFake) -> AsyncIterator[Stripe]:
    async with stripe_account(api_key=KEY, api_base=fake.url) as account:
        yield account


def state(fake: StripeFake) -> str:
    kinds = ("product", "price", "billing.meter", "billing_portal.configuration")
    return json.dumps([fake.account.books.tables[kind] for kind in kinds], sort_keys=True)


def active(fake: StripeFake) -> dict[str, Any]:
    prices = fake.account.books.tables["price"].values()
    return {each["lookup_key"]: each for each in prices if each["active"]}


async def test_it_makes_all_that_is_sold_and_a_second_run_makes_nothing(fake: StripeFake, stripe: Stripe) -> None:
    done = await set_up(stripe, public_url=PUBLIC_URL)
    assert len(done) == 4 + 3 + 14 + 1
    assert set(fake.account.books.tables["product"]) == {f"fluxvector_{plan.name}" for plan in SOLD}
    assert len(active(fake)) == 14
    [portal] = fake.account.books.tables["billing_portal.configuration"].values()
    assert portal["features"]["subscription_cancel"]["mode"] == "at_period_end"
    assert not portal["features"]["subscription_update"]["enabled"]
    before = state(fake)
    assert await set_up(stripe, public_url=PUBLIC_URL) == []
    assert state(fake) == before


async def test_a_price_of_a_plan_that_was_sold_never_changes(
    fake: StripeFake, stripe: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_up(stripe, public_url=PUBLIC_URL)
    before = state(fake)
    dearer = tuple(
        replace(plan, prices=replace(plan.prices, tokens=9)) if plan.name == "pro" else plan for plan in SOLD
    )
    # Refused before anything is made, also where something is missing besides.
    monkeypatch.setattr(module, "SOLD", (replace(SOLD[0], name="pro_plus"), *dearer))  # type: ignore[arg-type]
    with pytest.raises(SetupFailure, match=r"fluxvector_pro_tokens .* never change"):
        await set_up(stripe, public_url=PUBLIC_URL)
    assert state(fake) == before


async def test_a_plan_that_was_added_is_made(fake: StripeFake, stripe: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    await set_up(stripe, public_url=PUBLIC_URL)
    added = replace(SOLD[1], name="pro_plus", base_fee=30_000_000_000)  # type: ignore[arg-type]
    monkeypatch.setattr(module, "SOLD", (*SOLD, added))
    done = await set_up(stripe, public_url=PUBLIC_URL)
    assert done[0] == "made the product fluxvector_pro_plus"
    assert len(active(fake)) == 14 + 5


async def test_stripe_tax_that_is_not_active_is_a_warning(fake: StripeFake, stripe: Stripe) -> None:
    fake.account.set_tax("active")
    assert await warnings_of(stripe) == []
    fake.account.set_tax("pending")
    [warning] = await warnings_of(stripe)
    assert "Stripe Tax" in warning


async def test_the_command_tells_where_the_secrets_of_endpoints_are_that_are_there(
    fake: StripeFake, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.account.set_tax("pending")
    for name, value in (("API_KEY", KEY), ("API_BASE", fake.url)):
        monkeypatch.setenv(f"FLUXVECTOR_STRIPE_{name}", value)
    monkeypatch.setenv("FLUXVECTOR_PUBLIC_URL", PUBLIC_URL)
    names = ("FLUXVECTOR_STRIPE_WEBHOOK_SECRETS", "FLUXVECTOR_STRIPE_METER_WEBHOOK_SECRETS")
    assert await asyncio.to_thread(main, ["setup", "--webhooks"]) == 0
    first = capsys.readouterr().out
    assert all(f"{name}=whsec_" in first for name in names)
    assert await asyncio.to_thread(main, ["setup", "--webhooks"]) == 0
    second = capsys.readouterr().out
    assert "whsec_" not in second
    assert all(f"{name}: the endpoint {PUBLIC_URL}/v1/billing/webhook" in second for name in names)
    assert "WARNING: Stripe Tax" in first + second


async def test_another_address_changes_the_portal(fake: StripeFake, stripe: Stripe) -> None:
    await set_up(stripe, public_url="http://127.0.0.1:8080")
    assert await set_up(stripe, public_url=PUBLIC_URL) == ["changed the portal's configuration"]
    [portal] = fake.account.books.tables["billing_portal.configuration"].values()
    assert portal["default_return_url"].startswith(PUBLIC_URL)


@pytest.mark.parametrize("seed", range(4))
async def test_however_often_it_is_cut_short_the_next_run_goes_on(fake: StripeFake, stripe: Stripe, seed: int) -> None:
    fake.faults.chance = Chance(seed, 0.12, ALL)
    async with stripe_account(api_key=KEY, api_base=fake.url, timeout_s=0.3) as hasty:
        for _ in range(200):
            try:
                await set_up(hasty, public_url=PUBLIC_URL)
            except StripeFault:
                continue
            break
    fake.faults.clear()
    await set_up(stripe, public_url=PUBLIC_URL)
    assert len(active(fake)) == 14
    assert len(fake.account.books.tables["billing.meter"]) == 4
    assert await set_up(stripe, public_url=PUBLIC_URL) == []


def by_command(*arguments: str, **env: str) -> CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.stripe", *arguments]
    return run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, check=False)


def test_the_command_says_what_it_did_and_what_is_wrong(database: TestDatabase) -> None:
    """A process of its own, as an operator runs it; without the settings it names all that are missing."""
    for command in (["setup"], ["replay", "--since", "2026-11-24T10:00:00Z"]):
        done = by_command(*command)
        assert done.returncode == 1
        assert "FLUXVECTOR_STRIPE_API_KEY is not set." in done.stderr
        assert "Traceback" not in done.stderr
    env = {"FLUXVECTOR_STRIPE_API_KEY": "sk_test_secret", "FLUXVECTOR_STRIPE_API_BASE": "http://127.0.0.1:9"}
    env |= {"FLUXVECTOR_PUBLIC_URL": PUBLIC_URL}
    done = by_command("setup", **env)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "does not answer" in done.stderr
    assert "sk_test_secret" not in done.stderr + done.stdout


async def test_missed_events_are_entered_and_no_older_ones_than_are_remembered(
    fake: StripeFake, stripe: Stripe, database: TestDatabase
) -> None:
    await set_up(stripe, public_url=PUBLIC_URL)
    customer_id = fake.account.add_customer()
    fake.account.add_subscription(customer_id, prices=[active(fake)["fluxvector_pro_base"]["id"]])
    assert await replay(stripe, database.owner_url, now() - timedelta(days=1)) == 2  # created, and paid
    assert await replay(stripe, database.owner_url, now() - timedelta(days=1)) == 0
    with pytest.raises(SetupFailure, match="30 days"):
        await replay(stripe, database.owner_url, now() - timedelta(days=30))


async def test_webhooks_need_https(stripe: Stripe) -> None:
    with pytest.raises(SetupFailure, match="https"):
        await set_up_webhooks(stripe, public_url="http://127.0.0.1:8080")


class Destinations:
    """Event destinations, of Stripe's API v2, before the fake, which has none: JSON both ways."""

    def __init__(self, fake: StripeFake) -> None:
        self.made: list[dict[str, Any]] = []
        self._rest = fake.app()

    def app(self) -> Starlette:
        routes = [Route("/v2/core/event_destinations", self.answer, methods=["GET", "POST"])]
        return Starlette(routes=[*routes, Mount("/", self._rest)])

    async def answer(self, request: Request) -> JSONResponse:
        if request.method == "GET":
            assert request.query_params["include[0]"] == "webhook_endpoint.url"
            return JSONResponse({"data": [self.told(each) for each in self.made], "next_page_url": None})
        assert request.headers["idempotency-key"]
        self.made.append(await request.json())
        secret = {"signing_secret": "whsec_of_meters"} if "include" in self.made[-1] else {}
        return JSONResponse(self.told(self.made[-1], **secret))

    def told(self, params: dict[str, Any], **more: str) -> dict[str, Any]:
        endpoint = params["webhook_endpoint"] | more
        return {**params, "id": "ed_1", "object": "v2.core.event_destination", "webhook_endpoint": endpoint}


async def test_endpoints_are_made_once_and_their_secrets_told_once(fake: StripeFake) -> None:
    destinations = Destinations(fake)
    async with (
        listening(destinations.app()) as url,
        stripe_account(api_key=KEY, api_base=url) as stripe,
    ):
        secrets = await set_up_webhooks(stripe, public_url=PUBLIC_URL)
        [endpoint] = fake.account.books.tables["webhook_endpoint"].values()
        assert (endpoint["url"], endpoint["enabled_events"]) == (f"{PUBLIC_URL}/v1/billing/webhook", list(TYPES))
        assert secrets["FLUXVECTOR_STRIPE_WEBHOOK_SECRETS"].startswith("whsec_")
        assert secrets["FLUXVECTOR_STRIPE_METER_WEBHOOK_SECRETS"] == "whsec_of_meters"
        [made] = destinations.made
        assert (made["event_payload"], made["enabled_events"]) == ("thin", [METER_ERRORS])
        assert made["webhook_endpoint"] == {"url": f"{PUBLIC_URL}/v1/billing/webhook/meters"}
        assert await set_up_webhooks(stripe, public_url=PUBLIC_URL) == {}
        assert len(fake.account.books.tables["webhook_endpoint"]) == len(destinations.made) == 1
        endpoint["enabled_events"] = ["invoice.paid"]
        with pytest.raises(SetupFailure, match="lacks events"):
            await set_up_webhooks(stripe, public_url=PUBLIC_URL)
