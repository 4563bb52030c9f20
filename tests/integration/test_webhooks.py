"""What Stripe tells, in any order and number: the account ends in Stripe's own state, and nothing else is kept."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from stripe import WebhookSignature

from shared.billing.closures import close_billing
from shared.billing.event_types import METER_ERRORS
from shared.config import settings
from shared.plans import PLANS
from tests.support.billing import METER_SECRET, SECRET, Billing, billing_with_stripe
from tests.support.database import TestDatabase
from tests.support.stripe_fake.faults import Fault, Rule

# What an event of a customer holds and nobody here may keep or tell.
NAME, CITY, EMAIL = "Canary Person", "Canaryville", "canary@example.com"


@pytest.fixture
async def world(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Billing]:
    async with billing_with_stripe(database, monkeypatch) as billing:
        yield billing


def event(type_: str = "customer.subscription.updated", object_id: str = "sub_1", **more: Any) -> str:
    told = {"id": "evt_1", "type": type_, "created": int(time.time()), "livemode": False}
    return json.dumps({**told, "data": {"object": {"id": object_id}}, **more})


def signed(body: str, secret: str = SECRET, *, at: float | None = None) -> dict[str, str]:
    header = WebhookSignature.generate_signature_header(body, secret, int(time.time() if at is None else at))
    return {"Stripe-Signature": str(header), "Content-Type": "application/json; charset=utf-8"}


async def send(world: Billing, body: str | bytes, headers: dict[str, str], path: str = "") -> tuple[int, Any]:
    answer = await world.api.client.post(f"/v1/billing/webhook{path}", content=body, headers=headers)
    return answer.status_code, answer.json()


async def test_only_what_stripe_signed_is_taken(world: Billing) -> None:
    body = event()
    others: tuple[tuple[str | bytes, dict[str, str]], ...] = (
        (body, {}),
        (body, {"Stripe-Signature": ""}),
        (body, signed(body, "whsec_of_somebody")),
        (body, signed(body, "")),
        (body, signed(body, METER_SECRET)),
        (body, signed(body, at=time.time() - 301)),
        (body, signed(body, at=time.time() + 302)),
        (body + " ", signed(body)),
        (body.encode("utf-16"), signed(body)),
    )
    for sent, headers in others:
        status, answer = await send(world, sent, headers)
        assert (status, answer["code"]) == (400, "webhook_refused")
    assert world.inbox() == []
    assert (await send(world, body, signed(body)))[0] == 200
    assert len(world.inbox()) == 1


@pytest.mark.parametrize("path", ["", "/meters"])
async def test_without_a_secret_nothing_is_taken(world: Billing, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    for variable in ("FLUXVECTOR_STRIPE_WEBHOOK_SECRETS", "FLUXVECTOR_STRIPE_METER_WEBHOOK_SECRETS"):
        monkeypatch.setenv(variable, " , ")
    settings.cache_clear()
    body = event()
    status, answer = await send(world, body, signed(body, ""), path)
    assert (status, answer["code"]) == (503, "unavailable")


async def test_both_secrets_are_taken_while_one_takes_the_place_of_the_other(
    world: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.checkout()
    world.fake.account.webhooks.rotate(world.endpoint_id, "whsec_new")
    assert {sent.status for sent in await world.fake.deliver_all()} == {200}
    monkeypatch.setenv("FLUXVECTOR_STRIPE_WEBHOOK_SECRETS", f"whsec_new,{SECRET}")
    settings.cache_clear()
    world.fake.account.webhooks.forget_old_secrets(world.endpoint_id)
    world.fake.account.customer_book.update(world.customer_id(), name="Another")
    assert [sent.status for sent in await world.fake.deliver_all()] == [200]


async def test_an_event_of_the_other_mode_is_refused(world: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    body = event(livemode=True)
    status, answer = await send(world, body, signed(body))
    assert (status, answer["code"]) == (400, "webhook_refused")
    for key in ("sk_live_1", "rk_live_1"):
        monkeypatch.setenv("FLUXVECTOR_STRIPE_API_KEY", key)
        settings.cache_clear()
        body = event()
        assert (await send(world, body, signed(body)))[0] == 400
    assert world.inbox() == []


async def test_types_that_nobody_handles_are_taken_and_forgotten(world: Billing) -> None:
    for body in (event("price.created"), event("balance.available", data={"object": {"amount": 1}}), event("x" * 300)):
        assert await send(world, body, signed(body)) == (200, {"received": True})
    assert world.inbox() == []


@pytest.mark.parametrize(
    "body",
    [
        *("", "{", "[]", "null", '{"id": 1}', event(data={}), event(created="x"), "[" * 5_000, '{"id": "\ud800"}'),
        *(event(id=id_) for id_ in ("", "a\0b", "a b", "evt_1\n", "x" * 256)),
        *(event(object_id=id_) for id_ in ("a\0b", "sub_1\n", "x" * 256)),
        *(event(created=moment) for moment in (-1, 10**11, 10**15, 10**30, 1.5)),
    ],
)
async def test_what_is_signed_and_no_event_is_refused(world: Billing, body: str) -> None:
    raw = body.encode("utf-8", "surrogatepass")
    headers = signed(body.encode("utf-8", "replace").decode())
    status, answer = await send(world, raw, headers)
    assert (status, answer["code"]) in ((400, "invalid_json"), (400, "webhook_refused"))
    assert world.inbox() == []


async def test_an_event_about_what_has_no_id_is_taken_and_forgotten(
    world: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    body = event(object_id="")
    assert await send(world, body, signed(body)) == (200, {"received": True})
    assert world.inbox() == []
    assert '"stripe_event_without_object"' in capsys.readouterr().out


async def test_nothing_of_an_event_is_kept_or_told_but_id_type_and_times(
    world: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    session_id = await world.checkout()
    customer_id = world.customer_id()
    address = {"city": CITY, "country": "DE", "line1": "Canary Street 1", "postal_code": "10115"}
    world.fake.account.customer_book.update(
        customer_id, name=NAME, email=EMAIL, address=address, phone="+49 30 1234567"
    )
    world.fake.complete_checkout(session_id)
    world.fake.faults.rules.append(Rule(Fault(500), "/v1/subscriptions", nth=2, times=2))
    sent = await world.fake.deliver_all(twice=True)
    assert {each.status for each in sent} == {200}
    await world.process()
    told = capsys.readouterr().out
    rows = world.sql("SELECT e::text FROM stripe_events e") + world.sql("SELECT o::text FROM outbox_emails o")
    kept = " ".join(row for (row,) in rows)
    for canary in (NAME, CITY, EMAIL, "Canary", "1234567", "10115", customer_id, session_id, "sub_fake", "cus_"):
        assert canary not in kept
        assert canary not in told
    ids = [each["id"] for each in world.fake.account.books.tables["event"].values()]
    assert not [each for each in ids if each in told]
    columns = world.sql("SELECT attname FROM pg_attribute WHERE attrelid = 'stripe_events'::regclass AND attnum > 0")
    assert sorted(name for (name,) in columns) == [
        *("attempts", "created_at", "event_id", "object_id", "processed_at", "ready_at", "received_at", "type"),
    ]
    assert {object_id for _, object_id, _ in world.inbox()} == {None}


async def test_the_same_event_at_once_many_times_is_handled_once(world: Billing) -> None:
    world.fake.complete_checkout(await world.checkout())
    [paid] = [each for each in world.fake.account.books.tables["event"].values() if each["type"] == "invoice.paid"]
    sent = await asyncio.gather(*(world.fake.account.webhooks.deliver([paid["id"]]) for _ in range(8)))
    assert {each.status for [each] in sent} == {200}
    assert len(world.mails("receipt")) == 1
    await world.fake.deliver_all(twice=True)
    await world.process()
    assert len(world.mails("receipt")) == 1


async def test_stripe_is_answered_in_five_seconds_and_the_job_does_what_was_left(
    world: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.billing.webhook.BUDGET_S", 0.4)
    world.fake.complete_checkout(await world.checkout())
    world.fake.faults.always = Fault("silence")
    started = time.monotonic()
    sent = await world.fake.deliver_all()
    assert {each.status for each in sent} == {200}
    assert time.monotonic() - started < len(sent) * 1.0
    world.fake.faults.clear()
    assert world.account() == ("free", None, False)
    assert not any(processed for *_, processed in world.inbox())
    assert await world.process() == len(world.inbox())
    assert world.account() == ("pro", "active", False)
    assert len(world.mails("receipt")) == 1


async def test_handling_may_take_five_seconds_and_no_more(world: Billing) -> None:
    from shared.billing import webhook

    assert webhook.BUDGET_S == 5.0


@pytest.mark.parametrize("fault", [Fault(429), Fault(500), Fault("silence")], ids=lambda fault: str(fault.what))
async def test_an_event_that_failed_waits_and_is_handled_when_stripe_answers(
    world: Billing, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr("shared.billing.webhook.BUDGET_S", 0.4)
    await world.subscribe()
    world.fake.account.cancel_subscription(next(iter(world.fake.account.subscriptions)))
    world.fake.faults.always = fault
    assert {each.status for each in await world.fake.deliver_all()} == {200}
    waiting = world.sql("SELECT ready_at > now(), attempts FROM stripe_events WHERE processed_at IS NULL")
    assert set(waiting) == {(True, 1)}
    world.fake.faults.clear()
    await world.process()
    assert world.account() == ("free", "canceled", False)


async def test_an_event_that_cannot_be_handled_does_not_stop_those_behind_it(
    world: Billing, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from shared.billing.calls.happenings import Happenings

    async def broken(self: Happenings, invoice_id: str) -> Any:
        raise KeyError(EMAIL)

    world.fake.complete_checkout(await world.checkout())
    world.fake.account.webhooks.drop()
    monkeypatch.setattr(Happenings, "invoice_of", broken)
    await world.process()
    assert world.account() == ("pro", "active", False)
    waiting = [type_ for type_, _, processed in world.inbox() if not processed]
    assert waiting == ["invoice.paid"]
    out = capsys.readouterr().out
    assert '"code":"KeyError"' in out
    assert EMAIL not in out
    monkeypatch.undo()
    await world.process()
    assert all(processed for *_, processed in world.inbox())


async def test_a_payment_that_failed_leaves_days_of_grace_and_is_forgiven_when_it_succeeds(world: Billing) -> None:
    subscription_id = await world.subscribe()
    customer_id = world.customer_id()
    world.fake.account.fail_payments(customer_id)
    world.fake.account.advance_past_period(subscription_id)
    await world.fake.deliver_all()
    assert world.account() == ("pro", "past_due", True)
    assert len(world.mails("payment_failed")) == 1
    billing = await world.billing()
    assert billing["payment_overdue_since"] < billing["read_only_from"]
    assert world.mails("payment_failed")[0]["grace_until"] == billing["read_only_from"]
    # A second failure does not begin the days anew.
    [(since,)] = world.sql("SELECT payment_overdue_since FROM accounts WHERE payment_overdue_since IS NOT NULL")
    world.fake.account.advance(10 * 24 * 3_600)
    await world.fake.deliver_all(shuffled_by=1)
    assert world.sql("SELECT payment_overdue_since FROM accounts WHERE payment_overdue_since IS NOT NULL") == [(since,)]
    world.sql("UPDATE accounts SET payment_overdue_since = now() - interval '8 days' WHERE plan = 'pro'")
    upsert = {"collection": "c", "vectors": [{"id": "a", "values": [1.0]}]}
    answer = await world.api.post("/v1/vectors/upsert", upsert, key=world.tenant.key)
    assert (answer.status_code, answer.json()["code"]) == (402, "payment_overdue")
    world.fake.account.retry_payments(customer_id)
    await world.fake.deliver_all()
    assert world.account() == ("pro", "active", False)
    assert len(world.mails("receipt")) == 2


async def test_a_failure_that_is_told_after_it_was_paid_mails_nothing(world: Billing) -> None:
    subscription_id = await world.subscribe()
    world.fake.account.fail_payments(world.customer_id())
    world.fake.account.advance_past_period(subscription_id)
    world.fake.account.retry_payments(world.customer_id())
    await world.fake.deliver_all()
    assert world.account() == ("pro", "active", False)
    assert world.mails("payment_failed") == []


# Any order

FIVE = (
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "invoice.paid",
    "invoice.payment_failed",
)


def stripes_own(world: Billing) -> tuple[Any, ...]:
    """What the fake's state makes of the account."""
    customer_id = world.customer_id()
    own = [each for each in world.fake.account.subscriptions.values() if each["customer"] == customer_id]
    open_ = [each for each in own if each["status"] in ("active", "past_due", "unpaid")]
    if not open_:
        return ("free", own[-1]["status"] if own else None, False)
    [subscription] = open_
    plan = subscription["items"]["data"][0]["price"]["product"].removeprefix("fluxvector_")
    return (plan, subscription["status"], subscription["status"] != "active")


