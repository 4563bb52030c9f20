"""The API with a fake of Stripe beside it: both over HTTP, prices set up, events delivered when a test says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from functions.jobs.process_webhooks import RUN_S
from infra.local import gateway
from infra.stripe.setup import set_up
from shared.billing.client import Stripe, stripe_account
from shared.billing.inbox import handle_ready, read_missed
from shared.db.connection import Database
from shared.deadline import Deadline
from tests.support.api import NOWHERE, PUBLIC_URL, Api, Tenant, serve_in_process
from tests.support.database import TestDatabase
from tests.support.listening import listening
from tests.support.stripe_fake.app import KEY, StripeFake
from tests.support.stripe_fake.server import stripe_fake

SECRET = "whsec_of_events"
METER_SECRET = "whsec_of_meters"
DAY_S = 24 * 3_600


@dataclass(slots=True)
class Billing:
    """The API as a tenant of plan Free, the fake, and the job between them."""

    api: Api
    fake: StripeFake
    stripe: Stripe
    jobs: Database
    tenant: Tenant
    url: str
    endpoint_id: str

    async def checkout(self, plan: str = "pro", *, key: str | None = None) -> str:
        """Opens a checkout; answers the session's id."""
        answer = await self.api.post("/v1/billing/checkout", {"plan": plan}, key=key or self.tenant.key)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["url"].rpartition("/")[2])

    async def subscribe(self, plan: str = "pro") -> str:
        """Buys a plan, and has all events delivered; answers the subscription's id."""
        session = self.fake.complete_checkout(await self.checkout(plan))
        await self.fake.deliver_all()
        return str(session["subscription"])

    async def billing(self) -> dict[str, Any]:
        """GET /v1/billing"""
        answer = await self.api.get("/v1/billing", key=self.tenant.key)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def patch(self, **changes: Any) -> dict[str, Any]:
        """PATCH /v1/billing"""
        answer = await self.api.patch("/v1/billing", changes, key=self.tenant.key)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def process(self) -> int:
        """Runs the job: reads Stripe's list, and handles all that waits, whenever it would be ready."""
        self.sql("UPDATE stripe_event_reads SET tried_at = '-infinity'")
        await read_missed(self.jobs, self.stripe)
        self.sql("UPDATE stripe_events SET ready_at = now() WHERE processed_at IS NULL")
        return await handle_ready(self.jobs, self.stripe, Deadline(RUN_S))

    def sql(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        return self.api.sql(statement, *params)

    def account(self) -> tuple[Any, ...]:
        """Plan, subscription_status, and whether a payment is overdue."""
        [row] = self.sql(
            "SELECT plan, subscription_status, payment_overdue_since IS NOT NULL FROM accounts WHERE account_no = %s",
            self.tenant.account_no,
        )
        return row

    def customer_id(self) -> str:
        [(customer_id,)] = self.sql(
            "SELECT stripe_customer_id FROM accounts WHERE account_no = %s", self.tenant.account_no
        )
        return str(customer_id)

    def mails(self, kind: str) -> list[dict[str, Any]]:
        """The parameters of the mails of a kind that wait to be sent."""
        return [row for (row,) in self.sql("SELECT params FROM outbox_emails WHERE kind = %s ORDER BY email_no", kind)]

    def inbox(self) -> list[tuple[Any, ...]]:
        return self.sql("SELECT type, object_id, processed_at IS NOT NULL FROM stripe_events ORDER BY received_at")


@asynccontextmanager
async def billing_with_stripe(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Billing]:
    """The API beside a fake of Stripe, until the block ends."""
    jobs = Database(database.jobs_url, size=4)
    async with stripe_fake() as fake, stripe_account(api_key=KEY, api_base=fake.url, timeout_s=2.0) as stripe:
        await set_up(stripe, public_url=PUBLIC_URL)
        env = {
            "FLUXVECTOR_STRIPE_API_KEY": KEY,
            "FLUXVECTOR_STRIPE_API_BASE": fake.url,
            "FLUXVECTOR_STRIPE_WEBHOOK_SECRETS": SECRET,
            "FLUXVECTOR_STRIPE_METER_WEBHOOK_SECRETS": METER_SECRET,
        }
        async with (
            serve_in_process(database, NOWHERE, "", monkeypatch, **env) as api,
            listening(gateway.create()) as url,
        ):
            tenant = await api.new_tenant("payer@example.com", plan="free")
            endpoint_id = fake.account.webhooks.add_endpoint(f"{url}/v1/billing/webhook", secret=SECRET)
            yield Billing(api, fake, stripe, jobs, tenant, url, endpoint_id)
    await jobs.close()
