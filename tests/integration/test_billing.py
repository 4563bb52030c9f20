"""Buying, changing and ending a plan, by the API and a fake of Stripe over HTTP."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from shared.billing.asking import asking_stripe
from shared.billing.calls.sales import Sales
from shared.billing.client import MeterEvent
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
    async def expire_nothing(self: Sales, customer_id: str, **more: Any) -> None:
        """As where both look before either page is open."""

    monkeypatch.setattr(Sales, "expire_checkouts", expire_nothing)
    sessions = [await world.checkout("pro"), await world.checkout("scale")]
    bought = [str(world.fake.complete_checkout(sessions[0])["subscription"])]
    await world.fake.deliver_all()
    now = int(world.fake.now())
    event = MeterEvent("fluxvector_searches", world.customer_id(), 5_000_000, now, "used under the first")
    await world.stripe.send_meter_event(event, idempotency_key="x")
    world.fake.advance(3_600)
    bought.append(str(world.fake.complete_checkout(sessions[1])["subscription"]))
    await world.fake.deliver_all(shuffled_by=1)
    assert [world.fake.account.subscriptions[each]["status"] for each in bought] == ["canceled", "active"]
    assert world.account() == ("scale", "active", False)
    assert '"billing_second_subscription"' in capsys.readouterr().out
    assert world.fake.account.invoiced(world.customer_id()) == {"fluxvector_searches": 5_000_000}


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


def told(billing: dict[str, Any]) -> tuple[Any, ...]:
    """What of an answer is about plans."""
    return tuple(billing[name] for name in ("plan", "next_plan", "changes_at", "cancels_at"))


async def use(world: Billing, searches: int) -> None:
    """Has Stripe count searches of this moment."""
    event = MeterEvent("fluxvector_searches", world.customer_id(), searches, int(world.fake.now()), uuid4().hex)
    await world.stripe.send_meter_event(event, idempotency_key=uuid4().hex)
    world.fake.advance(3_600)


async def test_another_plan_begins_with_the_next_month(world: Billing) -> None:
    """To a plan with a higher fee, and to one without; nothing is prorated and nothing invoiced before."""
    subscription_id = await world.subscribe("pro")
    end = (await world.billing())["period_end"]
    invoices = len(world.fake.account.invoices)
    for plan in ("scale", "pay_as_you_go"):
        assert told(await world.patch(plan=plan)) == (world.account()[0], plan, end, None)
        assert told(await world.billing()) == (world.account()[0], plan, end, None)
        await world.fake.deliver_all()
        assert world.account() == ("pro", "active", False)
        assert len(world.fake.account.invoices) == invoices
        subscription = world.fake.account.subscriptions[subscription_id]
        assert {each["price"]["product"] for each in subscription["items"]["data"]} == {"fluxvector_pro"}
    world.fake.account.advance_past_period(subscription_id)
    await world.fake.deliver_all()
    assert world.account() == ("pay_as_you_go", "active", False)
    assert told(await world.billing()) == ("pay_as_you_go", None, None, None)
    subscription = world.fake.account.subscriptions[subscription_id]
    assert {each["price"]["product"] for each in subscription["items"]["data"]} == {"fluxvector_pay_as_you_go"}
    assert len(subscription["items"]["data"]) == 4
    assert subscription["metadata"]["fluxvector_account_id"]


@pytest.mark.parametrize(
    ("first", "then", "cents"),
    [("pay_as_you_go", "scale", 12_500 + 20_000), ("scale", "pay_as_you_go", 0), ("pro", "scale", 11_500 + 20_000)],
)
async def test_a_month_is_billed_by_the_plan_that_it_began_with(
    world: Billing, first: str, then: str, cents: int
) -> None:
    """50 M searches, and another plan ten minutes before the month ends: it neither pays for them nor includes them."""
    subscription_id = await world.subscribe(first)
    await use(world, 50_000_000)
    items = world.fake.account.subscriptions[subscription_id]["items"]["data"]
    world.fake.advance(items[0]["current_period_end"] - world.fake.now() - 600)
    assert (await world.patch(plan=then))["next_plan"] == then
    world.fake.account.advance_past_period(subscription_id)
    await world.fake.deliver_all()
    last = world.fake.account.invoices[world.fake.account.subscriptions[subscription_id]["latest_invoice"]]
    assert (last["billing_reason"], last["total"]) == ("subscription_cycle", cents)
    assert world.account()[0] == then
    # And the next change goes from there.
    assert (await world.patch(plan=first))["next_plan"] == first
    assert (await world.patch(plan=then))["next_plan"] is None


async def test_a_change_is_taken_back_by_the_present_plan_by_an_end_or_by_another(world: Billing) -> None:
    subscription_id = await world.subscribe("pro")
    end = (await world.billing())["period_end"]

    def schedule() -> Any:
        return world.fake.account.subscriptions[subscription_id]["schedule"]

    await world.patch(plan="scale")
    assert told(await world.patch(plan="pro")) == ("pro", None, None, None)
    assert schedule() is None
    await world.patch(plan="scale")
    assert told(await world.patch(cancel_at_period_end=False)) == ("pro", "scale", end, None)
    assert told(await world.patch(cancel_at_period_end=True)) == ("pro", None, None, end)
    assert schedule() is None
    assert told(await world.patch(plan="scale")) == ("pro", "scale", end, None)
    assert told(await world.patch(plan="free")) == ("pro", None, None, end)
    assert told(await world.patch(plan="pro")) == ("pro", None, None, None)
    world.fake.account.advance_past_period(subscription_id)
    await world.fake.deliver_all()
    assert world.account() == ("pro", "active", False)


WISHES: tuple[dict[str, Any], ...] = (
    {"plan": "scale"},
    {"plan": "pay_as_you_go"},
    {"plan": "pro"},
    {"plan": "free"},
    {"cancel_at_period_end": True},
)


@pytest.mark.parametrize("seed", range(12))
async def test_changes_at_once_end_in_one_of_them(world: Billing, seed: int) -> None:
    """Whatever was before, and whether Stripe answers at once or not; who did not prevail is told so, or was first."""
    draw = random.Random(seed)
    subscription_id = await world.subscribe("pro")
    for _ in range(3):
        await world.patch(**draw.choice(WISHES))
        wishes = draw.sample(WISHES, 2)
        calls = [world.api.patch("/v1/billing", wish, key=world.tenant.key) for wish in wishes]
        answers = await asyncio.gather(*calls)
        assert {each.status_code for each in answers} <= {200, 409}
        granted = [wish for wish, each in zip(wishes, answers, strict=True) if each.status_code == 200]
        assert granted
        billing = await world.billing()
        ends = [{"plan": "free"}, {"cancel_at_period_end": True}]
        if billing["cancels_at"] is not None:
            assert billing["next_plan"] is None
            assert any(wish in ends for wish in granted)
        else:
            assert {"plan": billing["next_plan"] or "pro"} in granted
        items = world.fake.account.subscriptions[subscription_id]["items"]["data"]
        assert len(items) == len({each["price"]["id"] for each in items}) == 5


@pytest.mark.parametrize("how", ["portal", "page"])
async def test_an_end_that_was_chosen_in_the_portal_is_told_and_taken_back(world: Billing, how: str) -> None:
    """Stripe's portal sets a time of its own, which the other parameter does not clear."""
    subscription_id = await world.subscribe("pro")
    end = (await world.billing())["period_end"]
    for back in ({"cancel_at_period_end": False}, {"plan": "pro"}, {"plan": "scale"}):
        subscription = world.fake.account.subscriptions[subscription_id]
        world.fake.account.subscription_book.update(
            subscription_id, cancel_at=subscription["items"]["data"][0]["current_period_end"]
        ) if how == "portal" else await world.patch(cancel_at_period_end=True)
        assert told(await world.billing()) == ("pro", None, None, end)
        assert (await world.patch(**back))["cancels_at"] is None
        assert subscription["cancel_at"] is None
        assert not subscription["cancel_at_period_end"]


