"""Stripe, as far as this service asks it for something. The one place that imports the `stripe` package's client.

Each write has an idempotency key. Stripe keeps the first answer to a key for a day, its own errors too, so a key names
one attempt; what must not count twice across attempts has an identifier (meter events) or an end (subscriptions).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import stripe

from shared.billing.answers import answered, fault_of
from shared.billing.calls.happenings import Happenings
from shared.billing.calls.sales import Sales
from shared.billing.calls.schedules import Schedules
from shared.billing.calls.subscriptions import PAGE, Subscriptions
from shared.billing.faults import StripeMissing
from shared.billing.transport import Transport

# The one that the pinned package was generated from: objects look as it expects them, whatever the account's default.
API_VERSION = "2026-10-28.endive"
TIMEOUT_S = 20.0

# The package would keep an id of this machine in the home folder, and send it and its timings along.
stripe.enable_telemetry = False


@dataclass(frozen=True, slots=True)
class MeterEvent:
    """`value` units of a customer on a meter (by its event name) at a time in Unix seconds."""

    meter: str
    customer_id: str = field(repr=False)
    value: int
    timestamp: int
    # For about a day Stripe counts no second event of the same identifier; at most 100 characters.
    identifier: str


class Stripe:
    """What one account of Stripe's is asked. All raise StripeUnavailable, StripeRefused or StripeMissing."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client
        self.subscriptions = Subscriptions(client)
        self.schedules = Schedules(client)
        self.sales = Sales(client)
        self.happenings = Happenings(client)

    def __repr__(self) -> str:
        return "Stripe()"  # it holds the key

    @property
    def sdk(self) -> stripe.StripeClient:
        """The package's client, for what sets an account up."""
        return self._client

    async def has_customer(self, customer_id: str) -> bool:
        """Whether there is such a customer that is not deleted."""
        try:
            customer = await answered(self._client.v1.customers.retrieve_async(customer_id))
        except StripeMissing:
            return False
        return not getattr(customer, "deleted", False)

    async def send_meter_event(self, event: MeterEvent, *, idempotency_key: str) -> None:
        """Reports units. That the identifier is taken is as good as done; Stripe counts some minutes later."""
        params: stripe.params.billing.MeterEventCreateParams = {
            "event_name": event.meter,
            "identifier": event.identifier,
            "payload": {"stripe_customer_id": event.customer_id, "value": str(event.value)},
            "timestamp": event.timestamp,
        }
        sending = self._client.v1.billing.meter_events.create_async(params, {"idempotency_key": idempotency_key})
        try:
            await sending
        except stripe.StripeError as error:
            if not _is_known_identifier(error):
                raise fault_of(error) from None

    async def counted_units(self, meter: str, customer_id: str, *, start: int, end: int) -> float:
        """Units that an active meter has counted for a customer in [start, end), whole minutes in Unix seconds.

        Raises StripeMissing where no active meter has that event name.
        """
        meter_id = await self._meter_id(meter)
        summaries = await answered(
            self._client.v1.billing.meters.event_summaries.list_async(
                meter_id, {"customer": customer_id, "start_time": start, "end_time": end}
            )
        )
        return sum(summary.aggregated_value for summary in summaries.data)

    async def _meter_id(self, meter: str) -> str:
        params: stripe.params.billing.MeterListParams = {"status": "active", "limit": PAGE}
        while True:
            page = await answered(self._client.v1.billing.meters.list_async(params))
            for each in page.data:
                if each.event_name == meter:
                    return each.id
            if not page.has_more:
                raise StripeMissing(404, "no_active_meter")
            params["starting_after"] = page.data[-1].id


@asynccontextmanager
async def stripe_account(
    *, api_key: str, api_base: str, timeout_s: float = TIMEOUT_S, connections: int = 4
) -> AsyncIterator[Stripe]:
    """Stripe as the account of a key, by so many connections, until the block ends."""
    transport = Transport(timeout_s=timeout_s, connections=connections)
    client = stripe.StripeClient(
        api_key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_base},
        max_network_retries=0,
        http_client=transport,
    )
    try:
        yield Stripe(client)
    finally:
        await transport.close_async()


def _is_known_identifier(error: stripe.StripeError) -> bool:
    """Whether an event of that identifier was counted already. Stripe gives that refusal no code, only a sentence."""
    return error.http_status == 400 and "already exists with identifier" in (error.user_message or "")
