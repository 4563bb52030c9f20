"""The fake as callers and persons meet it: calls by the package's client, faults, objects' shapes, controls, pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from shared.billing.transport import Transport
from tests.support.stripe_fake.app import FORM, KEY, StripeFake
from tests.support.stripe_fake.faults import Chance, Fault, Rule
from tests.support.stripe_fake.rights import PATHS
from tests.support.stripe_fake.server import stripe_fake
from tests.support.stripe_fake.shapes import FIXTURES
from tests.support.stripe_fake.state import Store

URLS = {"success_url": "https://example.com/done?s={CHECKOUT_SESSION_ID}", "cancel_url": "https://example.com/back"}


@dataclass(slots=True)
class Caller:
    """Calls a fake by the package's client."""

    fake: StripeFake
    client: stripe.StripeClient
    pages: httpx.AsyncClient
    keys: count[int] = field(default_factory=count)

    async def call(self, method: str, path: str, *, key: str | None = None, **params: Any) -> dict[str, Any]:
        """The answer as JSON. A parameter named like one of the client's own is written with a _ behind it."""
        params = {name.rstrip("_"): value for name, value in params.items()}
        options = {} if method == "get" else {"idempotency_key": key or f"key-{next(self.keys)}"}
        response = await self.client.raw_request_async(method, path, **params, **options)
        found: dict[str, Any] = response.data
        return found

    async def post(self, path: str, /, **fields: Any) -> Any:
        response = await self.pages.post(path, data=fields)
        return response.json()


@pytest.fixture
async def caller(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Caller]:
    monkeypatch.setattr(stripe, "enable_telemetry", False)
    transport = Transport(timeout_s=5.0, connections=2)
    async with stripe_fake() as fake:
        client = stripe.StripeClient(
            KEY, base_addresses={"api": fake.url}, max_network_retries=0, http_client=transport
        )
        async with httpx.AsyncClient(base_url=fake.url) as pages:
            yield Caller(fake, client, pages)
        await transport.close_async()


@dataclass(slots=True)
class Goods:
    """A customer, and prices to sell."""

    customer: str
    meter: str
    fee: str
    metered: str


@pytest.fixture
def goods(caller: Caller) -> Goods:
    account = caller.fake.account
    meter = account.add_meter("searches")
    tiers: list[dict[str, Any]] = [{"up_to": 10, "unit_amount": 0}, {"up_to": "inf", "unit_amount": 1}]
    customer = account.add_customer(email="somebody@example.com")
    return Goods(customer, meter, account.add_price(unit_amount=900), account.add_price(meter, tiers=tiers))


def order(goods: Goods, **params: Any) -> dict[str, Any]:
    """The parameters of a checkout."""
    items = [{"price": goods.fee, "quantity": 1}, {"price": goods.metered}]
    return {"mode": "subscription", "customer": goods.customer, "line_items": items, **URLS} | params


# Objects


async def test_objects_have_the_fields_of_stripes_fixtures(caller: Caller, goods: Goods) -> None:
    session = await caller.call("post", "/v1/checkout/sessions", **order(goods))
    caller.fake.complete_checkout(session["id"])
    features = {"subscription_cancel": {"enabled": True}}
    configuration = await caller.call("post", "/v1/billing_portal/configurations", features=features)
    named = {"customer": goods.customer, "configuration": configuration["id"]}
    await caller.call("post", "/v1/billing_portal/sessions", **named)
    await caller.call("post", "/v1/webhook_endpoints", url="https://example.com/x", enabled_events=["*"])
    tables = caller.fake.account.books.tables
    made = [each for kind in tables for each in tables[kind].values() if kind in FIXTURES]
    assert {each["object"] for each in made} == FIXTURES.keys() - {
        "billing.meter_event",
        "billing.meter_event_summary",
        "deleted_customer",
        "subscription_item",
    }
    for each in made:
        assert FIXTURES[each["object"]].keys() <= each.keys(), each["object"]
    [subscription] = tables["subscription"].values()
    for item in subscription["items"]["data"]:
        assert FIXTURES["subscription_item"].keys() - item.keys() <= {"quantity"}
    [invoice] = tables["invoice"].values()
    line = FIXTURES["invoice"]["lines"]["data"][0]
    assert all(line.keys() == each.keys() for each in invoice["lines"]["data"])


