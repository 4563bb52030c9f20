"""Shapes of what several calls answer about billing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from shared.billing.changes import Outlook
from shared.billing.overview import Overview
from shared.clock import rfc3339
from shared.plans import CURRENCY, dollars
from shared.web.plan_views import Amount

UNREACHABLE = "The payment service does not answer, so what it would add is missing."
NOT_ASKED = "The payment service was not asked: GET /v1/billing tells what it would add."
BILLING_EXAMPLE: dict[str, Any] = {
    "plan": "pro",
    "status": "active",
    "subscription_status": "active",
    "period_start": "2026-03-01T00:00:00Z",
    "period_end": "2026-04-01T00:00:00Z",
    "currency": "usd",
    "spent": "23.50",
    "next_invoice_estimate": "26.10",
    "spending_cap": "100.00",
    "payment_overdue_since": None,
    "read_only_from": None,
    "cancels_at": None,
    "next_plan": "scale",
    "changes_at": "2026-04-01T00:00:00Z",
    "warning": None,
}


class BillingView(Struct):
    """What is paid. The period is the calendar month (UTC); amounts are net of tax and of our own reckoning.

    `spent` is the plan's fee and what was used beyond what it includes. `next_invoice_estimate` adds what the vectors
    that are stored now will cost until the month ends, and nothing else. A payment that is overdue makes the account
    read-only from `read_only_from` on. `cancels_at` is when the subscription ends, `changes_at` when it goes on with
    `next_plan`: Stripe is asked, and where it does not answer they are null and `warning` says so.
    """

    plan: str
    status: str
    subscription_status: str | None
    period_start: str
    period_end: str
    currency: str
    spent: Amount
    next_invoice_estimate: Amount
    spending_cap: Amount | None
    payment_overdue_since: str | None
    read_only_from: str | None
    cancels_at: str | None
    next_plan: str | None
    changes_at: str | None
    warning: str | None

    @classmethod
    def of(cls, overview: Overview, outlook: Outlook | None, *, warning: str | None = None) -> BillingView:
        change = None if outlook is None else outlook.change
        return cls(
            plan=overview.plan.name,
            status=overview.status,
            subscription_status=overview.subscription_status,
            period_start=rfc3339(overview.period_start),
            period_end=rfc3339(overview.period_end),
            currency=CURRENCY,
            spent=dollars(overview.spent),
            next_invoice_estimate=dollars(overview.estimate),
            spending_cap=None if overview.spending_cap is None else dollars(overview.spending_cap),
            payment_overdue_since=_moment(overview.payment_overdue_since),
            read_only_from=_moment(overview.grace_until),
            cancels_at=None if outlook is None else _moment(outlook.cancels_at),
            next_plan=None if change is None else change.plan,
            changes_at=None if change is None else rfc3339(change.at),
            warning=warning,
        )


class PageView(Struct):
    """A page of Stripe's, for the browser of whoever pays; it works for some minutes, or until it was used."""

    url: str


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
