"""Buying, changing and ending a plan, by the API and a fake of Stripe over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.billing.asking import asking_stripe
from shared.billing.calls.sales import Sales
from shared.limits import month_end
from tests.support.api import PUBLIC_URL
from tests.support.billing import Billing, billing_with_stripe
from tests.support.database import TestDatabase
from tests.support.stripe_fake.app import KEY
from tests.support.stripe_fake.faults import Fault, Rule


@pytest.fixture
async def world(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Billing]:
    async with billing_with_stripe(database, monkeypatch) as billing:
        yield billing


async def test_a_plan_is_bought_and_the_account_has_it_when_stripe_says_so(world: Billing) -> None:
    session_id = await world.checkout("pro")
    session = world.fake.account.checkout.retrieve(session_id)
    assert world.account() == ("free", None, False)
    [(account_id,)] = world.sql("SELECT account_id FROM accounts WHERE account_no = %s", world.tenant.account_no)
    assert session["client_reference_id"] == account_id
    assert session["customer"] == world.customer_id()
    assert (session["automatic_tax"]["enabled"], session["tax_id_collection"]["enabled"]) == (True, True)
    assert world.fake.account.customers[session["customer"]]["email"] == world.tenant.email
    world.fake.complete_checkout(session_id)
    await world.fake.deliver_all()
    assert world.account() == ("pro", "active", False)
    billing = await world.billing()
    assert (billing["plan"], billing["subscription_status"], billing["cancels_at"]) == ("pro", "active", None)
    assert (billing["spent"], billing["next_invoice_estimate"], billing["spending_cap"]) == ("20.00", "20.00", None)
    # The first days are prorated: less than the whole fee, and told in a receipt.
    [receipt] = world.mails("receipt")
    assert 0 < float(receipt["amount"]) <= 20
    assert receipt["currency"] == "USD"
    assert all(processed and object_id is None for _, object_id, processed in world.inbox())


async def test_the_subscription_is_anchored_to_the_first_of_the_month(world: Billing) -> None:
    subscription = world.fake.account.subscriptions[await world.subscribe("pro")]
    anchor = datetime.fromtimestamp(subscription["billing_cycle_anchor"], UTC)
    assert anchor == month_end()
    kinds = [item["price"]["recurring"]["usage_type"] for item in subscription["items"]["data"]]
    assert sorted(kinds) == ["licensed", *["metered"] * 4]


async def test_pay_as_you_go_has_no_fee(world: Billing) -> None:
    subscription = world.fake.account.subscriptions[await world.subscribe("pay_as_you_go")]
    assert len(subscription["items"]["data"]) == 4
    assert world.account() == ("pay_as_you_go", "active", False)
    assert (await world.billing())["spent"] == "0.00"
    assert world.mails("receipt") == []


async def test_two_checkouts_at_once_make_one_customer_and_leave_one_page(world: Billing) -> None:
    sessions = await asyncio.gather(*(world.checkout("pro") for _ in range(4)))
    assert len(set(sessions)) == 4
    assert len(world.fake.account.customers) == 1
    await world.checkout("scale")
    states = [each["status"] for each in world.fake.account.books.tables["checkout.session"].values()]
    assert states == ["expired"] * 4 + ["open"]


async def test_who_pays_on_two_pages_has_one_subscription_and_no_use_is_charged_twice(
    world: Billing, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def expire_nothing(self: Sales, customer_id: str, *, idempotency_key: str) -> None:
        """As where both look before either page is open."""

    monkeypatch.setattr(Sales, "expire_checkouts", expire_nothing)
    sessions = [await world.checkout("pro"), await world.checkout("scale")]
    bought = [str(world.fake.complete_checkout(each)["subscription"]) for each in sessions]
    await world.fake.deliver_all(shuffled_by=1)
    assert [world.fake.account.subscriptions[each]["status"] for each in bought] == ["canceled", "active"]
    assert world.account() == ("scale", "active", False)
    assert '"billing_second_subscription"' in capsys.readouterr().out


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", [429, 500, "silence"])
async def test_a_customer_that_was_made_without_an_answer_is_found_again(
    world: Billing, monkeypatch: pytest.MonkeyPatch, what: object, when: object
) -> None:
    inner = asking_stripe.__wrapped__  # type: ignore[attr-defined]  # what the decorator wraps has the default
    monkeypatch.setattr(inner, "__kwdefaults__", {"timeout_s": 0.3})
    world.fake.faults.rules.append(Rule(Fault(what, when), "/v1/customers", "POST"))  # type: ignore[arg-type]
    answer = await world.api.post("/v1/billing/checkout", {"plan": "pro"}, key=world.tenant.key)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    if what == 500 and when == "before":
        # Stripe repeats its own error for a day under that key: an hour later it is another.
        world.fake._kept.clear()
    await world.checkout("pro")
    assert len(world.fake.account.customers) == 1


async def test_who_has_a_subscription_changes_it_instead(world: Billing) -> None:
    await world.subscribe("pro")
    answer = await world.api.post("/v1/billing/checkout", {"plan": "scale"}, key=world.tenant.key)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_another_plan_takes_the_place_of_the_first_at_once(world: Billing) -> None:
    subscription_id = await world.subscribe("pro")
    assert (await world.patch(plan="scale"))["plan"] == "scale"
    assert world.account() == ("scale", "active", False)
    items = world.fake.account.subscriptions[subscription_id]["items"]["data"]
    assert {item["price"]["product"] for item in items} == {"fluxvector_scale"}
    assert len(items) == 5
    # To a plan without a fee and back: the fee's item goes and comes.
    assert (await world.patch(plan="pay_as_you_go"))["plan"] == "pay_as_you_go"
    assert len(world.fake.account.subscriptions[subscription_id]["items"]["data"]) == 4
    assert (await world.patch(plan="pro"))["plan"] == "pro"
    assert len(world.fake.account.subscriptions[subscription_id]["items"]["data"]) == 5
    await world.fake.deliver_all()
    assert world.account() == ("pro", "active", False)


async def test_a_subscription_ends_with_its_month_unless_it_is_wanted_again(world: Billing) -> None:
    subscription_id = await world.subscribe("pro")
    ending = await world.patch(plan="free")
    assert (ending["plan"], ending["cancels_at"]) == ("pro", ending["period_end"])
    assert (await world.patch(cancel_at_period_end=False))["cancels_at"] is None
    assert (await world.patch(cancel_at_period_end=True))["cancels_at"] is not None
    assert (await world.patch(plan="pro"))["cancels_at"] is None
    await world.patch(plan="free")
    world.fake.account.advance_past_period(subscription_id)
    await world.fake.deliver_all()
    assert world.account() == ("free", "canceled", False)
    # And may begin again, in the month that our own clock is in.
    world.fake.account.books.ahead_s = 0.0
    await world.subscribe("scale")
    assert world.account() == ("scale", "active", False)


async def test_the_cap_is_money_of_any_form_and_can_be_lifted(world: Billing) -> None:
    for given, told in (("100.00", "100.00"), (0, "0.00"), (12.1, "12.10"), ("0.000000001", "0.000000001")):
        assert (await world.patch(spending_cap=given))["spending_cap"] == told
    assert (await world.billing())["spending_cap"] == "0.000000001"
    assert (await world.patch(spending_cap=None))["spending_cap"] is None
    wrongs: tuple[Any, ...] = ("ten", "-1", -1, "NaN", "Infinity", "1e12", "0.0000000001", "", True, [], "9" * 5_000)
    for wrong in wrongs:
        answer = await world.api.patch("/v1/billing", {"spending_cap": wrong}, key=world.tenant.key)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), wrong


async def test_what_changes_nothing_or_contradicts_itself_is_refused(world: Billing) -> None:
    bodies: tuple[dict[str, Any], ...] = ({}, {"plan": "free", "cancel_at_period_end": False}, {"plan": "gold"})
    for body in bodies:
        answer = await world.api.patch("/v1/billing", body, key=world.tenant.key)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    bodies = ({"plan": "pro"}, {"cancel_at_period_end": True})
    for body in bodies:
        answer = await world.api.patch("/v1/billing", body, key=world.tenant.key)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_the_estimate_adds_what_is_stored_until_the_month_ends(world: Billing) -> None:
    await world.subscribe("pay_as_you_go")
    world.sql(
        "INSERT INTO collections (account_no, env, name, dimension, metric) VALUES (%s, 'live', 'c', 3, 'cosine')",
        world.tenant.account_no,
    )
    world.sql(
        "INSERT INTO collection_counts (account_no, collection_no, slot, stored)"
        " SELECT account_no, collection_no, 0, 1000000 FROM collections"
    )
    world.sql(
        "INSERT INTO usage_hours (account_no, hour, env, plan, is_charged, searches, vector_hours)"
        " VALUES (%s, date_trunc('hour', now()), 'live', 'pay_as_you_go', true, 4000, 1000000)",
        world.tenant.account_no,
    )
    now = datetime.now(UTC)
    billing = await world.billing()
    assert billing["spent"] == "0.012"  # 4,000 searches at 2,500 n$, and 1,000,000 vectors for an hour at 2 n$
    hours = int((month_end(now) - now).total_seconds() // 3_600)
    assert float(billing["next_invoice_estimate"]) == pytest.approx(0.012 + hours * 0.002, abs=0.002)


async def test_without_stripe_the_overview_lacks_only_what_stripe_would_add(world: Billing) -> None:
    await world.subscribe("pro")
    await world.patch(plan="free")
    world.fake.faults.always = Fault(500)
    billing = await world.billing()
    assert (billing["plan"], billing["cancels_at"]) == ("pro", None)
    assert "does not answer" in billing["warning"]


async def test_the_portal_is_a_page_of_stripes_for_who_is_its_customer(world: Billing) -> None:
    answer = await world.api.post("/v1/billing/portal", {}, key=world.tenant.key)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    await world.checkout()
    answer = await world.api.post("/v1/billing/portal", {}, key=world.tenant.key)
    assert answer.json()["url"].startswith(f"{world.fake.url}/p/session/")
    [session] = world.fake.account.books.tables["billing_portal.session"].values()
    assert (session["customer"], session["return_url"]) == (world.customer_id(), f"{PUBLIC_URL}/console")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        f"{PUBLIC_URL}.evil.example/",
        f"{PUBLIC_URL}@evil.example/",
        "javascript:alert(1)",
        "//x",
    ],
)
async def test_a_page_leads_back_to_this_service_only(world: Billing, url: str) -> None:
    for field in ("success_url", "cancel_url"):
        answer = await world.api.post("/v1/billing/checkout", {"plan": "pro", field: url}, key=world.tenant.key)
        assert (answer.status_code, answer.json()["details"][0]["field"]) == (422, field)
    good = {"plan": "pro", "success_url": f"{PUBLIC_URL}/paid?session={{CHECKOUT_SESSION_ID}}"}
    answer = await world.api.post("/v1/billing/checkout", good, key=world.tenant.key)
    assert answer.status_code == 200, answer.text


async def test_test_keys_and_small_keys_buy_nothing(world: Billing) -> None:
    test = await world.api.new_key(env="test")
    reader = await world.api.new_key("read", "write")
    calls: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("post", "checkout", {"plan": "pro"}),
        ("post", "portal", {}),
        ("patch", "", {"spending_cap": 1}),
    )
    for key in (test, reader):
        for method, path, body in calls:
            answer = await getattr(world.api, method)(f"/v1/billing/{path}".rstrip("/"), body, key=key)
            assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert world.fake.account.customers == {}


async def test_where_nobody_pays_that_is_said(world: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.config import settings

    monkeypatch.setenv("FLUXVECTOR_STRIPE_API_KEY", "")
    settings.cache_clear()
    for path in ("checkout", "portal"):
        body = {"plan": "pro"} if path == "checkout" else {}
        answer = await world.api.post(f"/v1/billing/{path}", body, key=world.tenant.key)
        assert (answer.status_code, answer.json()["code"]) == (501, "not_implemented")
    assert (await world.billing())["plan"] == "free"
    assert (await world.patch(spending_cap="5"))["spending_cap"] == "5.00"


async def test_an_account_that_is_not_set_up_at_stripe_is_our_fault(
    world: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    world.fake.account.books.tables["price"].clear()
    answer = await world.api.post("/v1/billing/checkout", {"plan": "pro"}, key=world.tenant.key)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    out = capsys.readouterr().out
    assert "plans_not_set_up" in out
    assert world.tenant.email not in out
    assert KEY not in out