async def live_through(world: Billing, *, ends: bool) -> list[str]:
    """Bought, paid, changed, failed and, perhaps, ended; answers an event of each of the five types, "" if none."""
    session = world.fake.complete_checkout(await world.checkout("pro"))
    subscription_id = str(session["subscription"])
    await world.patch(plan="scale")
    world.fake.account.fail_payments(world.customer_id())
    world.fake.account.advance_past_period(subscription_id)
    if ends:
        world.fake.account.cancel_subscription(subscription_id)
    events = world.fake.account.books.tables["event"].values()
    return [next((each["id"] for each in events if each["type"] == type_), "") for type_ in FIVE]


@pytest.mark.parametrize("ends", [True, False], ids=["ended", "past due"])
async def test_every_order_of_the_five_ends_in_stripes_own_state(world: Billing, ends: bool) -> None:
    known = [each for each in await live_through(world, ends=ends) if each]
    for number, order in enumerate(itertools.permutations(known)):
        world.sql("DELETE FROM stripe_events")
        world.sql("UPDATE accounts SET plan = 'free', subscription_status = NULL, payment_overdue_since = NULL")
        # Each twice: one after the other, or all of them again.
        twice = [*order, *order] if number % 2 else [each for each in order for _ in range(2)]
        sent = await world.fake.account.webhooks.deliver(twice)
        assert {each.status for each in sent} == {200}
        assert world.account() == stripes_own(world)


