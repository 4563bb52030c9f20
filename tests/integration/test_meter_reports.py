"""What was used is what Stripe's meters sum, over a fake of Stripe by HTTP, whatever fails and whenever."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from functions.jobs import report_usage as job
from infra.erasure.reports import doubt_reports
from shared.billing.client import Stripe, stripe_account
from shared.billing.closures import close_billing
from shared.billing.meter_reports import OLDEST, report_usage
from shared.billing.meters import EVENT_NAMES
from shared.db.connection import Database, Row
from shared.erasure import erase_account
from shared.purge import purge
from tests.support.crashes import Crash, Crashed, CrashingDatabase, crashing
from tests.support.database import TestDatabase
from tests.support.stripe_fake.app import KEY, StripeFake
from tests.support.stripe_fake.faults import ALL, Fault
from tests.support.stripe_fake.server import stripe_fake

SQL_FOLDER = Path(__file__).parents[2] / "infra" / "migrations" / "sql"
HOUR_S = 3_600
SEARCHES, VECTORS, TOKENS, VECTOR_HOURS = EVENT_NAMES
Key = tuple[int, str, int]  # account_no, meter, hour in Unix seconds


@dataclass(frozen=True)
class Whose:
    account_no: int


@dataclass(slots=True)
class World:
    """Accounts with customers, what they used, a fake of Stripe, and the job between them."""

    test_database: TestDatabase
    database: CrashingDatabase
    owner: Database
    fake: StripeFake
    stripe: Stripe
    customers: dict[int, str] = field(default_factory=dict)
    _acknowledged: Counter[str] = field(default_factory=Counter)

    def sql(self, statement: str, *params: object) -> list[Row]:
        with psycopg.connect(self.test_database.admin_url, autocommit=True) as admin:
            cursor = admin.execute(statement.encode(), params)
            return cursor.fetchall() if cursor.description else []

    def add(self, *, has_customer: bool = True) -> int:
        """An account, with a customer and a subscription; answers its number."""
        customer_id = self.fake.account.add_customer() if has_customer else None
        [(account_no,)] = self.sql(
            "INSERT INTO accounts (account_id, plan, stripe_customer_id)"
            " VALUES ('acc_' || gen_random_uuid(), 'pay_as_you_go', %s) RETURNING account_no",
            customer_id,
        )
        if customer_id is not None:
            self.fake.account.add_subscription(customer_id)
            self.customers[account_no] = customer_id
        return int(account_no)

    def use(self, account_no: int, hours_ago: int = 2, *, env: str = "live", plan: str = "scale", **units: int) -> None:
        """Adds units to an hour's roll-up, as the job that rolls up does."""
        self.use_units(account_no, hours_ago, units, env=env, plan=plan)

    def use_units(
        self, account_no: int, hours_ago: int, units: Mapping[str, int], *, env: str = "live", plan: str = "scale"
    ) -> None:
        """The same, of units by their names."""
        columns = ", ".join(units)
        sums = ", ".join(f"{unit} = coalesce(h.{unit}, 0) + excluded.{unit}" for unit in units)
        self.sql(
            f"INSERT INTO usage_hours AS h (account_no, hour, env, plan, is_charged, {columns})"
            f" VALUES (%s, %s, %s, %s, %s, {', '.join(['%s'] * len(units))})"
            f" ON CONFLICT (account_no, hour, env, plan) DO UPDATE SET {sums}, is_reported = false",
            account_no,
            hour(hours_ago),
            env,
            plan,
            env == "live" and plan != "free",
            *units.values(),
        )

    def reports(self) -> list[Row]:
        """(meter, revision, value, state), oldest first."""
        return self.sql(
            "SELECT meter, revision, value, state FROM meter_reports ORDER BY account_no, hour, meter, revision"
        )

    def wait(self) -> None:
        """The time comes at which what is open is ready."""
        self.sql("UPDATE meter_reports SET ready_at = now()")
        self.sql("UPDATE billing_closures SET ready_at = now()")

    async def arrive(self) -> None:
        """What a cancelled run has sent arrives: no request is on its way for hours."""
        known = -1
        while known != len(self.fake.requests):
            known = len(self.fake.requests)
            await asyncio.sleep(0.1)

    def pass_time(self, hours: int) -> None:
        """At Stripe, and since what was sent."""
        self.fake.account.pass_time(hours * HOUR_S)
        self.sql("UPDATE meter_reports SET first_sent_at = first_sent_at - %s * interval '1 hour'", hours)

    def pass_time_since_deletion(self, hours: int) -> None:
        """Whatever has happened of accounts that are gone, here and at Stripe, was so many hours earlier.

        More than a day, if any: a closure's own identifiers hold the time at which it began.
        """
        seconds = hours * HOUR_S
        self.sql(
            "UPDATE billing_closures SET created_at = created_at - %s * interval '1 second', reports = ("
            " SELECT coalesce(jsonb_agg(r || jsonb_build_object('first_sent_at', (r ->> 'first_sent_at')::float8 - %s,"
            " 'hour', (r ->> 'hour')::bigint - %s)), '[]') FROM jsonb_array_elements(reports) r)",
            *[seconds] * 3,
        )
        self.fake.account.events[:] = [
            replace(
                event,
                timestamp=event.timestamp - seconds,
                told_time=event.told_time - seconds,
                created=event.created - seconds,
                counted_at=event.counted_at - seconds,
            )
            for event in self.fake.account.events
        ]

    async def run(self, crash: Crash | None = None) -> int:
        """A run of the job, which ends where `crash` has it end."""
        if crash is None:
            return await report_usage(self.database, self.stripe)
        database = CrashingDatabase(self.test_database.jobs_url, size=4)
        database.crash = crash
        try:
            with suppress(Crashed):
                return await report_usage(database, crashing(self.stripe, crash))
        finally:
            await database.close()
        return 0

    async def run_cancelled(self, after_s: float) -> None:
        """A run that is cancelled in the middle of whatever it waits for."""
        running = asyncio.create_task(self.run())
        await asyncio.wait([running], timeout=after_s)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    async def run_to_the_end(self) -> None:
        """Runs the job as often as it takes."""
        for _ in range(30):
            await self.run()
            open_ = self.sql("SELECT 1 FROM meter_reports WHERE state NOT IN ('acknowledged', 'settled')")
            if not open_ and not self.sql("SELECT 1 FROM usage_hours WHERE NOT is_reported AND is_charged"):
                return
            self.wait()
        raise AssertionError(self.reports())

    def used(self) -> Counter[Key]:
        """Units in usage_hours that are charged, by account, meter and hour."""
        found: Counter[Key] = Counter()
        rows = self.sql(
            "SELECT account_no, extract(epoch FROM hour)::bigint, searches, vectors, tokens, coalesce(vector_hours, 0)"
            " FROM usage_hours WHERE is_charged AND env = 'live'"
        )
        for account_no, at, *units in rows:
            for meter, value in zip(EVENT_NAMES, units, strict=True):
                found[account_no, meter, at] += value
        return +found

    def reported(self) -> Counter[Key]:
        """The same of meter_reports."""
        rows = self.sql(
            "SELECT account_no, meter, extract(epoch FROM hour)::bigint, sum(value)::bigint FROM meter_reports"
            " GROUP BY 1, 2, 3"
        )
        return Counter({(account_no, meter, at): value for account_no, meter, at, value in rows})

    def summed(self) -> Counter[Key]:
        """The same of the events that Stripe has taken."""
        accounts = {customer_id: account_no for account_no, customer_id in self.customers.items()}
        found: Counter[Key] = Counter()
        for event in self.fake.account.events:
            at = event.told_time // HOUR_S * HOUR_S
            found[accounts[event.customer_id], event.meter, at] += event.value
        return found

    def assert_exact(self) -> None:
        """What was used, what is reported and what Stripe has are the same, and every event is there once."""
        assert self.used() == self.reported() == self.summed()
        identifiers = Counter(event.identifier for event in self.fake.account.events)
        assert set(identifiers.values()) <= {1}

    def sent(self) -> Counter[str]:
        """How often each identifier was sent."""
        return Counter(
            request.params["identifier"]
            for request in self.fake.requests
            if request.path == "/v1/billing/meter_events" and request.method == "POST"
        )

    def assert_nothing_acknowledged_was_sent_again(self) -> None:
        """Since this was last asked."""
        sent = self.sent()
        assert {identifier: sent[identifier] for identifier in self._acknowledged} == self._acknowledged
        rows = self.sql("SELECT identifier FROM meter_reports WHERE state = 'acknowledged'")
        self._acknowledged = Counter({identifier: sent[identifier] for (identifier,) in rows})