async def test_events_are_listed_by_type_and_time_and_page_by_page(caller: Caller, goods: Goods) -> None:
    session = await caller.call("post", "/v1/checkout/sessions", **order(goods))
    caller.fake.complete_checkout(session["id"])
    types = ["checkout.session.completed", "customer.subscription.created", "invoice.paid"]
    found = []
    cursor: dict[str, str] = {}
    while True:
        page = await caller.call("get", "/v1/events", types=types, limit=1, **cursor)
        found += page["data"]
        if not page["has_more"]:
            break
        cursor = {"starting_after": page["data"][-1]["id"]}
    assert [each["type"] for each in found] == [*types[:1], *types[:0:-1]]
    assert found[0]["data"]["object"]["subscription"] == found[2]["data"]["object"]["id"]
    fetched = await caller.call("get", f"/v1/events/{found[0]['id']}")
    assert fetched == found[0]
    later = int(caller.fake.now()) + 10
    assert (await caller.call("get", "/v1/events", created={"gte": later}))["data"] == []
    assert (await caller.call("get", "/v1/events", type_="price.*"))["data"]
    caller.fake.advance(31 * 86_400)
    assert (await caller.call("get", "/v1/events", types=types[:1]))["data"] == []


async def test_an_event_is_a_snapshot(caller: Caller) -> None:
    customer = await caller.call("post", "/v1/customers", email="a@example.com")
    await caller.call("post", f"/v1/customers/{customer['id']}", email="b@example.com")
    updated, created = (await caller.call("get", "/v1/events"))["data"]
    assert created["data"]["object"]["email"] == "a@example.com"
    assert updated["data"]["object"]["email"] == "b@example.com"
    assert updated["data"]["previous_attributes"] == {"email": "a@example.com"}


async def test_tiers_are_told_to_who_expands_them(caller: Caller, goods: Goods) -> None:
    plain = await caller.call("get", f"/v1/prices/{goods.metered}")
    assert "tiers" not in plain
    page = await caller.call("get", "/v1/prices", expand=["data.tiers", "data.product"])
    [price] = [each for each in page["data"] if each["id"] == goods.metered]
    assert [tier["up_to"] for tier in price["tiers"]] == [10, None]
    assert price["product"]["object"] == "product"
    for path in ("no", "data.no", "data.product.default_price.product.more"):
        with pytest.raises(stripe.InvalidRequestError, match="expand"):
            await caller.call("get", "/v1/prices", expand=[path])


async def test_a_lookup_key_moves_only_where_that_is_asked_for(caller: Caller, goods: Goods) -> None:
    fields = {"currency": "usd", "product": (await caller.call("get", f"/v1/prices/{goods.fee}"))["product"]}
    fields |= {"unit_amount": 5, "recurring": {"interval": "month"}, "lookup_key": "fee"}
    first = await caller.call("post", "/v1/prices", **fields)
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        await caller.call("post", "/v1/prices", **fields)
    second = await caller.call("post", "/v1/prices", **fields, transfer_lookup_key=True)
    found = await caller.call("get", "/v1/prices", lookup_keys=["fee"])
    assert [each["id"] for each in found["data"]] == [second["id"]]
    assert (await caller.call("get", f"/v1/prices/{first['id']}"))["lookup_key"] is None


