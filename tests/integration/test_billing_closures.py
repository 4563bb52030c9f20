"""Subscriptions of accounts that are gone: ended at a fake of Stripe, over HTTP, whatever fails and whenever."""

from __future__ import annotations

import asyncio
import copy
import inspect
import random
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
import stripe as package
from psycopg.types.json import Jsonb

from functions.jobs import close_billing as job
from shared.billing import client
from shared.billing.client import MeterEvent, Stripe, stripe_account
from shared.billing.closures import close_billing
from shared.billing.faults import StripeFault, StripeMissing, StripeRefused, StripeUnavailable
from shared.db.connection import Row
from tests.support.crashes import Crash, Crashed, CrashingDatabase, crashing
from tests.support.database import TestDatabase
from tests.support.stripe_fake.app import KEY, StripeFake
from tests.support.stripe_fake.calls import Call
from tests.support.stripe_fake.faults import Fault
from tests.support.stripe_fake.server import stripe_fake

METERS = ("embedding_tokens", "searches")
UNITS = {"searches": 12, "embedding_tokens": 3_456}
HOUR_S = 3_600


@dataclass(slots=True)
class World:
    """The table of closures, a fake of Stripe, and the job between them."""

    test_database: TestDatabase
    database: CrashingDatabase
    fake: StripeFake
    stripe: Stripe

    def sql(self, statement: str, *params: object) -> list[Row]:
        with psycopg.connect(self.test_database.admin_url, autocommit=True) as admin:
            cursor = admin.execute(statement.encode(), params)
            return cursor.fetchall() if cursor.description else []

    def add(self, units: dict[str, int] | None = None, *, subscriptions: int = 1) -> str:
        """A customer of an account that is gone, with a closure; answers the customer's id."""
        customer_id = self.fake.account.add_customer()
        for _ in range(subscriptions):
            self.fake.account.add_subscription(customer_id)
        insert = "INSERT INTO billing_closures (stripe_customer_id, units) VALUES (%s, %s)"
        self.sql(insert, customer_id, Jsonb(UNITS if units is None else units))
        return customer_id

    def rows(self) -> list[Row]:
        return self.sql("SELECT state, units, attempts, ready_at > now() FROM billing_closures ORDER BY closure_no")

    def wait(self) -> None:
        """The time comes at which the rows are ready."""
        self.sql("UPDATE billing_closures SET ready_at = now()")

    async def run(self, settle: str = "0") -> int:
        return await close_billing(self.database, self.stripe, settle=settle)

    async def run_to_the_end(self) -> None:
        """Runs the job as often as it takes."""
        for _ in range(20):
            await self.run()
            if not self.rows():
                return
            self.wait()
        raise AssertionError(self.rows())

    def statuses(self, customer_id: str) -> set[str]:
        subscriptions = self.fake.account.subscriptions.values()
        return {each["status"] for each in subscriptions if each["customer"] == customer_id}

    def paths(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.fake.requests]


@pytest.fixture
async def world(database: TestDatabase) -> AsyncIterator[World]:
    jobs = CrashingDatabase(database.jobs_url, size=2)
    async with (
        stripe_fake() as fake,
        stripe_account(api_key=KEY, api_base=fake.url, timeout_s=0.3) as stripe,
    ):
        for meter in METERS:
            fake.account.add_meter(meter)
        yield World(database, jobs, fake, stripe)
    await jobs.close()


async def test_units_are_reported_then_the_subscription_ends_and_nothing_is_left(world: World) -> None:
    customer_id = world.add(subscriptions=2)
    assert await world.run(settle="15 minutes") == 0
    assert world.fake.account.units(customer_id) == UNITS
    assert world.statuses(customer_id) == {"active"}
    assert world.rows() == [("reported", {}, 1, True)]
    world.wait()
    assert await world.run() == 1
    assert world.statuses(customer_id) == {"canceled"}
    assert world.fake.account.invoiced(customer_id) == UNITS
    assert world.rows() == []


