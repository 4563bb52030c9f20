"""Makes a Stripe account what this service sells by: products, prices, meters, and the customers' portal.

Everything is found again by an id, a lookup key, an event name or a mark of ours, so a second run makes nothing new,
and one that was cut short is finished by the next. A price that was made stays what it is: where shared/plans.py says
otherwise, that is refused before anything is made, since who has the plan would pay something else than we reckon.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import cast
from uuid import uuid4

import stripe

from infra.stripe.failure import SetupFailure
from infra.stripe.terms import TERMS, price_params
from shared.billing.answers import answered, noted
from shared.billing.calls.subscriptions import PAGE
from shared.billing.client import Stripe
from shared.billing.faults import StripeMissing
from shared.billing.meters import event_name
from shared.billing.names import PORTAL, Part, lookup_key, parts_of, product_id
from shared.plans import SOLD, UNITS, Plan, Unit

TITLES: dict[Unit, str] = {
    "searches": "Searches",
    "vectors": "Vectors written",
    "tokens": "Embedding tokens",
    "vector_hours": "Vectors stored, by the hour",
}


@dataclass(slots=True)
class Done:
    """What a run made or changed, one sentence each."""

    lines: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        self.lines.append(line)


def once() -> stripe.RequestOptions:
    """The idempotency key of one write in this run."""
    return {"idempotency_key": f"setup {uuid4().hex}"}


async def set_up(account: Stripe, *, public_url: str) -> list[str]:
    """Makes what is missing, changes what is not as it should be; answers what it did.

    Raises SetupFailure where something cannot be changed, and StripeFault.
    """
    done = Done()
    meters = {unit: await _meter(account, unit, done) for unit in UNITS}
    missing = []
    for plan in SOLD:
        present = await _prices(account, plan)
        for part in parts_of(plan):
            params = price_params(plan, part, None if part == "base" else meters[part])
            if part not in present:
                missing.append(params)
            elif not _is_as_wanted(present[part], params):
                raise SetupFailure(
                    f"The price {params['lookup_key']} is another one at Stripe, and prices of a plan that was sold"
                    " never change: give the plan of other prices another name in shared/plans.py."
                )
    for plan in SOLD:
        await _product(account, plan, done)
    for params in missing:
        await answered(account.sdk.v1.prices.create_async(params, once()))
        done.note(f"made the price {params['lookup_key']}")
    await _portal(account, public_url, done)
    return done.lines


async def warnings_of(account: Stripe) -> list[str]:
    """What this service needs and only a person can set up at Stripe, one sentence each. Raises StripeFault."""
    settings = await answered(account.sdk.v1.tax.settings.retrieve_async())
    if settings.status == "active":
        return []
    return [
        "WARNING: Stripe Tax is not active, so no checkout works: give a head office and a registration in Stripe's"
        " dashboard (Settings, Tax)."
    ]


async def _meter(account: Stripe, unit: Unit, done: Done) -> str:
    params: stripe.params.billing.MeterListParams = {"status": "active", "limit": PAGE}
    while True:
        page = await answered(account.sdk.v1.billing.meters.list_async(params))
        for meter in page.data:
            if meter.event_name == event_name(unit):
                if meter.default_aggregation.formula != "sum":
                    raise SetupFailure(
                        f"The meter {event_name(unit)} does not sum: deactivate it, then run this again."
                    )
                return meter.id
        if not page.has_more:
            break
        params["starting_after"] = page.data[-1].id
    made = await answered(
        account.sdk.v1.billing.meters.create_async(
            {
                "display_name": TITLES[unit],
                "event_name": event_name(unit),
                "default_aggregation": {"formula": "sum"},
                "customer_mapping": {"type": "by_id", "event_payload_key": "stripe_customer_id"},
                "value_settings": {"event_payload_key": "value"},
            },
            once(),
        )
    )
    done.note(f"made the meter {event_name(unit)}")
    return made.id


async def _product(account: Stripe, plan: Plan, done: Done) -> None:
    name = f"FluxVector {plan.title}"
    try:
        found = await answered(account.sdk.v1.products.retrieve_async(product_id(plan)))
    except StripeMissing:
        await answered(account.sdk.v1.products.create_async({"id": product_id(plan), "name": name}, once()))
        done.note(f"made the product {product_id(plan)}")
        return
    if found.name != name or not found.active:
        await answered(account.sdk.v1.products.update_async(found.id, {"name": name, "active": True}, once()))
        done.note(f"changed the product {product_id(plan)}")


async def _prices(account: Stripe, plan: Plan) -> dict[Part, stripe.Price]:
    """The active prices under the plan's lookup keys."""
    keys = {lookup_key(plan, part): part for part in parts_of(plan)}
    page = await answered(
        account.sdk.v1.prices.list_async({"lookup_keys": list(keys), "active": True, "limit": PAGE}),
    )
    return {keys[price.lookup_key]: price for price in page.data if price.lookup_key in keys}


def _is_as_wanted(present: stripe.Price, params: stripe.params.PriceCreateParams) -> bool:
    metadata = params["metadata"]
    return isinstance(metadata, dict) and noted(present, TERMS) == metadata[TERMS]


async def _portal(account: Stripe, public_url: str, done: Done) -> None:
    mark = _mark(public_url)
    params: stripe.params.billing_portal.ConfigurationCreateParams = {
        "name": "FluxVector",
        "features": _features(),
        "default_return_url": f"{public_url}/console",
        "metadata": {PORTAL: mark},
    }
    # Stripe links to pages over https only.
    if public_url.startswith("https://"):
        params["business_profile"] = {"privacy_policy_url": f"{public_url}/v1/legal/privacy"}
    found = [each async for each in _configurations(account) if noted(each, PORTAL)]
    if not found:
        await answered(account.sdk.v1.billing_portal.configurations.create_async(params, once()))
        done.note("made the portal's configuration")
    elif noted(found[0], PORTAL) != mark:
        # The types of the two calls differ by name only.
        changes = cast(stripe.params.billing_portal.ConfigurationUpdateParams, params)
        await answered(account.sdk.v1.billing_portal.configurations.update_async(found[0].id, changes, once()))
        done.note("changed the portal's configuration")


async def _configurations(account: Stripe) -> AsyncIterator[stripe.billing_portal.Configuration]:
    page = await answered(account.sdk.v1.billing_portal.configurations.list_async({"active": True, "limit": PAGE}))
    for each in page.data:
        yield each


def _features() -> stripe.params.billing_portal.ConfigurationCreateParamsFeatures:
    """What customers do by themselves. A plan is changed here, not there: the portal cannot change metered prices."""
    return {
        "customer_update": {"enabled": True, "allowed_updates": ["name", "address", "tax_id"]},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
        "subscription_update": {"enabled": False},
    }


def _mark(public_url: str) -> str:
    known = json.dumps([_features(), public_url], sort_keys=True)
    return hashlib.sha256(known.encode()).hexdigest()[:32]