async def test_summaries_lag_and_come_by_the_hour(caller: Caller, goods: Goods) -> None:
    hour = int(caller.fake.now()) // 3_600 * 3_600
    caller.fake.account.counts_after_s = 600
    for at, value in ((hour - 7_200, 5), (hour - 3_600, 7), (hour - 1, 11)):
        payload = {"stripe_customer_id": goods.customer, "value": str(value)}
        await caller.call("post", "/v1/billing/meter_events", event_name="searches", payload=payload, timestamp=at)
    asked: dict[str, Any] = {
        "customer": goods.customer,
        "start_time": hour - 7_200,
        "end_time": hour,
        "value_grouping_window": "hour",
    }
    path = f"/v1/billing/meters/{goods.meter}/event_summaries"
    assert (await caller.call("get", path, **asked))["data"] == []
    caller.fake.advance(601)
    found = (await caller.call("get", path, **asked))["data"]
    assert [(each["start_time"], each["aggregated_value"]) for each in found] == [(hour - 3_600, 18), (hour - 7_200, 5)]
    assert caller.fake.meter_total("searches", goods.customer) == 23
    with pytest.raises(stripe.InvalidRequestError, match="aligned with hour boundaries"):
        await caller.call("get", path, **asked | {"start_time": hour - 60})


async def test_an_event_destination_tells_its_secret_once(caller: Caller) -> None:
    fields: dict[str, Any] = {
        "name": "meters",
        "type": "webhook_endpoint",
        "event_payload": "thin",
        "enabled_events": ["*"],
    }
    fields |= {"webhook_endpoint": {"url": "https://example.com/x"}}
    secret = ["webhook_endpoint.signing_secret"]
    made = await caller.call("post", "/v2/core/event_destinations", **fields, include=secret)
    assert made["webhook_endpoint"]["signing_secret"].startswith("whsec_")
    listed = await caller.call("get", "/v2/core/event_destinations", include=["webhook_endpoint.url"])
    [found] = listed["data"]
    assert found["webhook_endpoint"] == {"signing_secret": None, "url": "https://example.com/x"}
    for wrong in ({"name": {"a": "b"}}, {"no_such": 1}, {"event_payload": "thick"}):
        with pytest.raises(stripe.StripeError):
            await caller.call("post", "/v2/core/event_destinations", **fields | wrong)


# Checkout


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"mode": "payment"}, "mode"),
        ({"success_url": "done"}, "Not a valid URL"),
        ({"customer": "cus_nobody"}, "No such customer"),
        ({"customer_email": "a@example.com"}, "only specify one of these"),
        ({"line_items": []}, "line_items"),
        ({"tax_id_collection": {"enabled": True}}, "Tax ID collection requires"),
        ({"automatic_tax": {"enabled": True}}, "Automatic tax calculation in Checkout requires"),
        ({"expires_at": 1}, "between 30 minutes and 24 hours"),
        ({"subscription_data": {"billing_cycle_anchor": 1}}, "must be in the future"),
        ({"subscription_data": {"billing_cycle_anchor": 9_000_000_000}}, "cannot be later than next"),
        ({"subscription_data": {"trial_period_days": 3}}, "does nothing with"),
        ({"subscription_data": {"proration_behavior": "always"}}, "must be one of"),
    ],
)
async def test_a_checkout_is_refused_as_stripe_does(
    caller: Caller, goods: Goods, params: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=sentence):
        await caller.call("post", "/v1/checkout/sessions", **order(goods, **params))


async def test_a_metered_price_has_no_quantity_and_another_one_needs_it(caller: Caller, goods: Goods) -> None:
    for item, sentence in (
        ({"price": goods.metered, "quantity": 1}, "Remove quantity from"),
        ({"price": goods.fee}, "Quantity is required"),
        ({"price": goods.fee, "quantity": 0}, "greater than or equal to 1"),
    ):
        with pytest.raises(stripe.InvalidRequestError, match=sentence):
            await caller.call("post", "/v1/checkout/sessions", **order(goods, line_items=[item]))
    await caller.call("post", f"/v1/prices/{goods.fee}", active=False)
    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        await caller.call("post", "/v1/checkout/sessions", **order(goods))