async def test_the_order_and_the_parameters_of_the_calls(world: World) -> None:
    customer_id = world.add()
    await world.run_to_the_end()
    subscription_id = next(iter(world.fake.account.subscriptions))
    assert world.paths() == [
        f"GET /v1/customers/{customer_id}",
        "GET /v1/checkout/sessions",
        "POST /v1/billing/meter_events",
        "POST /v1/billing/meter_events",
        f"GET /v1/customers/{customer_id}",
        "GET /v1/checkout/sessions",
        "GET /v1/subscriptions",
        f"DELETE /v1/subscriptions/{subscription_id}",
        "GET /v1/subscriptions",
    ]
    cancelled = world.fake.requests[-2]
    assert cancelled.params == {"invoice_now": "true", "prorate": "false"}
    keys = [request.idempotency_key for request in world.fake.requests if request.method != "GET"]
    assert None not in keys
    assert len(set(keys)) == 3


async def test_the_final_invoice_waits_until_stripe_has_counted(world: World) -> None:
    world.fake.account.counts_after_s = 600
    customer_id = world.add()
    await world.run(settle="15 minutes")
    assert await world.run() == 0  # not ready yet
    assert world.statuses(customer_id) == {"active"}
    world.fake.account.pass_time(15 * 60)
    world.wait()
    await world.run()
    assert world.fake.account.invoiced(customer_id) == UNITS


async def test_nothing_to_report_ends_as_well(world: World) -> None:
    customer_id = world.add({})
    zero = world.add({"searches": 0})
    await world.run_to_the_end()
    assert world.statuses(customer_id) | world.statuses(zero) == {"canceled"}
    assert world.fake.account.events == []


@pytest.mark.parametrize("status", ["trialing", "past_due", "unpaid", "paused", "incomplete"])
async def test_every_subscription_that_has_not_ended_ends(world: World, status: str) -> None:
    customer_id = world.add(subscriptions=0)
    world.fake.account.add_subscription(customer_id, status=status)
    await world.run_to_the_end()
    assert world.statuses(customer_id) == {"canceled"}


async def test_more_subscriptions_than_a_page_and_those_that_ended_before(world: World) -> None:
    customer_id = world.add(subscriptions=105)
    world.fake.account.add_subscription(customer_id, status="incomplete_expired")
    await world.run_to_the_end()
    assert world.statuses(customer_id) == {"canceled", "incomplete_expired"}
    assert world.fake.account.invoiced(customer_id) == UNITS


async def test_a_customer_that_is_gone_or_deleted_is_done(world: World) -> None:
    deleted, gone = world.add(), world.add()
    world.fake.account.delete_customer(deleted)
    del world.fake.account.customers[gone]
    assert await world.run() == 2
    assert (world.rows(), world.fake.account.events) == ([], [])


async def test_a_customer_that_goes_after_the_report_is_done(world: World) -> None:
    deleted, gone = world.add(), world.add()
    await world.run(settle="15 minutes")
    world.fake.account.delete_customer(deleted)
    del world.fake.account.customers[gone]
    world.wait()
    assert await world.run() == 2
    assert world.rows() == []


async def test_a_subscription_that_ended_meanwhile_is_done(world: World) -> None:
    customer_id = world.add()
    [subscription] = await world.stripe.subscriptions.of_customer(customer_id)
    world.fake.account.cancel_subscription(subscription.subscription_id)
    await world.stripe.subscriptions.end(subscription, idempotency_key="x")
    await world.run_to_the_end()


def add_page(world: World, customer_id: str, price: str) -> str:
    """A page that the customer left open; answers the session's id."""
    items = [{"price": price, "quantity": 1}]
    made = world.fake.account.checkout.create(
        mode="subscription", line_items=items, customer=customer_id, success_url="https://api.fluxvector.test/"
    )
    return str(made["id"])


async def test_pages_that_are_open_are_closed_first(world: World) -> None:
    customer_id, other = world.add(), world.fake.account.add_customer()
    price = world.fake.account.add_price(unit_amount=500)
    page, others = add_page(world, customer_id, price), add_page(world, other, price)
    await world.run(settle="15 minutes")
    sessions = world.fake.account.books.tables["checkout.session"]
    assert (sessions[page]["status"], sessions[others]["status"]) == ("expired", "open")
    # A request that was under way when the account went opened another.
    late = add_page(world, customer_id, price)
    world.wait()
    assert await world.run() == 1
    assert sessions[late]["status"] == "expired"


