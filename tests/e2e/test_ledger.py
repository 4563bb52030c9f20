"""The books agree: what answers told, events, roll-ups, `GET /v1/usage` and Stripe's meters, whatever happens."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from shared.billing.meter_reports import report_usage
from shared.db.connection import Database
from shared.usage_rollups import aggregate_usage
from tests.support.billing import Billing, billing_with_stripe
from tests.support.database import TestDatabase
from tests.support.metering import assert_books_agree
from tests.support.stripe_fake.faults import Chance

STEPS = 90
UNITS = ("searches", "vectors")
# An hour is over at once, so what is used later in it comes late; Stripe's clock is that much ahead.
NOW, AHEAD_S = "-1 hour", 3_700


@dataclass(slots=True)
class Ledger:
    """A customer at work, and what he was told that it cost, in units, in live and in test."""

    world: Billing
    random: random.Random
    http: httpx.AsyncClient
    keys: dict[str, str]
    told: dict[str, Counter[str]] = field(default_factory=lambda: {"live": Counter(), "test": Counter()})
    # Whether the caller left before an answer, so that nobody told him.
    has_left: bool = False

    async def call(self, env: str, path: str, body: Any, **headers: str) -> httpx.Response:
        """One call; what its answer says that it used is added up, unless it is a replay."""
        headers |= {"Authorization": f"Bearer {self.keys[env]}"}
        answer = await self.http.post(path, json=body, headers=headers)
        if answer.is_success and "usage" in (told := answer.json()) and "idempotency-replayed" not in answer.headers:
            self.told[env].update({unit: told["usage"].get(unit, 0) for unit in UNITS})
        return answer

    def vectors(self) -> list[dict[str, Any]]:
        """Some records, of which some are there already, some unchanged."""
        return [
            {"id": str(n), "values": [1.0, float(self.random.randrange(1, 4))]}
            for n in self.random.sample(range(60), self.random.randrange(1, 30))
        ]

    async def write(self, env: str) -> None:
        body = {"collection": "things", "vectors": self.vectors()}
        key = f"key-{self.random.randrange(8)}-{env}"
        answer = await self.call(env, "/v1/vectors/upsert", body, **{"Idempotency-Key": key})
        assert answer.status_code in (200, 422)  # a key of another request

    async def write_twice_at_once(self, env: str) -> None:
        body = {"collection": "things", "vectors": self.vectors()}
        key = f"twice-{self.random.random()}"
        calls = [self.call(env, "/v1/vectors/upsert", body, **{"Idempotency-Key": key}) for _ in range(2)]
        assert {answer.status_code for answer in await asyncio.gather(*calls)} <= {200, 409}

    async def search(self, env: str) -> None:
        answer = await self.call(env, "/v1/vectors/query", {"collection": "things", "vector": [1.0, 2.0]})
        assert answer.status_code == 200

    async def fail(self, env: str) -> None:
        """What costs nothing: no such collection, no such record, no embedder."""
        for path, body, status in (
            ("/v1/vectors/query", {"collection": "nothing", "vector": [1.0, 2.0]}, 404),
            ("/v1/vectors/query", {"collection": "things", "vector": [1.0]}, 422),
            ("/v1/vectors/upsert", {"collection": "things", "vectors": [{"id": "x", "values": [0, 0]}]}, 422),
            ("/v1/embed", {"text": "nobody embeds this"}, 503),
        ):
            assert (await self.call(env, path, body)).status_code == status

    async def leave(self, env: str) -> None:
        """The caller goes in the middle: what was done meanwhile counts, and nobody tells him."""
        self.has_left = True
        calling = asyncio.create_task(self.write(env) if self.random.random() < 0.5 else self.search(env))
        await asyncio.wait([calling], timeout=self.random.random() * 0.02)
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)

    async def roll_up(self, env: str) -> None:
        """Two runs at once, one of which may be killed in the middle."""
        jobs = Database(self.world.api.database.jobs_url, size=2)
        runs = [asyncio.create_task(aggregate_usage(database)) for database in (jobs, self.world.jobs)]
        if self.random.random() < 0.5:
            await asyncio.sleep(self.random.random() * 0.02)
            runs[0].cancel()
        await asyncio.gather(*runs, return_exceptions=True)
        await jobs.close()

    async def report(self, env: str) -> None:
        """The hour ends, and Stripe may fail in any way."""
        self.world.fake.faults.chance = Chance(self.random.randrange(1 << 30), 0.3)
        await report_usage(self.world.jobs, self.world.stripe, settled=NOW)
        self.world.fake.faults.clear()

    async def settle(self) -> None:
        """Everything that waits gets where it belongs."""
        for _ in range(10):
            await aggregate_usage(self.world.jobs)
            self.world.sql("UPDATE meter_reports SET ready_at = now() WHERE state NOT IN ('acknowledged', 'settled')")
            await report_usage(self.world.jobs, self.world.stripe, settled=NOW)
            self.world.fake.advance(600)

    def charged(self) -> dict[str, int]:
        """What Stripe's meters have counted of the customer."""
        units = self.world.fake.account.units(self.world.customer_id())
        return {unit: units[f"fluxvector_{unit}"] for unit in UNITS}

    def recorded(self, env: str) -> dict[str, int]:
        """What the events hold."""
        rows = self.world.sql(
            "SELECT coalesce(sum(searches), 0), coalesce(sum(vectors), 0) FROM usage_events"
            " WHERE account_no = %s AND env = %s",
            self.world.tenant.account_no,
            env,
        )
        return dict(zip(UNITS, map(int, rows[0]), strict=True))

    async def usage(self, env: str) -> dict[str, int]:
        """What `GET /v1/usage` tells."""
        answer = await self.http.get("/v1/usage", headers={"Authorization": f"Bearer {self.keys[env]}"})
        assert answer.status_code == 200
        return {unit: answer.json()[unit] for unit in UNITS}


