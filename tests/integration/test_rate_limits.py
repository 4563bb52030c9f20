"""Rates: what full buckets would admit is admitted, whoever waits as he is told gets in, and headers do not lie."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, Literal

import http_sf
import psycopg
import pytest
from fluxvector import AsyncFluxVector
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.admission import end_ticket
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.limits import READ, WRITE, Ask, Grant, Ticket
from shared.usage import Work
from tests.support.admissions import Caller, set_plan
from tests.support.api import Api, Tenant, make_key, make_tenant
from tests.support.database import TestDatabase
from tests.support.gateway import running_gateway
from tests.support.gcra_model import Account, Bucket, Kind, Rates
from tests.support.stopped_clock import StoppedClock

# Half of it is a key's: 5 a second and 20 at once.
READ_RATE, READ_BURST = 10, 40
WRITE_RATE, WRITE_BURST = 4, 30
CONTROL_RATE, CONTROL_BURST = 3, 7
TOKENS_A_MINUTE = 900
# So close to a limit, floating point decides; a microsecond is what the database's clock can tell.
EDGE_S = Fraction(1, 100_000)
QUERY = {"collection": "things", "vector": [1.0, 0.0], "top_k": 1}


@dataclass
class Limited:
    """An account of a small plan, and its callers: one for each of two keys."""

    database: TestDatabase
    functions: Database
    tenant: Tenant
    keys: list[str]
    clock: StoppedClock

    def caller(self, key: int = 0) -> Caller:
        return Caller(self.functions, self.keys[key])

    def sql(self, statement: str) -> None:
        with psycopg.connect(self.database.owner_url, autocommit=True) as owner:
            owner.execute(statement.encode())


@pytest.fixture
async def limited(database: TestDatabase) -> AsyncIterator[Limited]:
    clock = StoppedClock(database)
    tenant = await make_tenant(database, "owner@example.com")
    second = await make_key(database, tenant.account_no, ("read", "write"), "live")
    functions = Database(database.api_url, size=8)
    made = Limited(database, functions, tenant, [tenant.key, second], clock)
    made.sql(
        "UPDATE plans SET "
        + set_plan(
            read_rate=READ_RATE,
            read_burst=READ_BURST,
            write_rate=WRITE_RATE,
            write_burst=WRITE_BURST,
            control_rate=CONTROL_RATE,
            control_burst=CONTROL_BURST,
            key_share=0.5,
            tokens_per_minute=TOKENS_A_MINUTE,
            requests_in_flight=100_000,
            writes_in_flight=100_000,
        )
    )
    yield made
    await functions.close()
    clock.close()


def model() -> Account:
    rates: dict[Kind, tuple[Fraction, Fraction]] = {
        "read": (Fraction(READ_RATE), Fraction(READ_BURST)),
        "write": (Fraction(WRITE_RATE), Fraction(WRITE_BURST)),
        "control": (Fraction(CONTROL_RATE), Fraction(CONTROL_BURST)),
    }
    return Account(Rates(rates, Fraction(1, 2), Fraction(TOKENS_A_MINUTE)))


@dataclass(frozen=True)
class Step:
    """A request after a pause; where it is refused, it comes again after what it was told, in one of these ways."""

    pause_ms: int
    key: int
    kind: Kind
    cost: int
    tokens: int
    uses_tokens: bool
    again: Literal["too soon", "to the microsecond", "in whole seconds", "never"]


steps = st.builds(
    Step,
    pause_ms=st.sampled_from([0, 0, 0, 1, 40, 500, 3_000, 70_000]),
    key=st.integers(0, 1),
    kind=st.sampled_from(["read", "read", "write", "control"]),
    cost=st.sampled_from([1, 1, 2, 5, 11, 20, 35, 1_000]),
    tokens=st.sampled_from([0, 0, 0, 1, 100, 450, 900]),
    uses_tokens=st.booleans(),
    again=st.sampled_from(["too soon", "to the microsecond", "in whole seconds", "never"]),
)


class Run:
    """One sequence of requests, at the database and at the model."""

    def __init__(self, limited: Limited) -> None:
        self.limited, self.model, self.began = limited, model(), limited.clock.now
        self.given_back = 0

    @property
    def now(self) -> Fraction:
        since = self.limited.clock.now - self.began
        return Fraction(since.days * 86_400 + since.seconds) + Fraction(since.microseconds, 1_000_000)

    async def step(self, step: Step) -> None:
        self.limited.clock.advance(step.pause_ms / 1000)
        grant = await self.request(step)
        if grant.refusal is None or step.again == "never":
            return
        if step.again == "too soon":
            if grant.wait_s > 0.002:
                self.limited.clock.advance(grant.wait_s - 0.002)
                assert (await self.request(step)).refusal == grant.refusal
        elif step.again == "in whole seconds":
            self.limited.clock.advance(retry_after(grant))
            assert (await self.request(step)).refusal is None
        else:
            self.limited.clock.advance(grant.wait_s)
            assert (await self.request(step)).refusal is None

    async def request(self, step: Step) -> Grant:
        caller, key, now = self.limited.caller(step.key), str(step.key), self.now
        # What the last request did not use comes back with the next one.
        self.model.tokens.change(now, Fraction(self.given_back))
        self.given_back = 0
        met = self.model.met(key, step.kind, step.cost, step.tokens)
        admission = await caller.ask(Ask(step.kind, step.cost, tokens=step.tokens))
        grant = admission.grant
        wait = max(bucket.wait(now, units) for bucket, units in met.values())
        if wait > EDGE_S:
            assert grant.refusal in {"rate", "tokens"}
            assert abs(Fraction(grant.wait_s) - wait) < EDGE_S
        elif wait == 0:
            assert grant.refusal is None
        if grant.refusal is None:
            for bucket, units in met.values():
                bucket.change(now, -units)
            used = step.tokens if step.uses_tokens else 0
            if step.kind != "control":
                await caller.record(admission, Work(tokens=used))
                self.given_back = step.tokens - used
        check_headers(grant, {name: bucket for name, (bucket, _) in met.items()}, now)
        await self.check_remaining(step, caller, now)
        return grant

    async def check_remaining(self, step: Step, caller: Caller, now: Fraction) -> None:
        """So many units as are said to be left may be asked for at once, and no more."""
        looked = await caller.ask(Ask(step.kind), takes=False)
        left = int(min(standing.remaining for standing in looked.grant.standings))
        least = min(bucket.size for bucket, _ in self.model.met(str(step.key), step.kind, 1, 0).values())
        if left:
            assert (await caller.ask(Ask(step.kind, left), takes=False)).grant.refusal is None
        if left + 1 <= least:
            assert (await caller.ask(Ask(step.kind, left + 1), takes=False)).grant.refusal == "rate"


def check_headers(grant: Grant, buckets: dict[str, Bucket], now: Fraction) -> None:
    policies, states = fields(grant)
    assert set(policies) == set(states) == set(buckets)
    for name, bucket in buckets.items():
        assert policies[name] == {"q": int(bucket.size), "w": ceil(bucket.size / bucket.rate)}
        assert set(states[name]) == {"r", "t"}
        held, full_in = bucket.held(now), bucket.full_in(now)
        assert held - 1 - EDGE_S * bucket.rate <= states[name]["r"] <= max(held, Fraction(0)) + EDGE_S * bucket.rate
        assert full_in - EDGE_S <= states[name]["t"] <= full_in + 1 + EDGE_S


def fields(grant: Grant) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    """RateLimit-Policy and RateLimit as a parser of structured fields reads them: parameters by name."""
    parsed = []
    for header, value in grant.headers:
        items: Any = http_sf.parse(value, tltype="list")
        assert all(type(name) is str and all(type(n) is int for n in params.values()) for name, params in items), header
        parsed.append({name: dict(params) for name, params in items})
    policies, states = parsed
    return policies, states


def retry_after(grant: Grant) -> int:
    """What the answer says in Retry-After."""
    assert grant.fault is not None
    return int(grant.fault.headers["Retry-After"])


@given(sequence=st.lists(steps, min_size=5, max_size=25))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_rates_admit_what_full_buckets_would(limited: Limited, sequence: list[Step]) -> None:
    """Two keys, three kinds, batches and tokens: the database and the model agree on every request and every wait."""
    limited.sql("DELETE FROM account_meters; DELETE FROM key_meters; DELETE FROM tickets")
    run = Run(limited)
    for step in sequence:
        await run.step(step)


async def test_what_was_never_asked_is_full(limited: Limited) -> None:
    """Before the first request, and after the tables of the rates are lost."""
    for _ in range(2):
        policies, states = fields((await limited.caller().ask(READ)).grant)
        assert policies == {"key-read": {"q": 20, "w": 4}, "account-read": {"q": 40, "w": 4}}
        assert states == {"key-read": {"r": 19, "t": 1}, "account-read": {"r": 39, "t": 1}}
        limited.sql("TRUNCATE account_meters, key_meters, tickets, stranger_meters")


async def test_a_batch_costs_more_than_one_request(limited: Limited) -> None:
    """And one that costs more than all there ever is waits for a full bucket and empties it."""
    caller = limited.caller()
    assert fields((await caller.ask(Ask("write", 11))).grant)[1]["key-write"]["r"] == 15 - 11
    refused = (await caller.ask(Ask("write", 11))).grant
    assert (refused.refusal, retry_after(refused)) == ("rate", 4)
    all_of_it = (await caller.ask(Ask("write", 1_000))).grant
    assert retry_after(all_of_it) == 6
    limited.clock.advance(6)
    assert fields((await caller.ask(Ask("write", 1_000))).grant)[1]["key-write"]["r"] == 0


async def test_reads_and_writes_and_control_are_apart(limited: Limited) -> None:
    """Whoever has no write left reads, and whoever has neither left deletes and signs out."""
    caller = limited.caller()
    for ask, most in ((WRITE, 15), (READ, 20)):
        for _ in range(most):
            assert (await caller.ask(ask)).grant.refusal is None
        assert (await caller.ask(ask)).grant.refusal == "rate"
    assert (await caller.ask(Ask("control"))).grant.refusal is None
    assert (await limited.caller(1).ask(READ)).grant.refusal is None


async def test_two_keys_share_what_the_account_has(limited: Limited) -> None:
    """A key that takes all it may leaves the rest to others; together they have the account's burst and no more."""
    admitted = [0, 0]
    for key in (0, 1):
        for _ in range(READ_BURST):
            admitted[key] += (await limited.caller(key).ask(READ)).grant.refusal is None
    assert admitted == [20, 20]
    third = await make_key(limited.database, limited.tenant.account_no, ("read",), "live")
    assert (await Caller(limited.functions, third).ask(READ)).grant.refusal == "rate"