@pytest.mark.parametrize("at", ["GET /v1/checkout/sessions", "DELETE /v1/subscriptions/{id}"])
async def test_what_is_paid_while_it_all_ends_is_ended_too_and_an_alarm(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], at: str
) -> None:
    """The page is paid between the look at it and its closing, or once all subscriptions were looked for."""
    customer_id = world.add()
    price = world.fake.account.add_price(unit_amount=500)
    await world.run(settle="15 minutes")
    world.fake.account.advance(60)
    page = add_page(world, customer_id, price) if at.startswith("GET") else ""
    calls = world.fake.calls()

    def with_payment() -> dict[str, Call]:
        def do(*args: Any, **kwargs: Any) -> Any:
            answer = calls[at].do(*args, **kwargs)
            if world.statuses(customer_id) <= {"active", "canceled"} and len(paid) == 0:
                paid.append(page or add_page(world, customer_id, price))
                answer = copy.deepcopy(answer)
                world.fake.complete_checkout(paid[0])
            return answer

        do.__signature__ = inspect.signature(calls[at].do)  # type: ignore[attr-defined]  # the fake looks at it
        return {**calls, at: Call(calls[at].params, do)}

    paid: list[str] = []
    monkeypatch.setattr(StripeFake, "calls", lambda self: with_payment())
    world.wait()
    await world.run_to_the_end()
    assert paid
    assert world.statuses(customer_id) == {"canceled"}
    assert len([each for each in world.fake.account.subscriptions.values() if each["customer"] == customer_id]) == 2
    assert '"billing_after_erasure"' in capsys.readouterr().out


CALLS = 9  # of a closure with two meters and one subscription


@pytest.mark.parametrize(
    "fault",
    [Fault(429), Fault(500), Fault(500, "after"), Fault("silence"), Fault("silence", "after")],
    ids=lambda fault: f"{fault.what}-{fault.when}",
)
async def test_a_fault_at_any_call_only_delays(world: World, fault: Fault) -> None:
    for call in range(CALLS):
        customer_id = world.add()
        world.fake.faults.script.extend([*[None] * call, fault])
        await world.run()
        [(_, _, attempts, waits)] = world.rows()
        assert (attempts, waits) == (1 + (call > 3), True), call
        world.wait()
        await world.run_to_the_end()
        assert not world.fake.faults.script
        assert world.fake.account.units(customer_id) == UNITS, call
        assert world.fake.account.invoiced(customer_id) == UNITS, call
        assert world.statuses(customer_id) == {"canceled"}, call


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_at_any_statement_or_call_only_delays(world: World, when: str) -> None:
    for step in range(100):
        customer_id = world.add()
        crash = Crash(step, when)
        world.database.crash = crash
        try:
            await close_billing(world.database, crashing(world.stripe, crash), settle="0")
        except Crashed:
            ended = True
        else:
            ended = False
        world.database.crash = None
        world.wait()
        await world.run()
        await world.run_to_the_end()
        assert world.fake.account.units(customer_id) == UNITS, step
        assert world.fake.account.invoiced(customer_id) == UNITS, step
        assert world.statuses(customer_id) == {"canceled"}, step
        if not ended:
            break
    assert step == 17  # all were met: eight statements and nine calls


@pytest.mark.parametrize("seed", range(12))
async def test_totals_are_exact_after_any_sequence_of_faults_and_crashes(world: World, seed: int) -> None:
    chance = random.Random(seed)
    wanted = {}
    for _ in range(4):
        units = {meter: chance.randrange(1_000) for meter in METERS if chance.random() < 0.8}
        wanted[world.add(units, subscriptions=chance.randrange(3))] = {k: v for k, v in units.items() if v}
    faults = [Fault(429), Fault(500), Fault(500, "after"), Fault("silence"), Fault("silence", "after")]
    weights = [4, 4, 4, 1, 1]
    for _ in range(15):
        drawn = chance.choices(faults, weights, k=4)
        world.fake.faults.script.extend(fault if chance.random() < 0.3 else None for fault in drawn)
        crash = Crash(chance.randrange(12), chance.choice(["before", "after"]))
        world.database.crash = crash
        with suppress(Crashed):
            await close_billing(world.database, crashing(world.stripe, crash), settle="0")
        world.wait()
    world.database.crash = None
    world.fake.faults.script.clear()
    await world.run_to_the_end()
    for customer_id, units in wanted.items():
        assert world.fake.account.units(customer_id) == units
        assert world.statuses(customer_id) <= {"canceled"}
        if world.statuses(customer_id):
            assert {k: v for k, v in world.fake.account.invoiced(customer_id).items() if v} == units


