"""The phases of a subscription's schedule, and how one follows another."""

from __future__ import annotations

from tests.support.stripe_fake.books import Books, merged_metadata
from tests.support.stripe_fake.shapes import Object

SUBSCRIPTION_UPDATED = "customer.subscription.updated"
RUNNING = ("not_started", "active")


def schedule_of(books: Books, subscription: Object) -> Object | None:
    """The schedule that manages a subscription now, if one does."""
    schedule_id = subscription["schedule"]
    found = None if schedule_id is None else books.tables["subscription_schedule"][schedule_id]
    return found if found is not None and found["status"] in RUNNING else None


def next_phase(schedule: Object | None, moment: int) -> Object | None:
    """The phase that begins at a moment, if one does."""
    phases = [] if schedule is None else schedule["phases"]
    return next((phase for phase in phases if phase["start_date"] == moment), None)


def start_next(books: Books, subscription: Object, moment: int) -> None:
    """Begins the phase of a moment, or releases the subscription where its last phase is over."""
    schedule = schedule_of(books, subscription)
    if schedule is None:
        return
    phase = next_phase(schedule, moment)
    if phase is not None:
        subscription["metadata"] = merged_metadata(subscription, phase["metadata"])
        with books.change("subscription_schedule.updated", schedule):
            schedule["current_phase"] = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
    elif schedule["phases"][-1]["end_date"] <= moment:
        finish(books, schedule, "released")
        subscription["schedule"] = None


def finish(books: Books, schedule: Object, status: str) -> None:
    """Ends a schedule, `released` or `canceled`; whoever calls this changes the subscription."""
    now = int(books.now())
    schedule |= {"status": status, "current_phase": None}
    if status == "released":
        schedule |= {"released_at": now, "released_subscription": schedule["subscription"], "subscription": None}
    else:
        schedule["canceled_at"] = now
    books.note(f"subscription_schedule.{status}", schedule)