async def test_a_first_period_up_to_an_anchor_costs_its_share(caller: Caller, goods: Goods) -> None:
    now = int(caller.fake.now())
    data = {"billing_cycle_anchor": now + 86_400, "metadata": {"account": "one"}}
    session = await caller.call("post", "/v1/checkout/sessions", **order(goods, subscription_data=data))
    caller.fake.complete_checkout(session["id"])
    found = await caller.call(
        "get", f"/v1/checkout/sessions/{session['id']}", expand=["subscription.latest_invoice", "line_items"]
    )
    subscription = found["subscription"]
    assert subscription["metadata"] == {"account": "one"}
    assert subscription["items"]["data"][0]["current_period_end"] == now + 86_400
    assert 900 // 31 <= found["amount_total"] == subscription["latest_invoice"]["amount_paid"] <= 900 // 28 + 1
    assert len(found["line_items"]["data"]) == 2
    with pytest.raises(stripe.InvalidRequestError, match="Only Checkout Sessions with a status"):
        await caller.call("post", f"/v1/checkout/sessions/{session['id']}/expire")


async def test_a_checkout_ends_by_itself(caller: Caller, goods: Goods) -> None:
    session = await caller.call("post", "/v1/checkout/sessions", **order(goods))
    caller.fake.advance(86_400)
    assert (await caller.call("get", f"/v1/checkout/sessions/{session['id']}"))["status"] == "expired"
    assert (await caller.pages.post(f"/c/pay/{session['id']}", data={"how": "pays"})).status_code == 400


async def test_open_sessions_of_a_customer_are_listed_and_expired_once(caller: Caller, goods: Goods) -> None:
    other = caller.fake.account.add_customer(email="other@example.com")
    sessions = [await caller.call("post", "/v1/checkout/sessions", **order(goods)) for _ in range(3)]
    await caller.call("post", "/v1/checkout/sessions", **order(goods, customer=other))
    caller.fake.complete_checkout(sessions[0]["id"])
    expired = await caller.call("post", f"/v1/checkout/sessions/{sessions[1]['id']}/expire")
    assert (expired["status"], expired["url"]) == ("expired", None)
    asked = {"customer": goods.customer, "status": "open"}
    found = await caller.call("get", "/v1/checkout/sessions", **asked)
    assert [each["id"] for each in found["data"]] == [sessions[2]["id"]]
    for session, status in ((sessions[0], "complete"), (sessions[1], "expired")):
        with pytest.raises(stripe.InvalidRequestError, match=f"has a status of `{status}`") as refusal:
            await caller.call("post", f"/v1/checkout/sessions/{session['id']}/expire")
        assert refusal.value.http_status == 400


async def test_open_invoices_of_a_customer_are_listed(caller: Caller, goods: Goods) -> None:
    subscription = caller.fake.account.add_subscription(goods.customer, prices=[goods.fee])
    caller.fake.account.fail_payments(goods.customer)
    caller.fake.account.advance_past_period(subscription)
    found = await caller.call("get", "/v1/invoices", customer=goods.customer, status="open")
    assert [(each["status"], each["amount_due"]) for each in found["data"]] == [("open", 900)]
    caller.fake.account.retry_payments(goods.customer)
    assert (await caller.call("get", "/v1/invoices", customer=goods.customer, status="open"))["data"] == []


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ({"type": "classic"}, "flexible subscriptions only"),
        ({"type": "other"}, "must be one of"),
        ({"flexible": {"proration_discounts": "included"}}, "Missing required param"),
    ],
)
async def test_a_subscription_is_flexible(caller: Caller, goods: Goods, mode: dict[str, Any], sentence: str) -> None:
    data: dict[str, Any] = {"billing_mode": {"type": "flexible"}}
    session = await caller.call("post", "/v1/checkout/sessions", **order(goods, subscription_data=data))
    made = caller.fake.complete_checkout(session["id"])
    assert caller.fake.account.subscriptions[made["subscription"]]["billing_mode"]["type"] == "flexible"
    data["billing_mode"] = mode
    with pytest.raises(stripe.InvalidRequestError, match=sentence):
        await caller.call("post", "/v1/checkout/sessions", **order(goods, subscription_data=data))


async def test_what_is_only_metered_starts_with_nothing_to_pay(caller: Caller, goods: Goods) -> None:
    items = [{"price": goods.metered}]
    session = await caller.call("post", "/v1/checkout/sessions", **order(goods, line_items=items))
    done = caller.fake.complete_checkout(session["id"])
    assert (done["invoice"], done["amount_total"], done["payment_status"]) == (None, 0, "no_payment_required")
    assert caller.fake.account.invoices == {}


