"""Meters, their events, and what they have counted.

Meter events are counted `counts_after_s` later, as Stripe counts in the background.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.support.stripe_fake.books import Books
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.lists import page_of
from tests.support.stripe_fake.shapes import Object, list_of, shape

IDENTIFIERS_HOLD_S = 24 * 3_600
OLDEST_S = 35 * 24 * 3_600
NEWEST_S = 5 * 60
WINDOWS_S = {"hour": 3_600, "day": 24 * 3_600}
ERROR_REPORT = "v1.billing.meter.error_report_triggered"


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
    # As the caller gave it; `timestamp` is by the account's clock.
    told_time: int


class Meters:
    """The meters of an account. Each sums."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.counts_after_s = 0.0
        self.events: list[Event] = []

    def create(
        self,
        *,
        display_name: str,
        event_name: str,
        default_aggregation: Mapping[str, str],
        customer_mapping: Mapping[str, str] | None = None,
        value_settings: Mapping[str, str] | None = None,
    ) -> Object:
        """POST /v1/billing/meters"""
        if default_aggregation["formula"] != "sum":
            raise Refusal.of("The fake only sums.", param="default_aggregation[formula]")
        if any(meter["event_name"] == event_name for meter in self._active()):
            raise Refusal.of(f"There is already an active meter for event name {event_name}.", param="event_name")
        if not 0 < len(event_name) <= 100:
            raise Refusal.of("Invalid string: must be at most 100 characters", param="event_name")
        mapping = dict(customer_mapping or {"event_payload_key": "stripe_customer_id", "type": "by_id"})
        settings = dict(value_settings or {"event_payload_key": "value"})
        if mapping["event_payload_key"] != "stripe_customer_id" or settings["event_payload_key"] != "value":
            raise Refusal.of("The fake reads `stripe_customer_id` and `value` only.", param="customer_mapping")
        names = {"event_name": event_name, "display_name": display_name}
        return self._books.add("billing.meter", customer_mapping=mapping, value_settings=settings, **names)

    def retrieve(self, meter_id: str) -> Object:
        """GET /v1/billing/meters/{id}"""
        return self._books.get("billing.meter", meter_id)

    def list_(self, *, status: str | None = None, **page: Any) -> Object:
        """GET /v1/billing/meters"""
        meters = self._books.tables["billing.meter"]
        return page_of("/v1/billing/meters", meters, lambda meter: status in (None, meter["status"]), **page)

    def deactivate(self, meter_id: str) -> Object:
        """POST /v1/billing/meters/{id}/deactivate: it takes no events and no new prices any more."""
        meter = self.retrieve(meter_id)
        if meter["status"] != "active":
            raise Refusal.of("The meter is not active.")
        now = int(self._books.now())
        meter |= {"status": "inactive", "status_transitions": {"deactivated_at": now}, "updated": now}
        return meter

    def create_event(
        self,
        event_name: str,
        payload: Mapping[str, str],
        identifier: str | None = None,
        timestamp: int | None = None,
    ) -> Object:
        """POST /v1/billing/meter_events: whether there is such a customer is seen later, and told in a report."""
        now = self._books.now()
        meter = next((meter for meter in self._active() if meter["event_name"] == event_name), None)
        if meter is None:
            raise Refusal.of(f"No active meter found for event name {event_name}.", param="event_name")
        if payload.keys() != {"stripe_customer_id", "value"} or not re.fullmatch(r"[0-9]{1,15}", payload["value"]):
            raise Refusal.of("The payload is not a customer and a whole value.", param="payload")
        moved = self._books.moved_s
        timestamp = int(now) if timestamp is None else timestamp + moved
        if not now - OLDEST_S <= timestamp <= now + NEWEST_S:
            raise Refusal.of("The timestamp is more than 35 days old or 5 minutes ahead.", param="timestamp")
        identifier = identifier or self._books.new_id("event").replace("evt", "generated")
        if len(identifier) > 100:
            raise Refusal.of("Invalid string: must be at most 100 characters", param="identifier")
        for known in self.events:
            if known.identifier == identifier and known.created > now - IDENTIFIERS_HOLD_S:
                raise Refusal.of(f"An event already exists with identifier {identifier}.")
        customer_id, value = payload["stripe_customer_id"], int(payload["value"])
        counted_at = now + self.counts_after_s
        event = Event(event_name, customer_id, value, timestamp, identifier, now, counted_at, timestamp - moved)
        self.events.append(event)
        customer = self._books.tables["customer"].get(customer_id)
        if customer is None or customer.get("deleted"):
            self.report_error(meter["id"], "meter_event_customer_not_found", identifier)
        told = {"event_name": event_name, "payload": dict(payload), "identifier": identifier, "timestamp": timestamp}
        return shape("billing.meter_event") | {"created": int(now)} | told

    def list_event_summaries(
        self,
        meter_id: str,
        *,
        customer: str,
        start_time: int,
        end_time: int,
        value_grouping_window: str | None = None,
        limit: int = 10,
        starting_after: str | None = None,
    ) -> Object:
        """GET /v1/billing/meters/{id}/event_summaries: of what was counted by now, newest window first.

        Without a window one for all of the time; with one none for a window in which nothing was counted.
        """
        meter = self.retrieve(meter_id)
        step = WINDOWS_S.get(value_grouping_window or "", 60)
        if start_time % step or end_time % step or end_time <= start_time:
            word = value_grouping_window or "minute"
            raise Refusal.of(f"start_time and end_time must be aligned with {word} boundaries.", param="start_time")
        times = [
            (event.told_time, event.value)
            for event in self.counted(customer)
            if event.meter == meter["event_name"] and start_time <= event.told_time < end_time
        ]
        starts = {time // step * step for time, _ in times} if value_grouping_window else {start_time}
        width = step if value_grouping_window else end_time - start_time
        rows = {}
        for start in sorted(starts):
            values = [value for time, value in times if start <= time < start + width]
            summary = {"aggregated_value": sum(values), "start_time": start, "end_time": start + width}
            id_ = f"mtrusg_{meter_id}_{start}"
            rows[id_] = shape("billing.meter_event_summary") | {"id": id_, "meter": meter_id} | summary
        url = f"/v1/billing/meters/{meter_id}/event_summaries"
        if not rows:
            return list_of(url, [])
        return page_of(url, rows, lambda _: True, limit=limit, starting_after=starting_after)

    def counted(self, customer_id: str) -> list[Event]:
        """What has been counted of a customer by now."""
        now = self._books.now()
        return [event for event in self.events if event.customer_id == customer_id and event.counted_at <= now]

    def counted_in(self, customer_id: str, meter_id: str, start: float, end: float) -> list[Event]:
        """What has been counted by now of a meter in [start, end)."""
        name = self.retrieve(meter_id)["event_name"]
        events = self.counted(customer_id)
        return [event for event in events if event.meter == name and start <= event.timestamp < end]

    def report_error(self, meter_id: str, code: str, identifier: str) -> None:
        """Logs the thin event by which Stripe tells that it could not count something."""
        moment = datetime.fromtimestamp(self._books.now(), UTC).isoformat(timespec="milliseconds")
        sample = {"error_message": f"The fake says {code}.", "request": {"identifier": identifier}}
        kind = {"code": code, "error_count": 1, "sample_errors": [sample]}
        data = {
            "developer_message_summary": "There is 1 invalid event",
            "reason": {"error_count": 1, "error_types": [kind]},
            "validation_start": moment.replace("+00:00", "Z"),
            "validation_end": moment.replace("+00:00", "Z"),
        }
        related = {"id": meter_id, "type": "billing.meter", "url": f"/v1/billing/meters/{meter_id}"}
        self._books.note_thin(ERROR_REPORT, related, data)

    def _active(self) -> list[Object]:
        return [meter for meter in self._books.tables["billing.meter"].values() if meter["status"] == "active"]


def sums(events: list[Event]) -> dict[str, int]:
    """Units by meter."""
    found: dict[str, int] = defaultdict(int)
    for event in events:
        found[event.meter] += event.value
    return dict(found)