async def test_a_day_later_stripe_is_asked_for_its_counts_before_anything_is_sent_again(world: World) -> None:
    customer_id = world.add()
    # The first report arrives, though nobody learns of it; the second does not.
    world.fake.faults.script.extend([None, None, Fault("silence", "after")])
    await world.run()
    assert world.fake.account.units(customer_id) == {"embedding_tokens": UNITS["embedding_tokens"]}
    world.fake.account.pass_time(25 * HOUR_S)
    world.sql("UPDATE billing_closures SET created_at = created_at - interval '25 hours'")
    world.wait()
    await world.run_to_the_end()
    assert world.fake.account.units(customer_id) == UNITS
    assert world.fake.account.invoiced(customer_id) == UNITS


async def test_an_identifier_is_derived_from_the_closure_and_the_meter(world: World) -> None:
    world.add()
    world.add()
    world.fake.faults.script.extend([None, None, Fault("silence", "after")])
    await world.run()
    world.wait()
    await world.run_to_the_end()
    identifiers = [event.identifier for event in world.fake.account.events]
    assert len(identifiers) == len(set(identifiers)) == 4
    sent = [request.params["identifier"] for request in world.fake.requests if request.method == "POST"]
    assert (len(sent), set(sent)) == (5, set(identifiers))


async def test_a_refusal_waits_longer_each_time_and_holds_nobody_else_up(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = world.add({"no_such_meter": 5})
    other = world.add()
    for attempt in range(1, 4):
        await world.run()
        assert world.statuses(refused) == {"active"}
        [(wait_s,)] = world.sql(
            "SELECT round(extract(epoch FROM ready_at - now()) / 10) * 10 FROM billing_closures"
            " WHERE stripe_customer_id = %s",
            refused,
        )
        assert wait_s == 30 * 2 ** (attempt - 1)
        world.wait()
    assert world.statuses(other) == {"canceled"}
    output = capsys.readouterr().out
    assert '"status":400' in output
    assert refused not in output
    world.fake.account.add_meter("no_such_meter")
    await world.run_to_the_end()
    assert world.fake.account.invoiced(refused) == {"no_such_meter": 5}


async def test_a_wrong_key_changes_nothing_and_is_told_nowhere(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.add()
    async with stripe_account(api_key="sk_live_canary", api_base=world.fake.url) as stripe:
        assert await close_billing(world.database, stripe) == 0
        with pytest.raises(StripeRefused) as refusal:
            await stripe.has_customer("cus_1")
        assert "canary" not in repr(stripe) + repr(refusal.value) + str(refusal.value)
    assert refusal.value.__cause__ is None
    assert world.rows() == [("open", UNITS, 1, True)]
    output = capsys.readouterr()
    assert '"status":401' in output.out
    assert "canary" not in output.out + output.err


async def test_two_runs_at_once_do_everything_once(world: World) -> None:
    customers = [world.add() for _ in range(6)]
    await asyncio.gather(world.run(), world.run())
    world.wait()
    await asyncio.gather(world.run(), world.run())
    assert world.rows() == []
    for customer_id in customers:
        assert world.fake.account.invoiced(customer_id) == UNITS


async def test_a_run_that_lost_its_lease_writes_nothing_more(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    customer_id = world.add()

    class Slow(Stripe):
        async def has_customer(self, customer_id: str) -> bool:
            world.sql("UPDATE billing_closures SET attempts = attempts + 1")  # another run claims it
            return await super().has_customer(customer_id)

    await close_billing(world.database, Slow(world.stripe._client))
    [(state, units, attempts, _)] = world.rows()
    assert (state, units, attempts) == ("open", UNITS, 2)
    assert "billing_closure_lease_lost" in capsys.readouterr().out
    world.wait()
    await world.run_to_the_end()
    assert world.fake.account.units(customer_id) == UNITS


async def test_where_stripe_does_not_answer_a_run_ends_early(world: World) -> None:
    for _ in range(3):
        world.add()
    world.fake.faults.always = Fault(500)
    await world.run()
    assert len(world.fake.requests) == 1


@pytest.fixture
def job_settings(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has the job read settings with what is given set."""

    def set_(**values: str) -> None:
        class Config:
            stripe_api_key = values.get("key", "")
            stripe_api_base = values.get("base", "http://127.0.0.1:9")

        monkeypatch.setattr(job, "settings", Config)
        monkeypatch.setattr(job, "database", lambda: world.database)

    return set_


async def test_the_job_without_stripe_leaves_everything_and_tells_how_much(
    world: World, job_settings: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    job_settings()
    assert await job.run() == 0
    assert capsys.readouterr().out == ""
    world.add()
    assert await job.run() == 0
    assert '"event":"billing_closures","rows":1,' in capsys.readouterr().out
    assert world.rows() == [("open", UNITS, 0, False)]
    assert world.fake.requests == []


async def test_the_job_with_stripe(world: World, job_settings: Callable[..., None]) -> None:
    job_settings(key=KEY, base=world.fake.url)
    world.add()
    assert await job.run() == 0
    world.wait()
    assert await job.run() == 1


async def test_nothing_listens(world: World) -> None:
    async with stripe_account(api_key=KEY, api_base="http://127.0.0.1:9") as stripe:
        with pytest.raises(StripeUnavailable) as fault:
            await stripe.has_customer("cus_1")
    assert (fault.value.status, fault.value.code) == (0, "APIConnectionError")


def test_the_version_is_the_packages_own() -> None:
    assert package.api_version == client.API_VERSION


async def test_a_count_of_a_meter_that_is_not_there(world: World) -> None:
    with pytest.raises(StripeMissing):
        await world.stripe.counted_units("none", world.add(), start=0, end=60)


@pytest.mark.parametrize(
    ("method", "path", "params", "sentence"),
    [
        ("get", "/v1/charges", {}, "Unrecognized request URL"),
        ("post", "/v1/customers/cus_1/sources", {}, "Unrecognized request URL"),
        ("get", "/v1/subscriptions", {"customers": "cus_1"}, "unknown parameter: customers"),
        ("get", "/v1/subscriptions", {"limit": "many"}, "Invalid int: limit"),
        ("get", "/v1/subscriptions", {"limit": 101}, "Invalid limit"),
        ("get", "/v1/subscriptions", {"status": "gone"}, "Invalid status: must be one of active"),
        ("get", "/v1/subscriptions", {"price": "price_1"}, "does nothing with price"),
        ("delete", "/v1/subscriptions/sub_1", {"invoice_now": "yes"}, "Invalid bool: invoice_now"),
        ("delete", "/v1/subscriptions/sub_1", {"cancellation_details": {"why": "x"}}, "cancellation_details[why]"),
        ("delete", "/v1/subscriptions/sub_1", {"cancellation_details": {"feedback": "x"}}, "must be one of"),
        ("post", "/v1/billing/meter_events", {"event_name": "searches"}, "Missing required param: payload"),
        ("post", "/v1/billing/meter_events", {"event_name": "searches", "payload": "x"}, "Invalid object: payload"),
        ("post", "/v1/billing/meter_events", {"event_name": "searches", "payload": {"a": "1"}}, "The payload"),
    ],
)
async def test_the_fake_refuses_what_it_does_not_know(
    world: World, method: str, path: str, params: dict[str, object], sentence: str
) -> None:
    with pytest.raises(package.InvalidRequestError) as refusal:
        await world.stripe._client.raw_request_async(method, path, **params)
    assert sentence in str(refusal.value)


async def test_the_fake_keeps_the_first_answer_to_a_key(world: World) -> None:
    customer_id = world.add()
    event = MeterEvent("searches", customer_id, 1, int(world.fake.account.now()), "one")
    world.fake.faults.script.append(Fault(500))
    for _ in range(2):
        with pytest.raises(StripeUnavailable):
            await world.stripe.send_meter_event(event, idempotency_key="key")
    other = MeterEvent("searches", customer_id, 2, event.timestamp, "one")
    with pytest.raises(StripeFault):
        await world.stripe.send_meter_event(other, idempotency_key="key")
    assert world.fake.account.events == []