# Schedules


async def test_a_schedule_over_http(caller: Caller, goods: Goods) -> None:
    """The package's own methods: made from a subscription, given a second phase, found by its customer, released."""
    v1 = caller.client.v1
    id_ = caller.fake.account.add_subscription(goods.customer, prices=[goods.fee, goods.metered])
    dearer = caller.fake.account.add_price(unit_amount=2_900)

    def options() -> stripe.RequestOptions:
        return {"idempotency_key": f"key-{next(caller.keys)}"}

    made = await v1.subscription_schedules.create_async({"from_subscription": id_}, options())
    [now] = made.phases
    assert [item.price for item in now.items] == [goods.fee, goods.metered]
    items: list[Any] = [{"price": goods.fee, "quantity": 1}, {"price": goods.metered}]
    phases: list[Any] = [
        {"start_date": now.start_date, "end_date": now.end_date, "items": items},
        {"items": [{"price": dearer}, {"price": goods.metered}], "duration": {"interval": "month"}},
    ]
    changed = await v1.subscription_schedules.update_async(
        made.id, {"phases": phases, "end_behavior": "release"}, options()
    )
    assert changed.phases[1].items[0].price == dearer
    subscription = await v1.subscriptions.retrieve_async(id_, {"expand": ["schedule"]})
    assert isinstance(subscription.schedule, stripe.SubscriptionSchedule)
    assert subscription.schedule.phases[1].start_date == now.end_date
    listed = await v1.subscription_schedules.list_async({"customer": goods.customer})
    assert [each.id for each in listed.data] == [made.id]
    assert (await v1.subscription_schedules.release_async(made.id, None, options())).status == "released"
    assert (await v1.subscriptions.retrieve_async(id_)).schedule is None
    types = [event["type"] for event in (await caller.call("get", "/v1/events", limit=5))["data"]]
    assert types[:2] == ["customer.subscription.updated", "subscription_schedule.released"]
    for wrong in ({"from_subscription": "sub_none"}, {}, {"from_subscription": id_, "metadata": {"a": "b"}}):
        with pytest.raises(stripe.InvalidRequestError):
            await caller.call("post", "/v1/subscription_schedules", **wrong)


# Faults


