"""Schedules of subscriptions: made from one that is there, they swap its items where a period ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.stripe_fake.books import Books, merged_metadata, only
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.lists import is_within, page_of
from tests.support.stripe_fake.phases import RUNNING, SUBSCRIPTION_UPDATED, finish
from tests.support.stripe_fake.shapes import Object, shape
from tests.support.stripe_fake.subscriptions import Subscriptions, is_open

LONGEST_S = 5 * 366 * 24 * 3_600
_PHASE = "items start_date end_date duration proration_behavior metadata"


class Schedules:
    """The schedules of an account."""

    def __init__(self, books: Books, subscriptions: Subscriptions) -> None:
        self._books = books
        self._subscriptions = subscriptions

    def create(self, *, from_subscription: str | None = None) -> Object:
        """POST /v1/subscription_schedules: one phase, as the subscription is, up to its period's end."""
        name = "from_subscription"
        if from_subscription is None:
            raise Refusal.of("The fake makes schedules from subscriptions only.", param=name)
        subscription = self._books.get("subscription", from_subscription, param=name)
        if not is_open(subscription) or not subscription["items"]["data"]:
            raise Refusal.of("The fake schedules subscriptions that go on only.", param=name)
        if subscription["schedule"] is not None:
            message = (
                "You cannot migrate a subscription that is already attached to a schedule: "
                f"`{subscription['schedule']}`."
            )
            raise Refusal.of(message, param=name)
        if subscription["cancel_at"] is not None:
            raise Refusal.of("The fake schedules no subscription that is to end.", param=name)
        start, end = self._subscriptions.period(subscription)
        items = [(item["price"], item.get("quantity")) for item in subscription["items"]["data"]]
        schedule = self._books.add(
            "subscription_schedule",
            customer=subscription["customer"],
            subscription=subscription["id"],
            phases=[_phase(items, start, end)],
            current_phase={"start_date": start, "end_date": end},
        )
        with self._books.change(SUBSCRIPTION_UPDATED, subscription):
            subscription["schedule"] = schedule["id"]
        self._books.note("subscription_schedule.created", schedule)
        return schedule

    def retrieve(self, schedule_id: str) -> Object:
        """GET /v1/subscription_schedules/{id}"""
        return self._books.get("subscription_schedule", schedule_id)

    def list_(
        self,
        *,
        customer: str | None = None,
        scheduled: bool | None = None,
        created: Any = None,
        **page: Any,
    ) -> Object:
        """GET /v1/subscription_schedules: `scheduled` are those that have not begun, of which there are none."""
        if customer is not None:
            self._books.get("customer", customer, param="customer")

        def is_wanted(schedule: Object) -> bool:
            if customer not in (None, schedule["customer"]) or not is_within(schedule["created"], created):
                return False
            return not scheduled or schedule["status"] == "not_started"

        return page_of("/v1/subscription_schedules", self._books.tables["subscription_schedule"], is_wanted, **page)

    def update(
        self,
        schedule_id: str,
        *,
        phases: Sequence[Mapping[str, Any]] | None = None,
        end_behavior: str = "release",
        metadata: Mapping[str, str] | str | None = None,
        proration_behavior: str = "create_prorations",
    ) -> Object:
        """POST /v1/subscription_schedules/{id}: the present phase stays as it is, those after it are replaced.

        `proration_behavior` is about changes of the present phase, of which there are none.
        """
        schedule = self._running(schedule_id, "update")
        if end_behavior != "release":
            raise Refusal.of("The fake knows `end_behavior` release only.", param="end_behavior")
        checked = None if phases is None else self._checked_phases(schedule, phases)
        with self._books.change("subscription_schedule.updated", schedule):
            if checked is not None:
                schedule["phases"] = checked
            if metadata is not None:
                schedule["metadata"] = merged_metadata(schedule, metadata)
        return schedule

    def release(self, schedule_id: str, *, preserve_cancel_date: bool = False) -> Object:
        """POST /v1/subscription_schedules/{id}/release: the subscription goes on with the items that it has.

        No schedule of the fake sets an end that could be preserved.
        """
        schedule = self._running(schedule_id, "release")
        subscription = self._books.tables["subscription"][schedule["subscription"]]
        finish(self._books, schedule, "released")
        with self._books.change(SUBSCRIPTION_UPDATED, subscription):
            subscription["schedule"] = None
        return schedule

    # Within

    def _running(self, schedule_id: str, verb: str) -> Object:
        schedule = self.retrieve(schedule_id)
        if schedule["status"] not in RUNNING:
            message = (
                f"You cannot {verb} a subscription schedule that is currently in the `{schedule['status']}` status. "
                f"It must be in `not_started`, `active` status to be {verb}d."
            )
            raise Refusal.of(message)
        return schedule

    def _checked_phases(self, schedule: Object, given: Sequence[Mapping[str, Any]]) -> list[Object]:
        subscription = self._books.tables["subscription"][schedule["subscription"]]
        if not given or "start_date" not in given[0]:
            message = "The subscription schedule update is missing at least one phase with a `start_date` to anchor "
            raise Refusal.of(f"{message}end dates to.", param="phases")
        found: list[Object] = []
        for index, each in enumerate(given):
            label = f"phases[{index}]"
            only(each, _PHASE, label)
            start = self._start(schedule, each.get("start_date"), found, label)
            end = self._end(subscription, each, start, label)
            items = self._subscriptions.checked_items(subscription, each["items"], f"{label}[items]")
            phase = _phase(items, start, end)
            phase |= {"metadata": dict(each.get("metadata", {}))}
            phase["proration_behavior"] = each.get("proration_behavior", "create_prorations")
            if not found:
                self._refuse_change(subscription, items, f"{label}[items]")
            else:
                _refuse_loss(found[-1], phase, f"{label}[proration_behavior]")
            found.append(phase)
        return found

    def _start(self, schedule: Object, given: int | str | None, before: Sequence[Object], label: str) -> int:
        """Where a phase begins: the first where the present one did, each other where the one before it ends."""
        start: int = before[-1]["end_date"] if before else schedule["current_phase"]["start_date"]
        if isinstance(given, str):
            raise Refusal.of("The fake begins no phase now.", param=f"{label}[start_date]")
        if given is not None and start not in (given, given + self._books.moved_s):
            message = "The start date of a phase must be the end date of the phase before it."
            if not before:
                message = "You can not modify the start date of the current phase."
            raise Refusal.of(message, param=f"{label}[start_date]")
        return start

    def _end(self, subscription: Object, phase: Mapping[str, Any], start: int, label: str) -> int:
        """Where a phase ends: with a period, by its date or by its length, which is one period unless given."""
        date, duration = phase.get("end_date"), phase.get("duration")
        if date is not None and duration is not None:
            raise Refusal.of("You may only specify one of `end_date` and `duration`.", param=f"{label}[end_date]")
        end = self._subscriptions.period_after(subscription, start)
        interval = subscription["items"]["data"][0]["price"]["recurring"]["interval"]
        if duration is not None:
            if duration["interval"] != interval:
                raise Refusal.of("The fake keeps the interval of a subscription.", param=f"{label}[duration]")
            for _ in range(duration.get("interval_count", 1) - 1):
                end = self._subscriptions.period_after(subscription, end)
        elif date is not None:
            if isinstance(date, str):
                raise Refusal.of("The fake ends no phase now.", param=f"{label}[end_date]")
            dates = {date, date + self._books.moved_s}
            while end < max(dates) < self._books.now() + LONGEST_S and end not in dates:
                end = self._subscriptions.period_after(subscription, end)
            if end not in dates:
                raise Refusal.of("The fake ends a phase with a period only.", param=f"{label}[end_date]")
        if end <= self._books.now():
            raise Refusal.of("The end date of a phase must be in the future.", param=f"{label}[end_date]")
        return end

    def _refuse_change(self, subscription: Object, items: Sequence[tuple[Object, int | None]], label: str) -> None:
        held = {(item["price"]["id"], item.get("quantity")) for item in subscription["items"]["data"]}
        if {(price["id"], quantity) for price, quantity in items} != held:
            raise Refusal.of("The fake leaves the items of the current phase as they are.", param=label)


def _refuse_loss(before: Object, phase: Object, label: str) -> None:
    """Stripe's guide lets `none` mean that a metered price which goes is not billed for; only a test there could tell.

    Where a phase begins with a period there is nothing to prorate, so `create_prorations` costs nobody anything.
    """
    gone = {item["price"] for item in before["items"] if "quantity" not in item}
    if phase["proration_behavior"] == "none" and gone - {item["price"] for item in phase["items"]}:
        message = (
            "Without proration a metered price that goes may stay unbilled. Let `proration_behavior` be "
            "create_prorations: at a period's end there is nothing to prorate."
        )
        raise Refusal.of(message, param=label)


def _phase(items: Sequence[tuple[Object, int | None]], start: int, end: int) -> Object:
    rows = []
    for price, quantity in items:
        row: Object = {"billing_thresholds": None, "discounts": [], "metadata": {}, "tax_rates": []}
        row |= {"price": price["id"], "plan": price["id"]}
        rows.append(row if quantity is None else row | {"quantity": quantity})
    dates = {"start_date": start, "end_date": end, "currency": items[0][0]["currency"]}
    return shape("subscription_schedule.phase") | dates | {"items": rows}