def hour(hours_ago: int) -> datetime:
    """The beginning of an hour, UTC."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours_ago)


@pytest.fixture
async def world(database: TestDatabase) -> AsyncIterator[World]:
    jobs, owner = CrashingDatabase(database.jobs_url, size=4), Database(database.api_url, size=2)
    async with (
        stripe_fake() as fake,
        stripe_account(api_key=KEY, api_base=fake.url, timeout_s=0.3, connections=25) as stripe,
    ):
        for meter in EVENT_NAMES:
            fake.account.add_meter(meter)
        yield World(database, jobs, owner, fake, stripe)
    await jobs.close()
    await owner.close()


# --- what is reported


async def test_an_hour_that_is_over_is_reported_once_for_each_unit(world: World) -> None:
    account_no = world.add()
    world.use(account_no, 2, searches=3, vectors=5, tokens=7, vector_hours=11)
    world.use(account_no, 0, searches=100)
    assert await world.run() == 4
    assert world.reports() == [
        (SEARCHES, 1, 3, "acknowledged"),
        (TOKENS, 1, 7, "acknowledged"),
        (VECTOR_HOURS, 1, 11, "acknowledged"),
        (VECTORS, 1, 5, "acknowledged"),
    ]
    ends = hour(1).timestamp() - 1
    assert {(event.told_time, event.customer_id) for event in world.fake.account.events} == {
        (ends, world.customers[account_no])
    }
    assert all(len(event.identifier) <= 100 for event in world.fake.account.events)
    assert await world.run() == 0
    assert len(world.fake.requests) == 4
    assert (world.used() - world.reported()) == {(account_no, SEARCHES, int(hour(0).timestamp())): 100}


async def test_what_is_added_to_an_hour_later_is_an_event_of_its_own(world: World) -> None:
    account_no = world.add()
    world.use(account_no, searches=3)
    await world.run()
    world.use(account_no, searches=4, tokens=1)
    world.use(account_no, plan="pro", searches=2)
    await world.run()
    assert world.reports() == [
        (SEARCHES, 1, 3, "acknowledged"),
        (SEARCHES, 2, 6, "acknowledged"),
        (TOKENS, 1, 1, "acknowledged"),
    ]
    world.assert_exact()


async def test_what_is_not_charged_is_not_reported(world: World) -> None:
    account_no, nobody = world.add(), world.add(has_customer=False)
    world.use(account_no, env="test", searches=3)
    world.use(account_no, plan="free", searches=3)
    world.use(nobody, searches=3)
    assert await world.run() == 0
    assert (world.reports(), world.fake.requests) == ([], [])


async def test_an_hour_is_left_for_a_moment_after_its_end(world: World) -> None:
    account_no = world.add()
    world.use(account_no, 1, searches=3)
    await report_usage(world.database, world.stripe, settled="70 minutes")
    assert world.reports() == []
    await report_usage(world.database, world.stripe, settled="0")
    assert len(world.reports()) == 1


async def test_what_stripe_would_refuse_by_its_age_is_told_and_left(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    account_no = world.add()
    world.use(account_no, 35 * 24, searches=3)
    assert await world.run() == 0
    assert world.reports() == []
    assert '"too_old":1' in capsys.readouterr().out


def test_the_meters_of_the_statements_are_those_of_the_plans() -> None:
    for file in ("0017_meter_reports.sql", "0019_erasure.sql"):
        text = (SQL_FOLDER / file).read_text(encoding="utf-8")
        assert all(f"'{name}'" in text for name in EVENT_NAMES)


# --- faults


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.what}-{fault.when}")
async def test_a_fault_only_delays(world: World, fault: Fault) -> None:
    account_no = world.add()
    world.use(account_no, searches=3)
    world.fake.faults.script.append(fault)
    await world.run()
    assert world.reports() == [(SEARCHES, 1, 3, "sent")]
    assert world.sql("SELECT 1 FROM meter_reports WHERE ready_at > now() + interval '20 seconds'")
    world.wait()
    assert await world.run() == 1
    assert set(world.sent().values()) == {2}
    keys = {request.idempotency_key for request in world.fake.requests}
    assert len(keys) == 2
    world.assert_exact()


async def test_a_later_revision_waits_until_the_one_before_it_has_arrived(world: World) -> None:
    account_no = world.add()
    world.use(account_no, searches=3)
    world.fake.faults.script.append(Fault(500))
    await world.run()
    world.use(account_no, searches=4)
    await world.run()
    assert world.reports() == [(SEARCHES, 1, 3, "sent"), (SEARCHES, 2, 4, "waiting")]
    world.wait()
    assert await world.run() == 2
    world.assert_exact()


@pytest.mark.parametrize("arrived", [True, False])
async def test_after_a_day_what_stripe_has_counted_decides(world: World, arrived: bool) -> None:
    account_no = world.add()
    world.use(account_no, searches=3)
    await world.run()
    world.use(account_no, searches=4)
    world.fake.faults.script.append(Fault("silence", "after" if arrived else "before"))
    await world.run()
    before = world.sent()
    world.pass_time(25)
    world.wait()
    assert await world.run() == 1
    state = "settled" if arrived else "acknowledged"
    assert world.reports() == [(SEARCHES, 1, 3, "acknowledged"), (SEARCHES, 2, 4, state)]
    assert (world.sent() - before).total() == (0 if arrived else 1)
    world.assert_exact()


async def test_what_arrived_late_and_is_not_counted_yet_is_known_by_its_identifier(world: World) -> None:
    account_no = world.add()
    world.use(account_no, searches=3)
    world.fake.account.counts_after_s = 3 * HOUR_S
    world.fake.faults.script.append(Fault(500))
    await world.run()
    world.pass_time(19)
    world.wait()
    world.fake.faults.script.append(Fault("silence", "after"))
    await world.run()
    world.pass_time(2)
    world.wait()
    assert await world.run() == 1  # the count says nothing has arrived
    assert world.reports() == [(SEARCHES, 1, 3, "acknowledged")]
    world.assert_exact()


async def test_a_count_that_lacks_what_was_acknowledged_says_nothing_yet(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    account_no = world.add()
    world.fake.account.counts_after_s = 30 * HOUR_S
    world.use(account_no, searches=3)
    await world.run()
    world.use(account_no, searches=4)
    world.fake.faults.script.append(Fault("silence", "after"))
    await world.run()
    world.pass_time(25)
    world.wait()
    assert await world.run() == 0
    assert "not_counted_yet" in capsys.readouterr().out
    world.pass_time(6)
    await world.run_to_the_end()
    assert world.reports()[1] == (SEARCHES, 2, 4, "settled")
    world.assert_exact()


async def test_only_what_the_count_shows_to_be_missing_is_sent(world: World) -> None:
    account_no = world.add()
    world.use(account_no, searches=10)
    world.fake.faults.script.append(Fault("silence", "before"))
    await world.run()
    # Somebody has reported six of them by hand.
    event = {"event_name": SEARCHES, "payload": {"stripe_customer_id": world.customers[account_no], "value": "6"}}
    world.fake.account.meter_book.create_event(**event, timestamp=int(hour(2).timestamp()))  # type: ignore[arg-type]
    world.pass_time(25)
    world.wait()
    await world.run_to_the_end()
    assert world.reports() == [(SEARCHES, 1, 6, "settled"), (SEARCHES, 2, 4, "acknowledged")]
    world.assert_exact()


async def test_a_refusal_is_told_and_tried_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    account_no = world.add()
    [meter_id] = [each["id"] for each in world.fake.account.meters.values() if each["event_name"] == SEARCHES]
    world.fake.account.meter_book.deactivate(meter_id)
    world.use(account_no, searches=3, tokens=5)
    assert await world.run() == 1
    assert world.reports() == [(SEARCHES, 1, 3, "refused"), (TOKENS, 1, 5, "acknowledged")]
    output = capsys.readouterr().out
    assert '"event":"meter_report_failed"' in output
    assert '"refused":true' in output
    assert '"event":"meter_reports","waiting":0,"sent":0,"refused":1' in output
    assert world.customers[account_no] not in output
    # What is added meanwhile waits behind it, and nothing is queued twice.
    world.use(account_no, searches=1)
    world.wait()
    await world.run()
    world.fake.account.add_meter(SEARCHES)
    await world.run_to_the_end()
    world.assert_exact()


async def test_a_refusal_says_nothing_of_the_try_before(world: World) -> None:
    account_no = world.add()
    world.use(account_no, searches=3)
    world.fake.faults.script.append(Fault("silence", "after"))
    await world.run()
    [meter_id] = [each["id"] for each in world.fake.account.meters.values() if each["event_name"] == SEARCHES]
    world.fake.account.meter_book.deactivate(meter_id)
    world.wait()
    await world.run()
    assert world.reports() == [(SEARCHES, 1, 3, "sent")]


async def test_where_stripe_does_not_answer_a_run_ends_early(world: World) -> None:
    for _ in range(30):
        world.use(world.add(), searches=1)
    world.fake.faults.always = Fault(500)
    await world.run()
    assert len(world.fake.requests) == 25
    world.fake.faults.clear()
    await world.run_to_the_end()
    world.assert_exact()


async def test_whoever_asks_too_often_slows_down(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.billing.meter_reports.PAUSE_S", 0.01)
    for _ in range(50):
        world.use(world.add(), searches=1)
    world.fake.faults.script.append(Fault(429))
    asked: list[int] = []

    class Counting(CrashingDatabase):
        async def execute(self, statement):  # type: ignore[no-untyped-def]
            if "oldest" in statement.params and "lease" in statement.params:
                asked.append(statement.params["limit"])
            return await super().execute(statement)

    jobs = Counting(world.test_database.jobs_url, size=4)
    async with stripe_account(api_key=KEY, api_base=world.fake.url, connections=25) as patient:
        await report_usage(jobs, patient)
    await jobs.close()
    assert asked[:3] == [25, 12, 12]
    assert Counter(state for *_, state in world.reports()) == {"acknowledged": 49, "sent": 1}


async def test_a_wrong_key_ends_the_run_and_is_told_nowhere(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(30):
        world.use(world.add(), searches=1)
    async with stripe_account(api_key="sk_live_canary", api_base=world.fake.url) as stripe:
        assert await report_usage(world.database, stripe) == 0
    assert Counter(state for *_, state in world.reports()) == {"refused": 25, "waiting": 5}
    output = capsys.readouterr()
    assert '"status":401' in output.out
    assert "canary" not in output.out + output.err
    await world.run_to_the_end()
    world.assert_exact()


# --- runs that end, and that overlap


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_run_that_ends_anywhere_is_taken_up(world: World, when: str) -> None:
    account_no = world.add()
    for step in itertools.count():
        world.use(account_no, 2 + step % 3, searches=3)
        crash = Crash(step, when)
        await world.run(crash)
        world.assert_nothing_acknowledged_was_sent_again()
        world.wait()
        await world.run_to_the_end()
        world.assert_nothing_acknowledged_was_sent_again()
        world.assert_exact()
        if not crash.is_over:
            break
    assert step == 6  # all were met: five statements and a call


async def test_runs_at_once_do_everything_once(world: World) -> None:
    accounts = [world.add() for _ in range(20)]
    async with stripe_account(api_key=KEY, api_base=world.fake.url, connections=25) as patient:
        for round_ in range(3):
            for account_no in accounts:
                world.use(account_no, 2, searches=1 + round_, vectors=2)
            await asyncio.gather(*(report_usage(world.database, patient) for _ in range(4)))
            await report_usage(world.database, patient)
            world.assert_exact()
    assert set(world.sent().values()) == {1}


async def test_a_run_that_overlaps_with_one_that_queued_does_nothing(world: World) -> None:
    account_no = world.add()
    world.use(account_no, searches=1)
    with psycopg.connect(world.test_database.jobs_url) as other:
        queue = b"SELECT queue_meter_reports(10, '0', '1 day')"
        assert other.execute(queue).fetchone() == (1,)
        # The hour is the other's; and so is its key, whichever plan's row is left.
        world.use(account_no, plan="pro", searches=5)
        running = asyncio.create_task(world.run())
        await asyncio.sleep(0.3)
        assert not running.done()
        other.commit()
        await running
    await world.run_to_the_end()
    world.assert_exact()


async def test_more_hours_than_one_statement_takes_are_queued(world: World) -> None:
    world.sql(
        "INSERT INTO accounts (account_id, plan, stripe_customer_id)"
        " SELECT 'acc_' || n, 'scale', 'cus_' || n FROM generate_series(1, 2000) n"
    )
    world.sql(
        "INSERT INTO usage_hours (account_no, hour, env, plan, is_charged, searches, tokens)"
        " SELECT account_no, %s - n * interval '1 hour', 'live', 'scale', true, 1, 1"
        " FROM accounts, generate_series(1, 5) n",
        hour(1),
    )
    world.fake.faults.always = Fault(500)
    await world.run()
    assert world.sql("SELECT count(*) FROM meter_reports") == [(20_000,)]


@pytest.mark.parametrize("seed", range(16))
async def test_totals_agree_after_any_sequence_of_faults_crashes_and_late_events(world: World, seed: int) -> None:
    chance = random.Random(seed)
    accounts = [world.add() for _ in range(3)]
    for _ in range(12):
        for _ in range(chance.randrange(4)):
            units = {unit: chance.randrange(1_000) for unit in ("searches", "vectors", "tokens", "vector_hours")}
            given = dict(chance.sample(sorted(units.items()), chance.randrange(1, 4)))
            world.use_units(
                chance.choice(accounts), chance.randrange(2, 5), given, plan=chance.choice(["scale", "pro"])
            )
        faults = chance.choices(ALL, [4, 4, 4, 1, 1], k=6)
        world.fake.faults.script.extend(fault if chance.random() < 0.4 else None for fault in faults)
        world.fake.account.counts_after_s = chance.choice([0, 600, 4 * HOUR_S])
        crashes = [
            Crash(chance.randrange(25), chance.choice(["before", "after"])) for _ in range(chance.choice([0, 1, 1, 2]))
        ]
        cancelled = world.run_cancelled(chance.random() / 20)
        await asyncio.gather(cancelled, *(world.run(crash) for crash in crashes))
        await world.arrive()
        world.assert_nothing_acknowledged_was_sent_again()
        world.fake.faults.script.clear()
        world.pass_time(chance.choice([0, 1, 10, 25]))
        world.wait()
    world.pass_time(5)
    await world.run_to_the_end()
    world.assert_nothing_acknowledged_was_sent_again()
    world.assert_exact()


# --- accounts that are deleted


async def close(world: World) -> None:
    """Runs the job of closures as often as it takes."""
    for _ in range(30):
        await close_billing(world.database, world.stripe, settle="0")
        if not world.sql("SELECT 1 FROM billing_closures"):
            return
        world.wait()
    raise AssertionError(world.sql("SELECT units, reports, state FROM billing_closures"))


def total(world: World, account_no: int) -> dict[str, int]:
    return world.fake.account.units(world.customers[account_no])


async def test_a_closure_takes_over_what_nobody_has_sent_and_what_may_have_arrived(world: World) -> None:
    account_no = world.add()
    world.use(account_no, 4, searches=1)
    await world.run()  # acknowledged
    world.use(account_no, 4, searches=2)
    world.fake.faults.script.append(Fault("silence", "after"))
    await world.run()  # unknown
    world.use(account_no, 4, searches=4)
    await world.run()  # waiting behind it
    world.use(account_no, 3, searches=8)  # not queued
    world.use(account_no, 0, searches=16, vector_hours=5)  # not over
    world.sql(
        "INSERT INTO usage_tail (account_no, occurred_at, env, plan, is_charged, endpoint, key_no, requests, searches,"
        " vectors, embeddings, tokens) SELECT %s, now(), e, 'scale', e = 'live', '/', 0, 1, 32, 0, 0, 0"
        " FROM unnest('{live,test}'::text[]) e",
        account_no,
    )
    await erase_account(world.owner, Whose(account_no))
    [(units, [report])] = world.sql("SELECT units, reports FROM billing_closures")
    assert units == {SEARCHES: 4 + 8 + 16 + 32, VECTOR_HOURS: 5}
    assert report.keys() == {"identifier", "meter", "hour", "value", "known", "first_sent_at"}
    assert (report["meter"], report["value"], report["known"]) == (SEARCHES, 2, 1)
    assert report["hour"] == hour(4).timestamp()
    await close(world)
    assert total(world, account_no) == {SEARCHES: 63, VECTOR_HOURS: 5}
    assert world.fake.account.invoiced(world.customers[account_no]) == {SEARCHES: 63, VECTOR_HOURS: 5}


@pytest.mark.parametrize("arrived", [True, False])
@pytest.mark.parametrize("hours", [25, 36 * 24])
async def test_a_closure_settles_by_stripes_count_what_is_older_than_a_day(
    world: World, arrived: bool, hours: int
) -> None:
    account_no = world.add()
    world.use(account_no, 4, searches=1)
    await world.run()
    world.use(account_no, 4, searches=2)
    world.fake.faults.script.append(Fault("silence", "after" if arrived else "before"))
    await world.run()
    await erase_account(world.owner, Whose(account_no))
    world.pass_time_since_deletion(hours)
    world.wait()
    await close(world)
    assert total(world, account_no) == {SEARCHES: 3}


async def test_whoever_sends_while_the_account_goes_sends_it_once(world: World) -> None:
    account_no = world.add()
    world.use(account_no, searches=3)

    class Slow(Stripe):
        async def send_meter_event(self, event, *, idempotency_key):  # type: ignore[no-untyped-def]
            await erase_account(world.owner, Whose(account_no))
            await close(world)
            await super().send_meter_event(event, idempotency_key=idempotency_key)

    await report_usage(world.database, Slow(world.stripe.sdk))
    assert world.reports() == []
    assert total(world, account_no) == {SEARCHES: 3}


@pytest.mark.parametrize("seed", range(12))
async def test_of_an_account_that_goes_at_any_moment_all_is_reported_once(world: World, seed: int) -> None:
    chance = random.Random(seed)
    account_no = world.add()
    wanted: Counter[str] = Counter()
    for _ in range(chance.randrange(1, 6)):
        for _ in range(chance.randrange(1, 4)):
            units = {"searches": chance.randrange(1, 1_000), "tokens": chance.randrange(1, 1_000)}
            world.use_units(account_no, chance.randrange(0, 5), units)
            wanted.update({f"fluxvector_{unit}": value for unit, value in units.items()})
        faults = chance.choices(ALL, [4, 4, 4, 1, 1], k=4)
        world.fake.faults.script.extend(fault if chance.random() < 0.5 else None for fault in faults)
        await world.run(Crash(chance.randrange(25), chance.choice(["before", "after"])))
        world.fake.faults.script.clear()
        world.wait()
        world.pass_time(chance.choice([0, 1, 15, 25]))
    running = asyncio.create_task(world.run())
    for _ in range(chance.randrange(40)):
        await asyncio.sleep(0)
    await asyncio.sleep(chance.random() / 50)
    await erase_account(world.owner, Whose(account_no))
    await running
    assert world.reports() == []
    for _ in range(6):
        faults = chance.choices(ALL, [4, 4, 4, 1, 1], k=4)
        world.fake.faults.script.extend(fault if chance.random() < 0.3 else None for fault in faults)
        crash = Crash(chance.randrange(15), chance.choice(["before", "after"]))
        closing = CrashingDatabase(world.test_database.jobs_url, size=1)
        closing.crash = crash
        with suppress(Crashed):
            await close_billing(closing, crashing(world.stripe, crash), settle="0")
        await closing.close()
        world.fake.faults.script.clear()
        world.pass_time_since_deletion(chance.choice([0, 25]))
        world.wait()
    await close(world)
    assert Counter(total(world, account_no)) == wanted


# --- the job


async def test_reports_that_have_arrived_are_kept_for_seventy_days(world: World) -> None:
    account_no = world.add()
    for days, state in ((69, "acknowledged"), (71, "acknowledged"), (71, "settled"), (71, "refused")):
        world.sql(
            "INSERT INTO meter_reports (account_no, meter, hour, revision, value, identifier, state)"
            " VALUES (%s, %s, now() - %s * interval '1 day', 1, 1, 'x', %s)",
            account_no,
            state,
            days,
            state,
        )
    await purge(world.database)
    assert sorted(state for *_, state in world.reports()) == ["acknowledged", "refused"]
    assert OLDEST < "35 days"


async def test_the_job(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def set_(**values: str) -> None:
        class Config:
            stripe_api_key = values.get("key", "")
            stripe_api_base = values.get("base", "http://127.0.0.1:9")

        monkeypatch.setattr(job, "settings", Config)
        monkeypatch.setattr(job, "database", lambda: world.database)

    world.use(world.add(), searches=1)
    set_()
    assert await job.run() == 0
    assert (world.reports(), capsys.readouterr().out) == ([], "")
    set_(key=KEY, base=world.fake.url)
    assert await job.run() == 1
    world.assert_exact()


# --- a restored database


async def test_a_restored_database_reports_nothing_that_was_reported_since_its_backup(world: World) -> None:
    account_no = world.add()
    world.use(account_no, 4, searches=1)
    await world.run()
    world.use(account_no, 4, searches=2)
    world.use(account_no, 3, searches=4)
    world.use(account_no, 2, searches=8)
    tables = ("meter_reports", "usage_hours")
    world.sql("CREATE SCHEMA backup")
    for table in tables:
        world.sql(f"CREATE TABLE backup.{table} AS TABLE public.{table}")
    # The service went on, as with the hour in which the backup was made; of one hour nothing was reported.
    world.use(account_no, 2, searches=16)
    world.use(account_no, 1, searches=32)
    world.sql("UPDATE usage_hours SET is_reported = true WHERE searches = 32")
    await world.run_to_the_end()
    summed = world.summed()
    world.pass_time(30)
    for table in tables:
        world.sql(f"DELETE FROM {table}")
        world.sql(f"INSERT INTO {table} SELECT * FROM backup.{table}")
    owner = Database(world.test_database.owner_url, size=1)
    await doubt_reports(owner)
    await owner.close()
    world.use(account_no, 1, searches=32)
    await world.run_to_the_end()
    assert [(value, state) for _, _, value, state in world.reports()] == [
        (1, "acknowledged"),
        (2, "settled"),
        (4, "settled"),
        (8, "settled"),
        (32, "acknowledged"),
    ]
    assert world.summed() == summed + Counter({(account_no, SEARCHES, int(hour(1).timestamp())): 32})