@pytest.fixture
async def world(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Billing]:
    async with billing_with_stripe(database, monkeypatch) as billing:
        yield billing


@pytest.mark.parametrize("seed", range(4))
async def test_the_books_agree_whatever_happens_between(world: Billing, seed: int) -> None:
    """For random work with random faults: the sums of all books are the same, and nobody paid for test data."""
    await world.subscribe("pay_as_you_go")
    world.fake.advance(AHEAD_S)
    api, tenant = world.api, world.tenant
    session = await api.session(tenant.email)
    made = await api.post("/v1/api-keys", {"name": "test", "env": "test", "scopes": ["admin"]}, key=session)
    async with httpx.AsyncClient(base_url=world.url, timeout=30) as http:
        ledger = Ledger(world, random.Random(seed), http, {"live": tenant.key, "test": made.json()["key"]})
        for env in ledger.keys:
            assert (await ledger.call(env, "/v1/collections", {"name": "things", "dimension": 2})).is_success
        steps: list[Callable[[str], Coroutine[Any, Any, None]]] = [
            *(ledger.write, ledger.write, ledger.write_twice_at_once, ledger.search, ledger.search, ledger.fail),
            *(ledger.roll_up, ledger.report),
        ]
        if seed % 2:
            steps.append(ledger.leave)
        for _ in range(STEPS):
            await ledger.random.choice(steps)(ledger.random.choice(["live", "live", "test"]))
            assert_books_agree(api.database)
        for env in ledger.keys:
            assert await ledger.usage(env) == ledger.recorded(env)
        await ledger.settle()
        for env in ledger.keys:
            assert await ledger.usage(env) == ledger.recorded(env)
            for unit, recorded in ledger.recorded(env).items():
                # Who has left was not told of all that was done for him.
                assert ledger.told[env][unit] <= recorded if ledger.has_left else ledger.told[env][unit] == recorded
        assert ledger.charged() == ledger.recorded("live")
        assert sum(ledger.recorded("live").values()) > 0