async def test_whoever_lacks_both_is_told_the_longer_wait(limited: Limited) -> None:
    """Requests and tokens: after the wait that was told, neither refuses."""
    caller = limited.caller()
    assert (await caller.ask(Ask("read", 20, tokens=TOKENS_A_MINUTE))).grant.refusal is None
    refused = (await caller.ask(Ask("read", 5, tokens=300))).grant
    assert retry_after(refused) == 20
    limited.clock.advance(20)
    assert (await caller.ask(Ask("read", 5, tokens=300))).grant.refusal is None


async def test_tokens_that_were_not_used_are_free_again(limited: Limited) -> None:
    """A text is at most so long before it is embedded; what it was less than that is given back."""
    caller = limited.caller()
    admission = await caller.ask(Ask("read", tokens=TOKENS_A_MINUTE))
    assert (await caller.ask(Ask("read", tokens=100))).grant.refusal == "tokens"
    await caller.record(admission, Work(searches=1, tokens=700))
    assert (await caller.ask(Ask("read", tokens=200))).grant.refusal is None
    assert (await caller.ask(Ask("read", tokens=1))).grant.refusal == "tokens"


async def test_work_of_a_job_gives_no_tokens_of_the_rate_back(limited: Limited) -> None:
    """It took none: what it reserved of a quota is no rate."""
    caller = limited.caller()
    account_no = limited.tenant.account_no
    assert (await caller.ask(Ask("read", tokens=TOKENS_A_MINUTE))).grant.refusal is None
    reserve = Statement(
        statements("admission")["reserve_work"], {"env": "live", "searches": 0, "vectors": 0, "tokens": 500}
    )
    [[row]] = await limited.functions.transact(account_no, reserve)
    await limited.functions.transact(account_no, end_ticket("live", Ticket(row[2])))
    assert (await caller.ask(Ask("read", tokens=1))).grant.refusal == "tokens"