@pytest.mark.parametrize(
    ("fault", "kind", "customers"),
    [
        (Fault(429), stripe.RateLimitError, 0),
        (Fault(500), stripe.APIError, 0),
        (Fault(500, "after"), stripe.APIError, 1),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
async def test_a_rule_befalls_the_nth_call_of_a_path(
    caller: Caller, fault: Fault, kind: type[stripe.StripeError], customers: int
) -> None:
    caller.fake.faults.rules.append(Rule(fault, "/v1/customers", "POST", nth=2))
    await caller.call("get", "/v1/events")
    await caller.call("post", "/v1/customers")
    with pytest.raises(kind):
        await caller.call("post", "/v1/customers")
    await caller.call("post", "/v1/customers")
    assert len(caller.fake.account.customers) == 2 + customers


async def test_chance_is_drawn_by_its_seed(caller: Caller) -> None:
    outcomes = []
    for _ in range(2):
        caller.fake.faults.chance = Chance(5, 0.5, [Fault(500)])
        for _ in range(20):
            try:
                await caller.call("get", "/v1/customers")
            except stripe.APIError:
                outcomes.append(False)
            else:
                outcomes.append(True)
    assert outcomes[:20] == outcomes[20:]
    assert 5 < sum(outcomes[:20]) < 15


async def test_the_same_key_is_the_same_write(caller: Caller) -> None:
    first = await caller.call("post", "/v1/customers", key="one", name="A")
    assert await caller.call("post", "/v1/customers", key="one", name="A") == first
    with pytest.raises(stripe.IdempotencyError):
        await caller.call("post", "/v1/customers", key="one", name="B")
    assert len(caller.fake.account.customers) == 1
    caller.fake.advance(25 * 3_600)
    await caller.call("post", "/v1/customers", key="one", name="B")
    assert len(caller.fake.account.customers) == 2


async def test_a_restricted_key_may_do_what_it_is_for(caller: Caller) -> None:
    caller.fake.allowed = {"GET /v1/customers"}
    await caller.call("get", "/v1/customers")
    with pytest.raises(stripe.PermissionError):
        await caller.call("post", "/v1/customers")


@pytest.mark.parametrize(
    ("rights", "calls"),
    [
        ("Customers read", {"GET /v1/customers", "GET /v1/customers/{id}"}),
        ("Tax settings read, Billing meter events write", {"GET /v1/tax/settings", "POST /v1/billing/meter_events"}),
    ],
)
async def test_single_rights_are_given_over_http(caller: Caller, rights: str, calls: set[str]) -> None:
    assert set((await caller.post("/_fake/allow", rights=rights))["calls"]) == calls
    with pytest.raises(stripe.PermissionError):
        await caller.call("post", "/v1/customers")
    wrong = await caller.pages.post("/_fake/allow", data={"rights": "Everything write"})
    assert wrong.status_code == 400
    await caller.post("/_fake/allow")
    await caller.call("post", "/v1/customers")


async def test_every_call_is_somebodys_right(caller: Caller) -> None:
    caller.fake.allow(*(f"{name} write" for name in PATHS))
    assert caller.fake.allowed == caller.fake.calls().keys()


async def test_a_key_is_in_use_while_its_first_write_is_under_way(caller: Caller) -> None:
    await caller.post("/_fake/takes", seconds="0.3")
    both = (caller.call("post", "/v1/customers", key="one", name="A") for _ in range(2))
    first, second = await asyncio.gather(*both, return_exceptions=True)
    [refused] = [each for each in (first, second) if isinstance(each, stripe.StripeError)]
    told: Any = refused.json_body
    assert (refused.http_status, told["error"]["code"]) == (409, "idempotency_key_in_use")
    [made] = caller.fake.account.customers.values()
    assert await caller.call("post", "/v1/customers", key="one", name="A") == made


async def test_an_account_that_was_kept_in_another_form_is_not_read(caller: Caller, tmp_path: Path) -> None:
    caller.fake.store = Store(tmp_path / "state")
    caller.fake.account.add_customer(email="kept@example.com")
    caller.fake.save()
    again = StripeFake(store=Store(tmp_path / "state"))
    again.load()
    assert [each["email"] for each in again.account.customers.values()] == ["kept@example.com"]
    others: tuple[Any, ...] = ((caller.fake.account, {}), (FORM - 1, caller.fake.account, {}))
    for other in others:
        Store(tmp_path / "state").save(other)
        fresh = StripeFake(store=Store(tmp_path / "state"))
        fresh.load()
        assert fresh.account.customers == {}


async def test_tax_is_active_until_somebody_says_it_is_not(caller: Caller) -> None:
    assert (await caller.call("get", "/v1/tax/settings"))["status"] == "active"
    await caller.post("/_fake/tax", status="pending")
    found = await caller.call("get", "/v1/tax/settings")
    assert (found["status"], found["status_details"]["pending"]["missing_fields"]) == ("pending", ["head_office"])


# Controls and pages


async def test_a_customer_lives_over_http_only(caller: Caller, goods: Goods) -> None:
    """Pays on the page, uses, renews, fails, pays again and cancels in the portal."""
    session = await caller.call("post", "/v1/checkout/sessions", **order(goods))
    page = await caller.pages.get(f"/c/pay/{session['id']}")
    assert "Due today: 9.00 USD" in page.text
    assert "<script" not in page.text
    paid = await caller.pages.post(f"/c/pay/{session['id']}", data={"how": "pays"})
    assert (paid.status_code, paid.headers["location"]) == (303, f"https://example.com/done?s={session['id']}")
    subscription = (await caller.call("get", f"/v1/checkout/sessions/{session['id']}"))["subscription"]
    payload = {"stripe_customer_id": goods.customer, "value": "110"}
    now = (await caller.pages.get("/_fake/now")).json()["now"]
    await caller.call("post", "/v1/billing/meter_events", event_name="searches", payload=payload, timestamp=int(now))
    asked = {"event_name": "searches", "customer": goods.customer}
    assert (await caller.pages.get("/_fake/meter_total", params=asked)).json() == {"total": 110, "taken": 110}
    await caller.post("/_fake/fail_payments", customer=goods.customer)
    await caller.post("/_fake/advance", subscription=subscription)
    [invoice, _] = (await caller.call("get", "/v1/invoices", subscription=subscription))["data"]
    assert (invoice["status"], invoice["total"]) == ("open", 1_000)
    with pytest.raises(stripe.CardError):
        await caller.call("post", f"/v1/invoices/{invoice['id']}/pay")
    features = {"invoice_history": {"enabled": True}}
    configuration = await caller.call("post", "/v1/billing_portal/configurations", features=features)
    with pytest.raises(stripe.InvalidRequestError, match="No configuration provided"):
        await caller.call("post", "/v1/billing_portal/sessions", customer=goods.customer)
    named = {"customer": goods.customer, "configuration": configuration["id"], "return_url": "https://example.com/"}
    portal = (await caller.call("post", "/v1/billing_portal/sessions", **named))["url"]
    assert "10.00 USD, open" in (await caller.pages.get(portal)).text
    for how in ("cancel", "resume"):
        await caller.pages.post(portal, data={"how": how, "subscription": subscription})
        found = await caller.call("get", f"/v1/subscriptions/{subscription}")
        assert not found["cancel_at_period_end"]
        assert (found["cancel_at"] is not None) == (how == "cancel")
    for how, status in (("card_pays", "active"), ("cancel", "active"), ("month", "canceled")):
        pressed = await caller.pages.post(portal, data={"how": how, "subscription": subscription})
        assert pressed.status_code == 303
        assert (await caller.call("get", f"/v1/subscriptions/{subscription}"))["status"] == status, how
    objects = (await caller.pages.get("/_fake/objects", params={"kind": "invoice"})).json()["data"]
    assert [each["status"] for each in objects] == ["paid"] * 3


async def test_a_card_that_will_fail_pays_once(caller: Caller, goods: Goods) -> None:
    session = await caller.call("post", "/v1/checkout/sessions", **order(goods))
    await caller.post("/_fake/complete", session=session["id"], fails_later="true")
    [subscription] = caller.fake.account.subscriptions
    await caller.post("/_fake/advance", subscription=subscription)
    assert caller.fake.account.subscriptions[subscription]["status"] == "past_due"


async def test_controls_over_http_cause_faults_and_say_what_is_wrong(caller: Caller) -> None:
    await caller.post("/_fake/faults", what="500", path="/v1/customers", times="2")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            await caller.call("get", "/v1/customers")
    await caller.call("get", "/v1/customers")
    wrong = await caller.pages.post("/_fake/faults", data={"what": "lightning"})
    assert wrong.status_code == 400
    assert "error" in wrong.json()
    await caller.post("/_fake/faults", share="1", seed="1")
    await caller.post("/_fake/faults", clear="true")
    await caller.call("get", "/v1/customers")


async def test_times_of_callers_who_stay_are_moved_with_the_clock(caller: Caller, goods: Goods) -> None:
    """A service that lives by this machine's clock can go on after a person advanced the fake's."""
    caller.fake.account.books.callers_stay = True
    real = int(caller.fake.now())
    caller.fake.advance(40 * 86_400)
    data = {"billing_cycle_anchor": real + 86_400}
    session = await caller.call(
        "post", "/v1/checkout/sessions", **order(goods, subscription_data=data, expires_at=real + 7_200)
    )
    caller.fake.complete_checkout(session["id"])
    payload = {"stripe_customer_id": goods.customer, "value": "30"}
    await caller.call("post", "/v1/billing/meter_events", event_name="searches", payload=payload, timestamp=real + 60)
    [subscription] = caller.fake.account.subscriptions
    caller.fake.account.advance_past_period(subscription)
    assert caller.fake.account.invoiced(goods.customer) == {"searches": 30}
