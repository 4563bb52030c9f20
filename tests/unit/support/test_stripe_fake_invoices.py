"""The fake's money and time: tiers, cents, periods, drafts, prorations, payments and their failure."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.stripe_fake.account import Account
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.invoices import DAY_S
from tests.support.stripe_fake.periods import boundary, next_boundary
from tests.support.stripe_fake.pricing import charges

HOUR_S = 3_600
START = datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()

amounts = st.decimals(0, 1000, places=6).map(lambda amount: amount + Decimal(0))
ends = st.lists(st.integers(1, 2_000), min_size=0, max_size=4, unique=True).map(sorted)


@given(ends, st.lists(amounts, min_size=5, max_size=5), st.integers(0, 3_000))
def test_graduated_tiers_price_each_unit_by_the_tier_it_falls_into(
    ups: list[int], prices: list[Decimal], quantity: int
) -> None:
    tiers: list[dict[str, Any]] = [
        {"up_to": up, "unit_amount_decimal": str(price)} for up, price in zip([*ups, None], prices, strict=False)
    ]
    lines = charges({"billing_scheme": "tiered"}, tiers, quantity)
    assert sum(line.quantity for line in lines) == quantity
    exact: dict[Decimal, int] = {}
    for unit in range(1, quantity + 1):
        tier = next(tier for tier in tiers if tier["up_to"] is None or unit <= tier["up_to"])
        price = Decimal(str(tier["unit_amount_decimal"]))
        exact[price] = exact.get(price, 0) + 1
    assert sum(line.quantity * line.unit_amount for line in lines) == sum(price * n for price, n in exact.items())
    for line in lines:
        whole = (line.quantity * line.unit_amount).quantize(Decimal(1), ROUND_HALF_UP)
        assert line.amount == whole
        assert abs(line.amount - line.quantity * line.unit_amount) <= Decimal("0.5")


@pytest.mark.parametrize(("quantity", "cents"), [(0, 0), (1, 0), (499, 0), (500, 1), (1_499, 1), (1_500, 2)])
def test_half_a_cent_goes_up(quantity: int, cents: int) -> None:
    [line] = charges({"billing_scheme": "per_unit", "unit_amount_decimal": "0.001"}, [], quantity)
    assert line.amount == cents


@given(st.integers(0, 4_000_000_000), st.sampled_from(["day", "week", "month", "year"]), st.integers(0, 60))
def test_a_boundary_is_the_first_after_a_moment(anchor: int, interval: str, steps: int) -> None:
    end = boundary(anchor, interval, steps)
    assert next_boundary(anchor, interval, end) == boundary(anchor, interval, steps + 1) > end
    assert next_boundary(anchor, interval, end - 1) in (end, anchor)


def test_the_last_of_january_renews_on_the_last_of_february_and_then_on_the_31st() -> None:
    days = [datetime.fromtimestamp(boundary(int(START), "month", step), UTC).day for step in range(4)]
    assert days == [31, 28, 31, 30]


class Shop:
    """An account with a customer who has a subscription to a fee of 10 dollars and a meter at a tenth of a cent."""

    def __init__(self) -> None:
        self.account = Account()
        self.account.books.still_at = START
        self.customer = self.account.add_customer(email="somebody@example.com")
        meter = self.account.add_meter("searches")
        tiers: list[dict[str, Any]] = [
            {"up_to": 1_000, "unit_amount": 0},
            {"up_to": "inf", "unit_amount_decimal": Decimal("0.1")},
        ]
        self.fee = self.account.add_price(unit_amount=1_000)
        self.metered = self.account.add_price(meter, tiers=tiers)
        self.subscription = self.account.add_subscription(self.customer, prices=[self.fee, self.metered])

    def use(self, units: int, *, at: float | None = None) -> None:
        now = self.account.now()
        timestamp = int(now if at is None else at)
        payload = {"stripe_customer_id": self.customer, "value": str(units)}
        self.account.meter_book.create_event("searches", payload, None, timestamp)

    @property
    def state(self) -> dict[str, Any]:
        return self.account.subscriptions[self.subscription]

    @property
    def period(self) -> tuple[int, int]:
        item = self.state["items"]["data"][0]
        return item["current_period_start"], item["current_period_end"]

    def totals(self) -> list[tuple[str, int]]:
        return [(invoice["status"], invoice["total"]) for invoice in self.account.invoices.values()]

    def types(self) -> list[str]:
        return [event["type"] for event in self.account.books.tables["event"].values()]


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_the_first_invoice_is_the_fee_and_the_next_one_holds_the_units_too(shop: Shop) -> None:
    assert shop.totals() == [("paid", 1_000)]
    shop.use(3_000)
    shop.account.advance_past_period(shop.subscription)
    assert shop.totals() == [("paid", 1_000), ("paid", 1_200)]
    invoice = list(shop.account.invoices.values())[-1]
    lines = [(line["quantity"], line["amount"]) for line in invoice["lines"]["data"]]
    assert lines == [(1, 1_000), (1_000, 0), (2_000, 200)]
    assert (invoice["period_start"], invoice["period_end"]) == (int(START), shop.period[0])
    assert shop.account.invoiced(shop.customer) == {"searches": 3_000}
    assert shop.state["latest_invoice"] == invoice["id"]


def test_a_draft_takes_what_is_counted_within_the_hour_and_nothing_later(shop: Shop) -> None:
    end = shop.period[1]
    shop.account.advance(end - START + 10)
    assert shop.totals()[-1] == ("draft", 1_000)
    shop.use(2_000, at=end - 1)
    shop.use(5_000, at=end)  # of the next period
    shop.account.advance(HOUR_S)
    assert shop.totals()[-1] == ("paid", 1_100)
    shop.use(7_000, at=end - 1)
    shop.account.advance_past_period(shop.subscription)
    assert shop.totals()[-1] == ("paid", 1_400)


def test_units_that_are_not_counted_yet_stand_on_no_invoice(shop: Shop) -> None:
    shop.account.counts_after_s = 2 * HOUR_S
    end = shop.period[1]
    shop.account.advance(end - START - HOUR_S)
    shop.use(2_000)
    shop.account.advance_past_period(shop.subscription)
    assert shop.totals()[-1] == ("paid", 1_100)
    shop.account.advance(shop.period[1] - shop.account.now() - 60)
    shop.use(2_000)
    shop.account.advance_past_period(shop.subscription)
    assert shop.totals()[-1] == ("paid", 1_000)


def test_a_payment_fails_is_tried_again_and_succeeds(shop: Shop) -> None:
    shop.account.fail_payments(shop.customer)
    shop.account.advance_past_period(shop.subscription)
    invoice = list(shop.account.invoices.values())[-1]
    assert (shop.state["status"], invoice["status"], invoice["attempt_count"]) == ("past_due", "open", 1)
    shop.account.advance(3 * DAY_S)
    assert invoice["attempt_count"] == 2
    with pytest.raises(Refusal, match="declined") as refusal:
        shop.account.invoice_book.pay(invoice["id"])
    assert refusal.value.status == 402
    shop.account.fail_payments(shop.customer, failing=False)
    shop.account.advance(7 * DAY_S)
    assert (shop.state["status"], invoice["status"]) == ("active", "paid")
    types = shop.types()
    assert types.count("invoice.payment_failed") == 3
    assert types[-3:] == ["invoice.paid", "invoice.payment_succeeded", "customer.subscription.updated"]


def test_a_new_card_pays_what_is_open_at_once(shop: Shop) -> None:
    shop.account.fail_payments(shop.customer)
    shop.account.advance_past_period(shop.subscription)
    shop.account.retry_payments(shop.customer)
    assert shop.state["status"] == "active"


def test_after_the_last_try_nothing_is_tried(shop: Shop) -> None:
    shop.account.fail_payments(shop.customer)
    shop.account.advance_past_period(shop.subscription)
    invoice = list(shop.account.invoices.values())[-1]
    shop.account.advance(25 * DAY_S)
    assert (invoice["attempt_count"], invoice["next_payment_attempt"]) == (4, None)


def test_a_subscription_ends_with_its_period_unless_that_is_taken_back(shop: Shop) -> None:
    update = shop.account.subscription_book.update
    update(shop.subscription, cancel_at_period_end=True)
    assert shop.state["cancel_at"] == shop.period[1]
    update(shop.subscription, cancel_at_period_end=False)
    assert (shop.state["cancel_at"], shop.state["canceled_at"]) == (None, None)
    update(shop.subscription, cancel_at_period_end=True)
    shop.use(2_000)
    shop.account.advance_past_period(shop.subscription)
    assert shop.state["status"] == "canceled"
    assert shop.totals()[-1] == ("paid", 100)
    shop.account.advance(60 * DAY_S)
    assert len(shop.totals()) == 2
    with pytest.raises(Refusal, match="canceled subscription"):
        update(shop.subscription, cancel_at_period_end=False)


def test_cancelled_now_is_billed_what_was_used_and_no_fee(shop: Shop) -> None:
    shop.use(2_000)
    shop.account.cancel_subscription(shop.subscription, invoice_now=True)
    assert shop.totals()[-1] == ("paid", 100)
    assert shop.types()[-1] == "customer.subscription.deleted"


def test_a_plan_is_changed_within_the_period_and_its_fee_prorated(shop: Shop) -> None:
    start, end = shop.period
    shop.account.advance((end - start) // 2)
    dearer = shop.account.add_price(unit_amount=3_000)
    [fee, metered] = shop.state["items"]["data"]
    shop.account.subscription_book.update(shop.subscription, items=[{"id": fee["id"], "price": dearer}])
    assert [item["id"] for item in shop.state["items"]["data"]] == [fee["id"], metered["id"]]
    assert shop.period == (start, end)
    preview = shop.account.subscription_book.preview(subscription=shop.subscription)
    assert preview["total"] == -500 + 1_500 + 3_000
    shop.account.advance_past_period(shop.subscription)
    assert shop.totals()[-1] == ("paid", 4_000)


@pytest.mark.parametrize(("behavior", "totals"), [("none", [1_000, 3_000]), ("always_invoice", [1_000, 1_000, 3_000])])
def test_prorations_are_billed_as_asked_for(shop: Shop, behavior: str, totals: list[int]) -> None:
    start, end = shop.period
    shop.account.advance((end - start) // 2)
    dearer = shop.account.add_price(unit_amount=3_000)
    items = [{"id": shop.state["items"]["data"][0]["id"], "price": dearer}]
    shop.account.subscription_book.update(shop.subscription, items=items, proration_behavior=behavior)
    shop.account.advance_past_period(shop.subscription)
    assert [total for _, total in shop.totals()] == totals


def test_a_credit_is_kept_for_later_invoices(shop: Shop) -> None:
    shop.account.subscription_book.update(
        shop.subscription,
        items=[{"id": shop.state["items"]["data"][0]["id"], "deleted": True}],
        proration_behavior="always_invoice",
    )
    invoice = list(shop.account.invoices.values())[-1]
    assert (invoice["total"], invoice["amount_due"], invoice["status"]) == (-1_000, 0, "paid")
    assert shop.account.customers[shop.customer]["balance"] == -1_000
    shop.use(6_000)
    shop.account.advance_past_period(shop.subscription)
    invoice = list(shop.account.invoices.values())[-1]
    assert (invoice["total"], invoice["amount_paid"]) == (500, 0)
    assert shop.account.customers[shop.customer]["balance"] == -500


def other_plan(shop: Shop) -> list[dict[str, Any]]:
    """The items of a dearer plan: a fee of 30 dollars, and the same meter at two cents a unit."""
    meter = next(iter(shop.account.meters))
    fee, metered = shop.account.add_price(unit_amount=3_000), shop.account.add_price(meter, unit_amount=2)
    return [{"price": fee, "quantity": 1}, {"price": metered}]


def swap(shop: Shop) -> list[dict[str, Any]]:
    """What an update says that puts the dearer plan in the place of the one that is there."""
    ids = [{"id": item["id"]} for item in shop.state["items"]["data"]]
    return [old | new for old, new in zip(ids, other_plan(shop), strict=True)]


def schedule(shop: Shop) -> dict[str, Any]:
    """Has the dearer plan begin with the next period."""
    book = shop.account.schedule_book
    made = book.create(from_subscription=shop.subscription)
    return book.update(made["id"], phases=[kept(made), {"items": other_plan(shop)}])


def kept(made: dict[str, Any]) -> dict[str, Any]:
    """The first phase of a schedule, as an update repeats it."""
    [phase] = made["phases"][:1]
    items = [{name: item[name] for name in ("price", "quantity") if name in item} for item in phase["items"]]
    return {"items": items, "start_date": phase["start_date"], "end_date": phase["end_date"]}


def test_a_metered_price_bills_up_to_its_swap_and_the_next_one_what_follows(shop: Shop) -> None:
    start, end = shop.period
    shop.use(3_000)
    shop.account.advance((end - start) // 2)
    items = swap(shop)
    asked = {"items": items}
    preview = shop.account.subscription_book.preview(subscription=shop.subscription, subscription_details=asked)
    shop.account.subscription_book.update(shop.subscription, items=items)
    assert preview["total"] == -500 + 1_500 + 200 + 3_000
    assert shop.account.subscription_book.preview(subscription=shop.subscription)["total"] == preview["total"]
    shop.use(50)
    shop.account.advance_past_period(shop.subscription)
    assert shop.totals()[-1] == ("paid", -500 + 1_500 + 200 + 3_000 + 100)
    assert shop.account.invoiced(shop.customer) == {"searches": 3_050}


def test_a_metered_price_that_nobody_used_is_swapped_without_an_invoice(shop: Shop) -> None:
    """And one that was used with an invoice at once, where that is asked for."""
    update = shop.account.subscription_book.update
    for units, invoices in ((0, 1), (3_000, 2)):
        if units:
            shop.use(units)
        [_, metered] = shop.state["items"]["data"]
        price = shop.account.add_price(next(iter(shop.account.meters)), unit_amount=2)
        update(shop.subscription, items=[{"id": metered["id"], "price": price}], proration_behavior="always_invoice")
        assert len(shop.totals()) == invoices
    assert shop.totals()[-1] == ("paid", 6_000)


def test_without_proration_what_was_used_before_a_swap_is_lost(shop: Shop) -> None:
    shop.use(3_000)
    shop.account.subscription_book.update(shop.subscription, items=swap(shop), proration_behavior="none")
    shop.use(50)
    shop.account.advance_past_period(shop.subscription)
    assert shop.totals()[-1] == ("paid", 3_000 + 100)
    assert shop.account.invoiced(shop.customer) == {"searches": 50}


def test_a_metered_price_alone_starts_without_an_invoice(shop: Shop) -> None:
    subscription = shop.account.add_subscription(shop.customer, prices=[shop.metered])
    assert shop.account.subscriptions[subscription]["latest_invoice"] is None
    assert len(shop.totals()) == 1


def test_a_scheduled_plan_begins_with_the_period_and_the_closing_one_is_billed_by_the_old_plan(shop: Shop) -> None:
    start, end = shop.period
    made = schedule(shop)
    assert (made["status"], made["current_phase"]) == ("active", {"start_date": start, "end_date": end})
    assert made["phases"][1]["start_date"] == end
    assert shop.state["schedule"] == made["id"]
    preview = shop.account.subscription_book.preview(subscription=shop.subscription)
    assert preview["total"] == 3_000
    shop.use(3_000)
    old = [item["id"] for item in shop.state["items"]["data"]]
    shop.account.advance(end - shop.account.now() + 10)
    shop.use(7)
    shop.account.advance(HOUR_S)
    assert shop.totals()[-1] == ("paid", 3_000 + 200)
    items = shop.state["items"]["data"]
    wanted = [each["price"] for each in made["phases"][1]["items"]]
    assert [item["price"]["id"] for item in items] == wanted
    assert not set(old) & {item["id"] for item in items}
    assert shop.period[0] == end
    changes = [
        event["data"]["previous_attributes"].keys()
        for event in shop.account.books.tables["event"].values()
        if event["type"] == "customer.subscription.updated"
    ]
    assert "items" in changes[-1]
    assert made["current_phase"]["start_date"] == end
    shop.account.advance_past_period(shop.subscription)
    assert shop.totals()[-1] == ("paid", 3_000 + 14)
    assert (made["status"], made["released_subscription"]) == ("released", shop.subscription)
    assert shop.state["schedule"] is None
    assert shop.account.invoiced(shop.customer) == {"searches": 3_007}


def test_a_released_subscription_keeps_its_items(shop: Shop) -> None:
    book = shop.account.schedule_book
    made = schedule(shop)
    assert book.list_(customer=shop.customer)["data"] == [made]
    book.release(made["id"])
    assert (made["status"], made["subscription"], shop.state["schedule"]) == ("released", None, None)
    for call in (book.release, book.update):
        with pytest.raises(Refusal, match="currently in the `released` status"):
            call(made["id"])
    shop.account.advance_past_period(shop.subscription)
    assert shop.totals()[-1] == ("paid", 1_000)
    assert book.create(from_subscription=shop.subscription)["id"] != made["id"]


def test_the_metadata_of_a_phase_is_the_subscriptions_when_it_begins(shop: Shop) -> None:
    book = shop.account.schedule_book
    made = book.create(from_subscription=shop.subscription)
    phases = [kept(made), {"items": other_plan(shop), "metadata": {"plan": "dearer"}}]
    book.update(made["id"], phases=phases)
    assert shop.state["metadata"] == {}
    shop.account.advance_past_period(shop.subscription)
    assert shop.state["metadata"] == {"plan": "dearer"}


def test_a_scheduled_subscription_is_changed_by_its_schedule_only(shop: Shop) -> None:
    made = schedule(shop)
    update = shop.account.subscription_book.update
    for end in ({"cancel_at_period_end": True}, {"cancel_at": "min_period_end"}):
        with pytest.raises(Refusal, match="managed by the subscription schedule"):
            update(shop.subscription, **end)
    with pytest.raises(Refusal, match="changes no items"):
        update(shop.subscription, items=swap(shop))
    with pytest.raises(Refusal, match="already attached to a schedule"):
        shop.account.schedule_book.create(from_subscription=shop.subscription)
    assert update(shop.subscription, metadata={"a": "b"})["metadata"] == {"a": "b"}
    shop.account.cancel_subscription(shop.subscription)
    assert (shop.state["status"], made["status"]) == ("canceled", "canceled")


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ({"start_date": None}, {}, "missing at least one phase with a `start_date`"),
        ({"start_date": 5}, {}, "can not modify the start date"),
        ({"end_date": 5}, {}, "with a period only"),
        ({"items": []}, {}, "Missing required param"),
        ({}, {"start_date": 5}, "end date of the phase before"),
        ({}, {"end_date": 5, "duration": {"interval": "month"}}, "only specify one"),
        ({}, {"duration": {"interval": "year"}}, "keeps the interval"),
        ({}, {"proration_behavior": "none"}, "may stay unbilled"),
        ({}, {"trial": True}, "does nothing with"),
        ({}, {"items": [{"price": "price_none"}]}, "No such price"),
    ],
)
def test_phases_that_do_not_fit_are_refused(
    shop: Shop, first: dict[str, Any], second: dict[str, Any], sentence: str
) -> None:
    book = shop.account.schedule_book
    made = book.create(from_subscription=shop.subscription)
    phases = [kept(made) | first, {"items": other_plan(shop)} | second]
    if "start_date" in first and first["start_date"] is None:
        del phases[0]["start_date"]
    with pytest.raises(Refusal, match=sentence):
        book.update(made["id"], phases=phases)
    assert len(made["phases"]) == 1


def test_an_end_that_a_moment_sets_is_taken_back_as_one(shop: Shop) -> None:
    update = shop.account.subscription_book.update
    update(shop.subscription, cancel_at="min_period_end")
    assert (shop.state["cancel_at"], shop.state["cancel_at_period_end"]) == (shop.period[1], False)
    update(shop.subscription, cancel_at_period_end=False)
    assert shop.state["cancel_at"] == shop.period[1]
    update(shop.subscription, cancel_at="")
    assert (shop.state["cancel_at"], shop.state["canceled_at"]) == (None, None)
    with pytest.raises(Refusal, match="only specify one"):
        update(shop.subscription, cancel_at="", cancel_at_period_end=False)
    update(shop.subscription, cancel_at_period_end=True)
    update(shop.subscription, cancel_at="")
    assert shop.state["cancel_at"] == shop.period[1]
    update(shop.subscription, cancel_at_period_end=False)
    update(shop.subscription, cancel_at=shop.period[1])
    with pytest.raises(Refusal, match="that is to end"):
        shop.account.schedule_book.create(from_subscription=shop.subscription)
    shop.account.advance_past_period(shop.subscription)
    assert shop.state["status"] == "canceled"


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 90 * 24), st.booleans()), max_size=12))
def test_every_unit_stands_on_exactly_one_invoice_whatever_is_swapped(used: list[tuple[int, int, bool]]) -> None:
    shop = Shop()
    shop.account.counts_after_s = 600
    for units, hours, is_swapped in sorted(used, key=lambda each: each[1]):
        shop.account.advance(max(START + hours * HOUR_S - shop.account.now(), 0))
        shop.use(units)
        if is_swapped:
            shop.account.subscription_book.update(shop.subscription, items=swap(shop))
    shop.account.advance(HOUR_S)
    shop.account.advance_past_period(shop.subscription)
    assert shop.account.invoiced(shop.customer).get("searches", 0) == sum(units for units, _, _ in used)


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 90 * 24)), max_size=12))
def test_every_unit_stands_on_exactly_one_invoice(used: list[tuple[int, int]]) -> None:
    shop = Shop()
    for units, hours in sorted(used, key=lambda each: each[1]):
        shop.account.advance(max(START + hours * HOUR_S - shop.account.now(), 0))
        shop.use(units)
    shop.account.advance_past_period(shop.subscription)
    assert shop.account.invoiced(shop.customer).get("searches", 0) == sum(units for units, _ in used)