async def test_a_glance_takes_nothing(limited: Limited) -> None:
    """As before a large body is read."""
    caller = limited.caller()
    for _ in range(READ_BURST):
        assert (await caller.ask(READ, takes=False)).grant.refusal is None
    assert fields((await caller.ask(READ)).grant)[1]["key-read"]["r"] == 19


async def test_many_at_once_get_the_burst_and_not_one_more(limited: Limited) -> None:
    """64 callers, three keys, while the clock stands."""
    third = await make_key(limited.database, limited.tenant.account_no, ("read",), "live")
    callers = [*[limited.caller(0)] * 22, *[limited.caller(1)] * 21, *[Caller(limited.functions, third)] * 21]

    async def asks(caller: Caller) -> list[Grant]:
        return [(await caller.ask(READ)).grant for _ in range(4)]

    grants = [grant for made in await asyncio.gather(*map(asks, callers)) for grant in made]
    assert Counter(grant.refusal for grant in grants) == {None: READ_BURST, "rate": 64 * 4 - READ_BURST}
    limited.clock.advance(2)
    grants = [grant for made in await asyncio.gather(*map(asks, callers)) for grant in made]
    assert sum(grant.refusal is None for grant in grants) == 2 * READ_RATE


async def test_sixty_four_clients_get_what_the_plan_says(api_without_embedder: Api) -> None:
    """By HTTP and by the real clock; 429 says when, and nothing else happens to anybody."""
    api = api_without_embedder
    api.sql("UPDATE plans SET " + set_plan(read_rate=40, read_burst=60, requests_in_flight=100_000))
    await api.collection(dimension=2)
    keys = [api.tenant.key, await api.new_key("read"), await api.new_key("read")]
    started = time.monotonic()

    async def client(number: int) -> list[int]:
        answers = [await api.post("/v1/vectors/query", QUERY, key=keys[number % 3]) for _ in range(6)]
        assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 429)
        return [answer.status_code for answer in answers]

    statuses = Counter(status for made in await asyncio.gather(*map(client, range(64))) for status in made)
    elapsed = time.monotonic() - started
    assert set(statuses) == {200, 429}
    assert 60 <= statuses[200] <= 60 + 40 * elapsed


