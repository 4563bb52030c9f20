"""The whole life of a customer over HTTP, from the sign-up to the deletion, with Stripe beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from shared.billing.closures import close_billing
from shared.billing.meter_reports import report_usage
from shared.usage_rollups import aggregate_usage
from tests.support.billing import Billing, billing_with_stripe
from tests.support.database import TestDatabase
from tests.support.mail import Letter, arrived

EMAIL = "life@example.com"
PASSWORD = "a long life and a good one"
FREE_VECTORS = 30


@dataclass(slots=True)
class Customer:
    """Somebody with a browser and a key; `letters` is all the mail that came."""

    world: Billing
    http: httpx.AsyncClient
    session: str = ""
    key: str = ""
    letters: list[Letter] = field(default_factory=list)

    async def call(self, method: str, path: str, body: Any = None, *, by: str | None = None) -> httpx.Response:
        """One call over a socket, by the key unless another credential is given."""
        credential = self.key if by is None else by
        headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        return await self.http.request(method, path, json=body, headers=headers)

    async def done(self, method: str, path: str, body: Any = None, *, by: str | None = None) -> dict[str, Any]:
        """One call that has to succeed."""
        answer = await self.call(method, path, body, by=by)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def write(self, first: int, count: int) -> httpx.Response:
        """Writes vectors that are new."""
        vectors = [{"id": str(n), "values": [1.0, n + 1]} for n in range(first, first + count)]
        return await self.call("POST", "/v1/vectors/upsert", {"collection": "things", "vectors": vectors})

    async def search(self) -> httpx.Response:
        return await self.call("POST", "/v1/vectors/query", {"collection": "things", "vector": [1.0, 1.0]})

    async def mail(self) -> list[str]:
        """The kinds of what came since the last look."""
        came = await arrived(self.world.api.database)
        self.letters += came
        return [letter.kind for letter in came]

    def token(self) -> str:
        return self.letters[-1].token

    async def units_at_stripe(self) -> dict[str, int]:
        """What Stripe's meters have counted, by their unit."""
        customer_id = self.world.customer_id()
        totals = self.world.fake.account.units(customer_id)
        return {name.removeprefix("fluxvector_"): value for name, value in totals.items() if value}


@pytest.fixture
async def customer(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Customer]:
    async with (
        billing_with_stripe(database, monkeypatch) as world,
        httpx.AsyncClient(base_url=world.url, timeout=30) as http,
    ):
        # Only Stripe's clock is moved on by months.
        world.fake.account.books.callers_stay = True
        world.sql("UPDATE plans SET included_vectors = %s WHERE plan = 'free'", FREE_VECTORS)
        yield Customer(world, http)


async def test_the_whole_life_of_a_customer(customer: Customer) -> None:
    await signs_up(customer)
    await uses_up_what_is_free(customer)
    subscription = await buys_a_plan(customer)
    await uses_it_and_is_metered(customer)
    await pays_an_invoice(customer, subscription)
    await cannot_pay_and_then_can(customer, subscription)
    await changes_and_cancels(customer, subscription)
    await leaves(customer)


async def signs_up(customer: Customer) -> None:
    asked = {"email": EMAIL, "password": PASSWORD, "accept_policy": True}
    await customer.done("POST", "/v1/auth/signup", asked)
    assert await customer.mail() == ["confirm"]
    await customer.done("POST", "/v1/auth/confirm", {"token": customer.token(), "password": PASSWORD})
    signed_in = await customer.done("POST", "/v1/auth/login", {"email": EMAIL, "password": PASSWORD})
    customer.session = signed_in["access_token"]
    made = await customer.done("POST", "/v1/api-keys", {"name": "life", "scopes": ["admin"]}, by=customer.session)
    customer.key = made["key"]
    [(account_no,)] = customer.world.sql("SELECT account_no FROM account_emails WHERE email_key = %s", EMAIL)
    customer.world.tenant = type(customer.world.tenant)(account_no, customer.key, EMAIL)
    await customer.mail()


async def uses_up_what_is_free(customer: Customer) -> None:
    await customer.done("POST", "/v1/collections", {"name": "things", "dimension": 2})
    assert (await customer.write(0, 25)).is_success
    refused = await customer.write(25, 10)
    assert (refused.status_code, refused.json()["code"]) == (402, "quota_exceeded")
    assert (await customer.write(25, 5)).is_success
    usage = await customer.done("GET", "/v1/usage")
    assert (usage["plan"], usage["vectors"]) == ("free", FREE_VECTORS)
    await aggregate_usage(customer.world.jobs)
    assert await customer.mail() == ["quota_100"]


async def buys_a_plan(customer: Customer) -> str:
    opened = await customer.done("POST", "/v1/billing/checkout", {"plan": "pro"})
    session = customer.world.fake.complete_checkout(opened["url"].rpartition("/")[2])
    await customer.world.fake.deliver_all()
    billing = await customer.done("GET", "/v1/billing")
    assert (billing["plan"], billing["subscription_status"]) == ("pro", "active")
    assert "receipt" in await customer.mail()
    return str(session["subscription"])