@pytest.mark.parametrize("seed", range(12))
async def test_shuffled_doubled_and_dropped_it_ends_in_stripes_own_state(world: Billing, seed: int) -> None:
    draw = random.Random(seed)
    await live_through(world, ends=draw.random() < 0.5)
    # Some are on their way while the life goes on.
    await asyncio.gather(
        world.fake.deliver_all(shuffled_by=seed, twice=True, dropped=0.1, seed=seed),
        world.process(),
    )
    if draw.random() < 0.5:
        world.fake.account.retry_payments(world.customer_id())
        await world.fake.deliver_all(shuffled_by=seed, twice=True, dropped=0.5, seed=seed)
    world.fake.account.webhooks.drop()
    await world.process()
    assert world.account() == stripes_own(world)
    assert all(processed for *_, processed in world.inbox())
    paid = [each for each in world.fake.account.invoices.values() if each["status"] == "paid" and each["amount_paid"]]
    assert sorted(mail["number"] for mail in world.mails("receipt")) == sorted(each["number"] for each in paid)


async def test_who_fetched_earlier_does_not_overwrite_who_fetched_later(
    world: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first has fetched, and is held until the second has written what is newer."""
    from shared.billing.calls.subscriptions import Subscriptions
    from shared.billing.standing import sync_customer

    await world.subscribe()
    fetched, written = asyncio.Event(), asyncio.Event()
    plain = Subscriptions.of_customer
    held = [True]

    async def slow(self: Subscriptions, customer_id: str) -> Any:
        found = await plain(self, customer_id)
        if held:
            held.clear()
            fetched.set()
            await written.wait()
        return found

    monkeypatch.setattr(Subscriptions, "of_customer", slow)
    first = asyncio.create_task(sync_customer(world.jobs, world.stripe, world.customer_id()))
    await fetched.wait()
    world.fake.account.cancel_subscription(next(iter(world.fake.account.subscriptions)))
    await sync_customer(world.jobs, world.stripe, world.customer_id())
    assert world.account() == ("free", "canceled", False)
    written.set()
    await first
    assert world.account() == ("free", "canceled", False)


# What changes here


async def test_a_changed_address_is_told_to_stripe_by_the_job(
    world: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever Stripe answers at first; nobody waits for it, and the inbox holds no address."""
    change = "UPDATE account_emails SET email = %s, email_key = %s WHERE account_no = %s"
    world.sql(change, "first@example.com", "first@example.com", world.tenant.account_no)
    assert world.inbox() == []  # no customer yet
    await world.checkout()
    customer = world.fake.account.customers[world.customer_id()]
    assert customer["email"] == "first@example.com"
    world.sql(change, EMAIL, EMAIL, world.tenant.account_no)
    assert customer["email"] == "first@example.com"
    assert [type_ for type_, *_ in world.inbox()] == ["fluxvector.address_changed"]
    world.fake.faults.rules.append(Rule(Fault(500), "/v1/customers", "POST"))
    await world.process()
    assert customer["email"] == "first@example.com"
    await world.process()
    assert customer["email"] == EMAIL
    assert all(processed and object_id is None for _, object_id, processed in world.inbox())
    kept = " ".join(row for (row,) in world.sql("SELECT e::text FROM stripe_events e"))
    assert EMAIL not in kept + capsys.readouterr().out


# Who is gone


async def test_a_deleted_account_is_not_revived_and_what_it_pays_is_ended(
    world: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    session_id = await world.checkout()
    customer_id = world.customer_id()
    token = await world.api.session(world.tenant.email)
    assert (await world.api.delete("/v1/auth/account", key=token)).status_code == 200
    world.sql("DELETE FROM billing_closures")  # it found nothing to end, and went
    capsys.readouterr()
    world.fake.complete_checkout(session_id)
    assert {each.status for each in await world.fake.deliver_all(twice=True)} == {200}
    await world.process()
    assert world.sql("SELECT FROM accounts WHERE stripe_customer_id = %s", customer_id) == []
    assert world.sql("SELECT stripe_customer_id FROM billing_closures") == [(customer_id,)]
    assert world.mails("receipt") == []
    assert capsys.readouterr().out.count('"billing_of_erased_account"') == 1


async def test_the_page_of_a_deleted_account_is_closed(world: Billing) -> None:
    """Whoever deletes his account and pays then, finds that the page does not work any more."""
    session_id = await world.checkout()
    token = await world.api.session(world.tenant.email)
    assert (await world.api.delete("/v1/auth/account", key=token)).status_code == 200
    await close_billing(world.jobs, world.stripe)
    assert world.fake.account.checkout.retrieve(session_id)["status"] == "expired"


@pytest.mark.parametrize("account_id", ["acc_of_another_deployment", None])
async def test_what_another_deployment_sold_is_left_alone(
    world: Billing, capsys: pytest.CaptureFixture[str], account_id: str | None
) -> None:
    """Of our plans, of a customer whom nobody here knows: only what the ledger of erasures names is ended."""
    token = await world.api.session(world.tenant.email)
    assert (await world.api.delete("/v1/auth/account", key=token)).status_code == 200  # the ledger names somebody
    customer_id = world.fake.account.add_customer()
    prices = await world.stripe.sales.prices_of(PLANS["scale"])
    subscription_id = world.fake.account.add_subscription(customer_id, prices=[prices["base"]])
    if account_id is not None:
        metadata = {"fluxvector_account_id": account_id}
        world.fake.account.subscription_book.update(subscription_id, metadata=metadata)
    assert {each.status for each in await world.fake.deliver_all()} == {200}
    assert world.sql("SELECT FROM billing_closures") == []
    assert all(processed for *_, processed in world.inbox())
    out = capsys.readouterr().out
    assert '"event":"billing_of_nobody","count":1' in out
    assert customer_id not in out


async def test_a_customer_that_was_deleted_at_stripe_has_no_plan(world: Billing) -> None:
    await world.subscribe()
    world.fake.account.delete_customer(world.customer_id())
    await world.fake.deliver_all()
    assert world.account()[0] == "free"


async def test_a_customer_of_something_else_is_left_alone(world: Billing) -> None:
    """The account at Stripe may sell other things as well."""
    customer_id = world.fake.account.add_customer()
    world.fake.account.add_subscription(customer_id, prices=[world.fake.account.add_price(unit_amount=500)])
    assert {each.status for each in await world.fake.deliver_all()} == {200}
    assert world.sql("SELECT FROM billing_closures") == []
    assert all(processed for *_, processed in world.inbox())


# What was missed


async def test_what_nobody_delivered_is_read_from_stripes_list(world: Billing) -> None:
    world.fake.complete_checkout(await world.checkout())
    world.fake.account.webhooks.drop()
    assert world.inbox() == []
    await world.process()
    assert world.account() == ("pro", "active", False)
    count = len(world.inbox())
    assert await world.process() == 0
    assert len(world.inbox()) == count


async def test_the_list_is_read_every_ten_minutes_and_from_where_it_was_read_to(world: Billing) -> None:
    def reads() -> int:
        return sum(request.path == "/v1/events" for request in world.fake.requests)

    from shared.billing.inbox import read_missed

    for _ in range(3):
        await read_missed(world.jobs, world.stripe)
    assert reads() == 1
    world.sql("UPDATE stripe_event_reads SET tried_at = now() - interval '11 minutes', until_at = '2026-01-01Z'")
    world.fake.faults.rules.append(Rule(Fault(500), "/v1/events"))
    with pytest.raises(Exception, match="500"):
        await read_missed(world.jobs, world.stripe)
    assert world.sql("SELECT until_at < now() - interval '1 day' FROM stripe_event_reads") == [(True,)]
    world.sql("UPDATE stripe_event_reads SET tried_at = '-infinity'")
    await read_missed(world.jobs, world.stripe)
    assert world.sql("SELECT until_at > now() - interval '1 minute' FROM stripe_event_reads") == [(True,)]


# The meters' own events


async def test_a_report_of_a_meter_is_an_alarm_by_meter_and_code(
    world: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    webhooks = world.fake.account.webhooks
    url = f"{world.url}/v1/billing/webhook/meters"
    webhooks.add_endpoint(url, secret=METER_SECRET, is_thin=True)
    [meter_id] = [each["id"] for each in world.fake.account.meters.values() if each["event_name"].endswith("searches")]
    world.fake.account.meter_book.report_error(meter_id, "meter_event_customer_not_found", "canary-identifier")
    [sent] = [each for each in await world.fake.deliver_all() if each.type.startswith("v1.billing")]
    assert sent.status == 200
    out = capsys.readouterr().out
    [alarm] = [json.loads(line) for line in out.splitlines() if '"stripe_meter_errors"' in line]
    assert (alarm["meter"], alarm["code"], alarm["count"]) == (
        "fluxvector_searches",
        "meter_event_customer_not_found",
        1,
    )
    assert "canary-identifier" not in out
    assert meter_id not in out
    # While Stripe does not answer it is sent again.
    world.fake.account.meter_book.report_error(meter_id, "no_meter", "x")
    world.fake.faults.rules.append(Rule(Fault(500), "/v2/core/events"))
    [sent] = [each for each in await world.fake.deliver_all() if each.type.startswith("v1.billing")]
    assert sent.status == 503


async def test_the_meters_endpoint_has_a_secret_of_its_own(world: Billing) -> None:
    body = json.dumps(
        {"id": "evt_1", "object": "v2.core.event", "type": "x", "livemode": False, "created": "2026-01-01Z"}
    )
    for headers, wanted in ((signed(body), 400), (signed(body, METER_SECRET), 200)):
        assert (await send(world, body, headers, "/meters"))[0] == wanted


@pytest.mark.parametrize("change", [{"related_object": None}, {"related_object": "x"}, {"object": "event"}, {"id": ""}])
async def test_a_report_of_no_meter_is_refused(world: Billing, change: dict[str, Any]) -> None:
    told = {"id": "evt_1", "object": "v2.core.event", "type": METER_ERRORS, "livemode": False, "created": "2026-01-01Z"}
    related = {"id": "mtr_1", "type": "billing.meter", "url": "/v1/billing/meters/mtr_1"}
    body = json.dumps({**told, "related_object": related} | change)
    status, answer = await send(world, body, signed(body, METER_SECRET), "/meters")
    assert (status, answer["code"]) == (400, "invalid_json")


async def test_events_go_when_stripe_lists_them_no_more(world: Billing) -> None:
    from shared.purge import purge

    await world.subscribe()
    await purge(world.jobs)
    count = len(world.inbox())
    assert count > 0
    world.sql("UPDATE stripe_events SET created_at = now() - interval '31 days' WHERE type = 'invoice.paid'")
    await purge(world.jobs)
    assert len(world.inbox()) == count - 1
