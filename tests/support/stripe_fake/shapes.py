"""The shape of each kind of object: the keys of Stripe's fixtures, empty where those only show an example."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

Object = dict[str, Any]

FIXTURES: dict[str, Object] = json.loads((Path(__file__).parent / "fixtures.json").read_text())["resources"]

# Kinds that the fixtures lack, with the fields of the package's class.
_LACKING: dict[str, Object] = {
    "subscription_schedule": {
        "application": None,
        "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}},
        "canceled_at": None,
        "completed_at": None,
        "created": 0,
        "current_phase": None,
        "customer": "",
        "customer_account": None,
        "default_settings": {
            "application_fee_percent": None,
            "automatic_tax": {"enabled": False, "liability": None, "disabled_reason": None},
            "billing_cycle_anchor": "automatic",
            "billing_thresholds": None,
            "collection_method": "charge_automatically",
            "default_payment_method": None,
            "description": None,
            "invoice_settings": {"account_tax_ids": None, "days_until_due": None, "issuer": {"type": "self"}},
            "on_behalf_of": None,
            "transfer_data": None,
        },
        "end_behavior": "release",
        "id": "",
        "livemode": False,
        "metadata": {},
        "object": "subscription_schedule",
        "pause_schedules": [],
        "phases": [],
        "released_at": None,
        "released_subscription": None,
        "status": "active",
        "subscription": None,
        "test_clock": None,
    },
    "subscription_schedule.phase": {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "automatic_tax": None,
        "billing_cycle_anchor": None,
        "billing_thresholds": None,
        "collection_method": None,
        "currency": "usd",
        "default_payment_method": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "end_date": 0,
        "invoice_settings": None,
        "items": [],
        "metadata": {},
        "on_behalf_of": None,
        "proration_behavior": "create_prorations",
        "start_date": 0,
        "transfer_data": None,
        "trial_end": None,
    },
    "tax.settings": {
        "defaults": {"provider": "stripe", "tax_behavior": "exclusive", "tax_code": None},
        "head_office": None,
        "livemode": False,
        "object": "tax.settings",
        "status": "active",
        "status_details": {"active": {}, "pending": None},
    },
    "v2.core.event_destination": {
        "amazon_eventbridge": None,
        "azure_event_grid": None,
        "created": "",
        "description": "",
        "enabled_events": [],
        "event_payload": "thin",
        "events_from": None,
        "id": "",
        "livemode": False,
        "metadata": {},
        "name": "",
        "object": "v2.core.event_destination",
        "snapshot_api_version": None,
        "status": "enabled",
        "status_details": None,
        "type": "webhook_endpoint",
        "updated": "",
        "webhook_endpoint": None,
    },
    "v2.core.event": {
        "changes": None,
        "context": None,
        "created": "",
        "data": {},
        "id": "",
        "livemode": False,
        "object": "v2.core.event",
        "reason": None,
        "related_object": None,
        "snapshot_event": None,
        "type": "",
    },
}

# What an object has that nobody has given anything yet.
_EMPTY: dict[str, Object] = {
    "billing.meter": {"livemode": False},
    "billing_portal.configuration": {
        "active": True,
        "business_profile": {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None},
        "features": {},
        "is_default": False,
        "livemode": False,
        "metadata": {},
    },
    "billing_portal.session": {"flow": None, "livemode": False, "return_url": None},
    "checkout.session": {
        "adaptive_pricing": None,
        "after_expiration": None,
        "cancel_url": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "currency_conversion": None,
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer_details": None,
        "invoice_creation": None,
        "managed_payments": None,
        "mode": "subscription",
        "payment_intent": None,
        "payment_method_configuration_details": None,
        "permissions": None,
        "saved_payment_method_options": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "success_url": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted",
        "wallet_options": None,
    },
    "customer": {"address": None, "currency": None, "discount": None, "shipping": None},
    "invoice": {
        "account_name": "The fake",
        "amount_overpaid": 0,
        "customer_address": None,
        "customer_shipping": None,
        "due_date": None,
        "effective_at": None,
        "from_invoice": None,
        "last_finalization_error": None,
        "next_payment_attempt": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "total_taxes": [],
        "webhooks_delivered_at": None,
    },
    "price": {"custom_unit_amount": None, "tiers_mode": None, "transform_quantity": None},
    "product": {"default_price": None, "description": None, "package_dimensions": None, "type": "service"},
    "subscription": {
        "billing_cycle_anchor_config": None,
        "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "ended_at": None,
        "managed_payments": None,
        "next_pending_invoice_item_invoice": None,
        "pause_collection": None,
        "pending_invoice_item_interval": None,
        "pending_update": None,
        "transfer_data": None,
        "trial_end": None,
        "trial_start": None,
    },
    "subscription_item": {"billing_thresholds": None},
    "webhook_endpoint": {"description": None, "metadata": {}},
}


def shape(kind: str) -> Object:
    """A new object of a kind. Line items of invoices are kind `line_item`."""
    if kind == "line_item":
        return copy.deepcopy(FIXTURES["invoice"]["lines"]["data"][0])
    return copy.deepcopy(FIXTURES.get(kind) or _LACKING[kind]) | copy.deepcopy(_EMPTY.get(kind, {}))


def list_of(url: str, data: list[Object], *, has_more: bool = False) -> Object:
    """Objects as Stripe lists them."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