async def test_the_published_client_waits_and_succeeds(database: TestDatabase, tmp_path: Path) -> None:
    """As its users have it, against a gateway on sockets."""
    tenant = await make_tenant(database, "owner@example.com")
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(b"UPDATE plans SET read_rate = 8, read_burst = 8, key_share = 0.5")
    log = tmp_path / "log"
    with running_gateway(database, log) as gateway:
        async with AsyncFluxVector(api_key=tenant.key, base_url=f"http://127.0.0.1:{gateway.port}") as client:
            await client.collections.create("things", dimension=2)
            for _ in range(7):
                await client.vectors.query("things", vector=[1.0, 0.0])
    assert '"status":429' in log.read_text().replace(" ", "")


@pytest.mark.parametrize("is_held", [False, True])
async def test_tokens_that_time_has_paid_do_not_go_back_as_well(limited: Limited, is_held: bool) -> None:
    """Tokens of an older request go back, and the rate comes to those behind it the sooner.

    With `is_held` the work of the one behind holds its ticket just then: nothing goes back before it is over.
    """
    caller, clock = limited.caller(), limited.clock
    older = await caller.ask(Ask("read", tokens=450))
    behind = await caller.ask(Ask("read", tokens=449))
    assert behind.grant.ticket is not None
    await caller.end(older)
    if is_held:
        async with await psycopg.AsyncConnection.connect(limited.database.owner_url) as work:
            await work.execute("SELECT FROM tickets WHERE ticket_no = %s FOR UPDATE", [behind.grant.ticket.number])
            assert (await caller.ask(Ask("read", tokens=2))).grant.refusal == "tokens"
    assert (await caller.ask(Ask("read", tokens=1), takes=False)).grant.refusal is None
    clock.advance(28)
    assert (await caller.ask(Ask("read", tokens=855))).grant.refusal is None
    await caller.end(behind)
    # 60 s less the 57 that were taken last: all that time has paid for is gone.
    assert (await caller.ask(Ask("read", tokens=46))).grant.refusal == "tokens"
    assert (await caller.ask(Ask("read", tokens=45))).grant.refusal is None
