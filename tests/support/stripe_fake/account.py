"""What a Stripe account holds, and what calls do to it, as far as this service uses it.

Meter events are counted `counts_after_s` later, as Stripe counts in the background. A test may move the clock.
"""

from __future__ import annotations

import copy
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.stripe_fake.faults import Refusal

SHAPES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "fixtures.json").read_text())["resources"]

IDENTIFIERS_HOLD_S = 24 * 3_600
OLDEST_S = 35 * 24 * 3_600
NEWEST_S = 5 * 60


@dataclass(frozen=True, slots=True)
class Event:
    """A meter event that was taken; it is counted from `counted_at` on."""

    meter: str
    customer_id: str
    value: int
    timestamp: int
    identifier: str
    created: float
    counted_at: float


@dataclass(frozen=True, slots=True)
class Invoice:
    """A final invoice: units of a subscription's customer by meter."""

    subscription_id: str
    customer_id: str
    units: dict[str, int]


@dataclass(slots=True)
class Account:
    """Everything in one account of Stripe's. Objects have the shape of Stripe's own fixtures."""

    counts_after_s: float = 0.0
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    meters: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    _ahead_s: float = 0.0
    _invoiced: set[Event] = field(default_factory=set)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def now(self) -> float:
        """Unix seconds by this account's clock."""
        return time.time() + self._ahead_s

    def pass_time(self, seconds: float) -> None:
        """Moves the clock."""
        self._ahead_s += seconds

    # What a test sets up

    def add_customer(self) -> str:
        """A customer; answers its id."""
        customer_id = f"cus_fake{next(self._numbers):06}"
        self.customers[customer_id] = self._made("customer", customer_id)
        return customer_id

    def add_meter(self, event_name: str) -> None:
        """An active meter that sums."""
        meter = self._made("billing.meter", f"mtr_fake{next(self._numbers):06}")
        meter |= {"event_name": event_name, "display_name": event_name, "livemode": False}
        meter["customer_mapping"] = {"event_payload_key": "stripe_customer_id", "type": "by_id"}
        self.meters[meter["id"]] = meter

    def add_subscription(self, customer_id: str, *, status: str = "active") -> str:
        """A subscription to all meters; answers its id."""
        subscription = self._made("subscription", f"sub_fake{next(self._numbers):06}")
        subscription |= {"customer": customer_id, "status": status, "canceled_at": None, "ended_at": None}
        self.subscriptions[subscription["id"]] = subscription
        return str(subscription["id"])

    # What a test looks at

    def units(self, customer_id: str) -> dict[str, int]:
        """All units ever taken for a customer, by meter."""
        return _sums([event for event in self.events if event.customer_id == customer_id])

    def invoiced(self, customer_id: str) -> dict[str, int]:
        """Units on a customer's final invoices, by meter."""
        found: dict[str, int] = defaultdict(int)
        for invoice in self.invoices:
            if invoice.customer_id == customer_id:
                for meter, units in invoice.units.items():
                    found[meter] += units
        return dict(found)

    # What calls do

    def retrieve_customer(self, customer_id: str) -> dict[str, Any]:
        """GET /v1/customers/{id}"""
        if customer_id not in self.customers:
            raise Refusal.missing("customer", customer_id)
        return self.customers[customer_id]

    def delete_customer(self, customer_id: str) -> dict[str, Any]:
        """DELETE /v1/customers/{id}: its subscriptions end at once, without an invoice."""
        if self.retrieve_customer(customer_id).get("deleted"):
            raise Refusal.missing("customer", customer_id)
        for subscription in self.subscriptions.values():
            if subscription["customer"] == customer_id and _is_open(subscription):
                self._end(subscription)
        self.customers[customer_id] = SHAPES["deleted_customer"] | {"id": customer_id}
        return self.customers[customer_id]

    def list_subscriptions(self, customer: str | None = None, status: str | None = None, **page: Any) -> dict[str, Any]:
        """GET /v1/subscriptions: without a status, all that are not canceled."""
        if customer is not None and customer not in self.customers:
            raise Refusal.missing("customer", customer, status=400, param="customer")

        def is_wanted(subscription: dict[str, Any]) -> bool:
            if customer is not None and subscription["customer"] != customer:
                return False
            return status == "all" or (
                subscription["status"] != "canceled" if status is None else subscription["status"] == status
            )

        return _page("/v1/subscriptions", self.subscriptions, is_wanted, **page)

    def cancel_subscription(
        self, subscription_id: str, *, invoice_now: bool = False, prorate: bool = False
    ) -> dict[str, Any]:
        """DELETE /v1/subscriptions/{id}: a final invoice holds what was counted by now."""
        subscription = self.subscriptions.get(subscription_id)
        if subscription is None or not _is_open(subscription):
            raise Refusal.missing("subscription", subscription_id)
        if prorate:
            raise Refusal.of("The fake has no prices, so nothing to prorate.", param="prorate")
        if invoice_now:
            customer_id = subscription["customer"]
            events = [event for event in self._counted(customer_id) if event not in self._invoiced]
            self._invoiced.update(events)
            self.invoices.append(Invoice(subscription_id, customer_id, _sums(events)))
            subscription["latest_invoice"] = f"in_fake{next(self._numbers):06}"
        self._end(subscription)
        return subscription

    def create_meter_event(
        self,
        event_name: str,
        payload: dict[str, str],
        identifier: str | None = None,
        timestamp: int | None = None,
    ) -> dict[str, Any]:
        """POST /v1/billing/meter_events: whether there is such a customer is seen later, and told to nobody here."""
        now = self.now()
        if all(meter["event_name"] != event_name for meter in self._active_meters()):
            raise Refusal.of(f"No active meter found for event name {event_name}.", param="event_name")
        if payload.keys() != {"stripe_customer_id", "value"} or not re.fullmatch(r"[0-9]{1,15}", payload["value"]):
            raise Refusal.of("The payload is not a customer and a whole value.", param="payload")
        timestamp = int(now) if timestamp is None else timestamp
        if not now - OLDEST_S <= timestamp <= now + NEWEST_S:
            raise Refusal.of("The timestamp is more than 35 days old or 5 minutes ahead.", param="timestamp")
        identifier = identifier or f"generated-{next(self._numbers)}"
        if len(identifier) > 100:
            raise Refusal.of("Invalid string: must be at most 100 characters", param="identifier")
        for event in self.events:
            if event.identifier == identifier and event.created > now - IDENTIFIERS_HOLD_S:
                raise Refusal.of(f"An event already exists with identifier {identifier}.")
        customer_id, value = payload["stripe_customer_id"], int(payload["value"])
        self.events.append(Event(event_name, customer_id, value, timestamp, identifier, now, now + self.counts_after_s))
        told = {"event_name": event_name, "payload": payload, "identifier": identifier, "timestamp": timestamp}
        return SHAPES["billing.meter_event"] | {"created": int(now)} | told

    def list_meters(self, status: str | None = None, **page: Any) -> dict[str, Any]:
        """GET /v1/billing/meters"""
        return _page("/v1/billing/meters", self.meters, lambda meter: status in (None, meter["status"]), **page)

    def list_event_summaries(self, meter_id: str, *, customer: str, start_time: int, end_time: int) -> dict[str, Any]:
        """GET /v1/billing/meters/{id}/event_summaries: one, of what was counted by now."""
        meter = self.meters.get(meter_id)
        if meter is None:
            raise Refusal.missing("billing meter", meter_id)
        if start_time % 60 or end_time % 60 or end_time <= start_time:
            raise Refusal.of("start_time and end_time must be aligned with minute boundaries.", param="start_time")
        events = [event for event in self._counted(customer) if start_time <= event.timestamp < end_time]
        summary = SHAPES["billing.meter_event_summary"] | {
            "aggregated_value": _sums(events).get(meter["event_name"], 0),
            "start_time": start_time,
            "end_time": end_time,
            "meter": meter_id,
        }
        return {"object": "list", "data": [summary], "has_more": False, "url": f"/v1/billing/meters/{meter_id}"}

    def _active_meters(self) -> list[dict[str, Any]]:
        return [meter for meter in self.meters.values() if meter["status"] == "active"]

    def _counted(self, customer_id: str) -> list[Event]:
        now = self.now()
        return [event for event in self.events if event.customer_id == customer_id and event.counted_at <= now]

    def _end(self, subscription: dict[str, Any]) -> None:
        subscription |= {"status": "canceled", "canceled_at": int(self.now()), "ended_at": int(self.now())}

    def _made(self, kind: str, id_: str) -> dict[str, Any]:
        return copy.deepcopy(SHAPES[kind]) | {"id": id_, "created": int(self.now())}


def _is_open(subscription: dict[str, Any]) -> bool:
    return subscription["status"] not in ("canceled", "incomplete_expired")


def _sums(events: list[Event]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for event in events:
        found[event.meter] += event.value
    return dict(found)


def _page(
    url: str,
    rows: dict[str, dict[str, Any]],
    is_wanted: Callable[[dict[str, Any]], bool],
    *,
    limit: int = 10,
    starting_after: str | None = None,
) -> dict[str, Any]:
    """A page of what is wanted, newest first."""
    if not 1 <= limit <= 100:
        raise Refusal.of("Invalid limit: must be between 1 and 100", param="limit")
    ids = [id_ for id_ in reversed(rows) if is_wanted(rows[id_]) or id_ == starting_after]
    if starting_after is not None:
        if starting_after not in rows:
            raise Refusal.missing("object", starting_after, status=400, param="starting_after")
        ids = ids[ids.index(starting_after) + 1 :]
    data = [rows[id_] for id_ in ids[:limit]]
    return {"object": "list", "data": data, "has_more": len(ids) > limit, "url": url}