async def uses_it_and_is_metered(customer: Customer) -> None:
    assert (await customer.write(30, 40)).is_success
    for _ in range(3):
        assert (await customer.search()).is_success
    told = await customer.done("GET", "/v1/usage")
    assert (told["vectors"], told["searches"], told["vectors_stored"]) == (FREE_VECTORS + 40, 3, 70)
    await roll_up_and_report(customer)
    units = await customer.units_at_stripe()  # what was free is not charged
    assert {unit: units[unit] for unit in ("vectors", "searches")} == {"vectors": 40, "searches": 3}
    assert (await customer.done("GET", "/v1/usage"))["vectors"] == 70
    history = await customer.done("GET", "/v1/usage/history?days=2")
    assert sum(day["vectors"] for day in history["data"]) == 70


async def roll_up_and_report(customer: Customer) -> None:
    """What the jobs do when the hour is over."""
    await aggregate_usage(customer.world.jobs)
    # The hour is over: an hour in which this month began stays in it.
    customer.world.sql("UPDATE usage_hours SET hour = hour - interval '2 hours' WHERE NOT is_reported")
    await report_usage(customer.world.jobs, customer.world.stripe)
    customer.world.fake.advance(3_600)


async def pays_an_invoice(customer: Customer, subscription: str) -> None:
    customer.world.fake.account.advance_past_period(subscription)
    await customer.world.fake.deliver_all()
    assert "receipt" in await customer.mail()
    assert customer.world.account() == ("pro", "active", False)
    # Both are within what Pro includes: the invoice is the fee alone.
    assert "20.00 USD" in customer.letters[-1].text, customer.letters[-1].text


async def cannot_pay_and_then_can(customer: Customer, subscription: str) -> None:
    world = customer.world
    world.fake.account.fail_payments(world.customer_id())
    world.fake.account.advance_past_period(subscription)
    await world.fake.deliver_all()
    assert "payment_failed" in await customer.mail()
    assert world.account() == ("pro", "past_due", True)
    assert (await customer.write(70, 1)).is_success  # a week of grace
    world.sql("UPDATE accounts SET payment_overdue_since = payment_overdue_since - interval '8 days'")
    refused = await customer.write(71, 1)
    assert (refused.status_code, refused.json()["code"]) == (402, "payment_overdue")
    assert (await customer.search()).is_success
    world.fake.account.retry_payments(world.customer_id())
    await world.fake.deliver_all()
    assert world.account() == ("pro", "active", False)
    assert (await customer.write(71, 1)).is_success


async def changes_and_cancels(customer: Customer, subscription: str) -> None:
    world = customer.world
    changed = await customer.done("PATCH", "/v1/billing", {"plan": "scale", "spending_cap": "500"})
    assert (changed["plan"], changed["next_plan"], changed["spending_cap"]) == ("pro", "scale", "500.00")
    assert changed["changes_at"] is not None
    await world.fake.deliver_all()
    assert world.account()[:2] == ("pro", "active")  # this month is Pro's
    world.fake.account.advance_past_period(subscription)
    await world.fake.deliver_all()
    assert world.account()[:2] == ("scale", "active")
    assert (await customer.done("GET", "/v1/billing"))["next_plan"] is None
    assert "receipt" in await customer.mail()
    assert "200.00 USD" in customer.letters[-1].text
    await customer.done("PATCH", "/v1/billing", {"cancel_at_period_end": True})
    await world.fake.deliver_all()
    assert world.account()[:2] == ("scale", "active")  # paid until its end
    world.fake.account.advance_past_period(subscription)
    await world.fake.deliver_all()
    assert world.account()[:2] == ("free", "canceled")


async def leaves(customer: Customer) -> None:
    world = customer.world
    opened = await customer.done("POST", "/v1/billing/checkout", {"plan": "pay_as_you_go"})
    world.fake.complete_checkout(opened["url"].rpartition("/")[2])
    await world.fake.deliver_all()
    assert world.account()[:2] == ("pay_as_you_go", "active")
    assert (await customer.search()).is_success
    customer_id = world.customer_id()
    [charged] = world.sql("SELECT sum(searches), sum(vectors) FROM usage_events WHERE plan <> 'free'")
    await customer.done("DELETE", "/v1/auth/account", {"password": PASSWORD}, by=customer.session)
    assert (await customer.search()).status_code == 401
    assert await close_billing(world.jobs, world.stripe) == 0  # what was used last is reported
    world.fake.advance(3_600)
    world.sql("UPDATE billing_closures SET ready_at = now()")
    assert await close_billing(world.jobs, world.stripe) == 1
    subscriptions = world.fake.account.subscriptions.values()
    assert {each["status"] for each in subscriptions if each["customer"] == customer_id} == {"canceled"}
    units = world.fake.account.units(customer_id)
    assert (units["fluxvector_searches"], units["fluxvector_vectors"]) == charged
    await world.fake.deliver_all()
    await world.process()
    assert world.sql("SELECT count(*) FROM accounts WHERE stripe_customer_id = %s", customer_id) == [(0,)]
    assert "account_deleted" in await customer.mail()