async def test_items_of_two_plans_are_an_alarm(world: Billing, capsys: pytest.CaptureFixture[str]) -> None:
    subscription_id = await world.subscribe("pro")
    prices = world.fake.account.books.tables["price"].values()
    [base] = [each["id"] for each in prices if each["lookup_key"] == "fluxvector_scale_base"]
    world.fake.account.subscription_book.update(subscription_id, items=[{"price": base, "quantity": 1}])
    await world.fake.deliver_all()
    assert '"billing_mixed_plans"' in capsys.readouterr().out


async def test_checkouts_at_once_are_never_our_fault_and_leave_one_page(world: Billing) -> None:
    await world.checkout("pro")
    for _ in range(3):
        body = {"plan": "pay_as_you_go"}
        calls = [world.api.post("/v1/billing/checkout", body, key=world.tenant.key) for _ in range(6)]
        assert {each.status_code for each in await asyncio.gather(*calls)} == {200}
        states = [each["status"] for each in world.fake.account.books.tables["checkout.session"].values()]
        assert states.count("open") == 1


async def test_a_page_that_was_paid_a_moment_ago_is_no_fault(world: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was open when it was looked for, and is paid when it is to be closed."""
    session_id = await world.checkout("pro")
    expire = world.fake.account.checkout.expire

    def paid_first(id_: str) -> Any:
        if id_ == session_id:
            world.fake.complete_checkout(session_id)
        return expire(id_)

    monkeypatch.setattr(world.fake.account.checkout, "expire", paid_first)
    answer = await world.api.post("/v1/billing/checkout", {"plan": "scale"}, key=world.tenant.key)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert [each["status"] for each in world.fake.account.subscriptions.values()] == ["active"]


async def test_who_owes_something_pays_it_first(world: Billing) -> None:
    subscription_id = await world.subscribe("pro")
    await world.patch(cancel_at_period_end=True)
    await use(world, 10_000_000)
    world.fake.account.fail_payments(world.customer_id())
    world.fake.account.advance_past_period(subscription_id)
    await world.fake.deliver_all()
    assert world.account()[0] == "free"
    world.fake.account.books.ahead_s = 0.0
    answer = await world.api.post("/v1/billing/checkout", {"plan": "pay_as_you_go"}, key=world.tenant.key)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "portal" in answer.json()["error"]
    world.fake.account.retry_payments(world.customer_id())
    await world.checkout("pay_as_you_go")


async def test_a_customer_that_was_deleted_at_stripe_is_forgotten_and_made_anew(world: Billing) -> None:
    await world.subscribe("pro")
    first = world.customer_id()
    world.fake.account.delete_customer(first)
    for path, body in (("portal", {}), ("", {"plan": "scale"})):
        call = world.api.post if path else world.api.patch
        answer = await call(f"/v1/billing/{path}".rstrip("/"), body, key=world.tenant.key)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    await world.fake.deliver_all()
    assert world.account()[0] == "free"
    assert world.customer_id() == "None"
    await world.subscribe("scale")
    assert world.customer_id() not in (first, "None")
    assert world.account() == ("scale", "active", False)


async def test_a_customer_that_reports_name_is_kept_until_they_have_left(world: Billing) -> None:
    await world.subscribe("pro")
    first = world.customer_id()
    world.sql(
        "INSERT INTO usage_hours (account_no, hour, env, plan, is_charged, searches)"
        " VALUES (%s, date_trunc('hour', now()), 'live', 'pro', true, 7)",
        world.tenant.account_no,
    )
    world.fake.account.delete_customer(first)
    await world.fake.deliver_all()
    assert (world.account()[0], world.customer_id()) == ("free", first)
    answer = await world.api.post("/v1/billing/checkout", {"plan": "pro"}, key=world.tenant.key)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    world.sql("UPDATE usage_hours SET is_reported = true")
    await world.process()
    assert world.customer_id() == "None"
    await world.checkout("pro")


async def test_the_cap_alone_does_not_wait_for_stripe(world: Billing) -> None:
    await world.subscribe("pro")
    count = len(world.fake.requests)
    billing = await world.patch(spending_cap="5")
    assert (billing["spending_cap"], billing["plan"], billing["cancels_at"]) == ("5.00", "pro", None)
    assert "was not asked" in billing["warning"]
    assert len(world.fake.requests) == count


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
    wrongs = (*wrongs, "1_000", "\uff11\uff10", "\u0661", " 1", "1 ", "1\n", "1e400", "0x10", "+1", ".5", "5.")
    for wrong in wrongs:
        answer = await world.api.patch("/v1/billing", {"spending_cap": wrong}, key=world.tenant.key)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), wrong


async def test_what_changes_nothing_or_contradicts_itself_is_refused(world: Billing) -> None:
    bodies: tuple[dict[str, Any], ...] = (
        {},
        {"plan": "free", "cancel_at_period_end": False},
        {"plan": "pro", "cancel_at_period_end": True},
        {"plan": "gold"},
    )
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
