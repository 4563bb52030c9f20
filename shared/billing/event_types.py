"""The types of Stripe's events that are handled here; any other is taken and forgotten."""

from __future__ import annotations

from typing import Final

TYPES: Final = (
    "checkout.session.completed",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.pending_update_applied",
    "customer.subscription.pending_update_expired",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "invoice.paid",
    "invoice.payment_failed",
)
# One that the database enters by itself: the address of a customer's account has changed.
ADDRESS_CHANGED: Final = "fluxvector.address_changed"
# What the meters' own endpoint is for: an event of API v2, thin and parsed otherwise.
METER_ERRORS: Final = "v1.billing.meter.error_report_triggered"
