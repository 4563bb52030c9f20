"""The rights of a restricted key, by the names that Stripe's page for keys shows."""

from __future__ import annotations

from collections.abc import Iterable

# Where the calls are that a right is about. Schedules belong to subscriptions there.
PATHS = {
    "Billing meter events": ("/v1/billing/meter_events",),
    "Billing meters": ("/v1/billing/meters",),
    "Checkout sessions": ("/v1/checkout/sessions",),
    "Customer portal": ("/v1/billing_portal",),
    "Customers": ("/v1/customers",),
    "Event destinations": ("/v2/core/event_destinations",),
    "Events": ("/v1/events", "/v2/core/events"),
    "Invoices": ("/v1/invoices",),
    "Prices": ("/v1/prices",),
    "Products": ("/v1/products",),
    "Subscriptions": ("/v1/subscriptions", "/v1/subscription_schedules"),
    "Tax settings": ("/v1/tax/settings",),
    "Webhook endpoints": ("/v1/webhook_endpoints",),
}


def calls_allowed(calls: Iterable[str], rights: Iterable[str]) -> set[str]:
    """The calls that a key of such rights may make; `write` reads too. Raises KeyError for a right that is none."""
    known = list(calls)
    allowed: set[str] = set()
    for right in rights:
        name, _, kind = right.rpartition(" ")
        if kind not in ("read", "write"):
            raise KeyError(right)
        for call in known:
            method, path = call.split(" ", 1)
            is_there = any(path == start or path.startswith(f"{start}/") for start in PATHS[name])
            if is_there and (kind == "write" or method == "GET"):
                allowed.add(call)
    return allowed
