"""The rights that `python -m infra.stripe --help` lists for the service's own key are enough, and each is needed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from infra.stripe import __main__ as command
from shared.billing.closures import close_billing
from shared.billing.meter_reports import report_usage
from tests.support.billing import Billing, billing_with_stripe
from tests.support.database import TestDatabase

# What each right of Stripe's allows, of the calls that the fake knows; who may write may read.
CALLS = {
    "Customers write": ("/v1/customers",),
    "Checkout sessions write": ("/v1/checkout/sessions",),
    "Customer portal write": ("/v1/billing_portal",),
    "Subscriptions write (with their schedules)": ("/v1/subscriptions", "/v1/subscription_schedules"),
    "Prices read": ("GET /v1/prices",),
    "Invoices read": ("GET /v1/invoices",),
    "Events read": ("GET /v1/events", "GET /v2/core/events"),
    "Billing meters read": ("GET /v1/billing/meters",),
    "Billing meter events write": ("POST /v1/billing/meter_events",),
}


def listed() -> list[str]:
    """The rights that the help lists."""
    words = " ".join((command.__doc__ or "").split())
    return words.partition("own restricted key needs: ")[2].partition(", and nothing else")[0].split(", ")


@pytest.fixture
async def world(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Billing]:
    async with billing_with_stripe(database, monkeypatch) as billing:
        yield billing


async def test_the_rights_that_are_listed_suffice_and_each_is_used(world: Billing) -> None:
    assert listed() == list(CALLS)
    allowed = {name for name in world.fake.calls() for each in CALLS.values() if name_is_of(name, each)}
    world.fake.allowed = allowed
    before = len(world.fake.requests)
    await world.subscribe("pro")
    await world.process()
    await world.patch(plan="scale")
    await world.patch(plan="free")
    await world.patch(plan="pro")
    assert (await world.api.post("/v1/billing/portal", {}, key=world.tenant.key)).status_code == 200
    world.sql("UPDATE account_emails SET email = 'other@example.com' WHERE account_no = %s", world.tenant.account_no)
    await world.process()
    world.sql(
        "INSERT INTO usage_hours (account_no, hour, env, plan, is_charged, searches)"
        " VALUES (%s, date_trunc('hour', now()) - interval '4 hours', 'live', 'pro', true, 7)",
        world.tenant.account_no,
    )
    await report_usage(world.jobs, world.stripe)
    customer_id = world.customer_id()
    assert await world.stripe.counted_units("fluxvector_searches", customer_id, start=0, end=60) == 0
    token = await world.api.session(world.tenant.email)
    assert (await world.api.delete("/v1/auth/account", key=token)).status_code == 200
    for _ in range(2):
        world.sql("UPDATE billing_closures SET ready_at = now()")
        await close_billing(world.jobs, world.stripe)
    assert world.sql("SELECT FROM billing_closures") == []
    assert {each["status"] for each in world.fake.account.subscriptions.values()} == {"canceled"}
    used = [f"{each.method} {each.path}" for each in world.fake.requests[before:]]
    for right, calls in CALLS.items():
        assert any(name_is_of(name, calls) for name in used), right


def name_is_of(name: str, calls: tuple[str, ...]) -> bool:
    """Whether a call is one of those that a right allows."""
    return any(name.startswith(each) or name.partition(" ")[2].startswith(each) for each in calls)
