"""Every call that the fake knows: the type of its parameters, and what does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe import params
from stripe.params import v2

from tests.support.stripe_fake.account import Account
from tests.support.stripe_fake.shapes import Object

Do = Callable[..., Object]


@dataclass(frozen=True, slots=True)
class Call:
    """A call: its parameters' type, and what it does with the path's id, if any, and them."""

    params: Any
    do: Do


def calls_of(account: Account) -> dict[str, Call]:
    """The calls by method and path."""
    customers, catalogue, meters = account.customer_book, account.catalogue, account.meter_book
    invoices, subscriptions, schedules = account.invoice_book, account.subscription_book, account.schedule_book
    checkout, portal, webhooks, log = account.checkout, account.portal, account.webhooks, account.event_log
    billing, pages, portals = params.billing, params.checkout, params.billing_portal
    return {
        "POST /v1/customers": Call(params.CustomerCreateParams, customers.create),
        "GET /v1/customers": Call(params.CustomerListParams, customers.list_),
        "GET /v1/customers/{id}": Call(params.CustomerRetrieveParams, customers.retrieve),
        "POST /v1/customers/{id}": Call(params.CustomerUpdateParams, customers.update),
        "DELETE /v1/customers/{id}": Call(params.CustomerDeleteParams, account.delete_customer),
        "POST /v1/products": Call(params.ProductCreateParams, catalogue.create_product),
        "GET /v1/products": Call(params.ProductListParams, catalogue.list_products),
        "GET /v1/products/{id}": Call(params.ProductRetrieveParams, catalogue.retrieve_product),
        "POST /v1/products/{id}": Call(params.ProductUpdateParams, catalogue.update_product),
        "POST /v1/prices": Call(params.PriceCreateParams, catalogue.create_price),
        "GET /v1/prices": Call(params.PriceListParams, catalogue.list_prices),
        "GET /v1/prices/{id}": Call(params.PriceRetrieveParams, catalogue.retrieve_price),
        "POST /v1/prices/{id}": Call(params.PriceUpdateParams, catalogue.update_price),
        "POST /v1/billing/meter_events": Call(billing.MeterEventCreateParams, meters.create_event),
        "POST /v1/billing/meters": Call(billing.MeterCreateParams, meters.create),
        "GET /v1/billing/meters": Call(billing.MeterListParams, meters.list_),
        "GET /v1/billing/meters/{id}": Call(billing.MeterRetrieveParams, meters.retrieve),
        "POST /v1/billing/meters/{id}/deactivate": Call(billing.MeterDeactivateParams, meters.deactivate),
        "GET /v1/billing/meters/{id}/event_summaries": Call(
            billing.MeterListEventSummariesParams, meters.list_event_summaries
        ),
        "POST /v1/billing_portal/configurations": Call(portals.ConfigurationCreateParams, portal.create_configuration),
        "GET /v1/billing_portal/configurations": Call(portals.ConfigurationListParams, portal.list_configurations),
        "GET /v1/billing_portal/configurations/{id}": Call(
            portals.ConfigurationRetrieveParams, portal.retrieve_configuration
        ),
        "POST /v1/billing_portal/configurations/{id}": Call(
            portals.ConfigurationUpdateParams, portal.update_configuration
        ),
        "POST /v1/billing_portal/sessions": Call(portals.SessionCreateParams, portal.create_session),
        "POST /v1/checkout/sessions": Call(pages.SessionCreateParams, checkout.create),
        "GET /v1/checkout/sessions": Call(pages.SessionListParams, checkout.list_),
        "GET /v1/checkout/sessions/{id}": Call(pages.SessionRetrieveParams, checkout.retrieve),
        "GET /v1/checkout/sessions/{id}/line_items": Call(pages.SessionLineItemListParams, checkout.list_line_items),
        "POST /v1/checkout/sessions/{id}/expire": Call(pages.SessionExpireParams, checkout.expire),
        "GET /v1/subscriptions": Call(params.SubscriptionListParams, subscriptions.list_),
        "GET /v1/subscriptions/{id}": Call(params.SubscriptionRetrieveParams, subscriptions.retrieve),
        "POST /v1/subscriptions/{id}": Call(params.SubscriptionUpdateParams, subscriptions.update),
        "DELETE /v1/subscriptions/{id}": Call(params.SubscriptionCancelParams, subscriptions.cancel),
        "POST /v1/subscription_schedules": Call(params.SubscriptionScheduleCreateParams, schedules.create),
        "GET /v1/subscription_schedules": Call(params.SubscriptionScheduleListParams, schedules.list_),
        "GET /v1/subscription_schedules/{id}": Call(params.SubscriptionScheduleRetrieveParams, schedules.retrieve),
        "POST /v1/subscription_schedules/{id}": Call(params.SubscriptionScheduleUpdateParams, schedules.update),
        "POST /v1/subscription_schedules/{id}/release": Call(
            params.SubscriptionScheduleReleaseParams, schedules.release
        ),
        "GET /v1/tax/settings": Call(params.tax.SettingsRetrieveParams, account.retrieve_tax_settings),
        "GET /v1/invoices": Call(params.InvoiceListParams, invoices.list_),
        "POST /v1/invoices/create_preview": Call(params.InvoiceCreatePreviewParams, subscriptions.preview),
        "GET /v1/invoices/{id}": Call(params.InvoiceRetrieveParams, invoices.retrieve),
        "POST /v1/invoices/{id}/pay": Call(params.InvoicePayParams, invoices.pay),
        "GET /v1/events": Call(params.EventListParams, log.list_),
        "GET /v1/events/{id}": Call(params.EventRetrieveParams, log.retrieve),
        "GET /v2/core/events/{id}": Call(v2.core.EventRetrieveParams, log.retrieve_thin),
        "POST /v2/core/event_destinations": Call(v2.core.EventDestinationCreateParams, account.destinations.create),
        "GET /v2/core/event_destinations": Call(v2.core.EventDestinationListParams, account.destinations.list_),
        "POST /v1/webhook_endpoints": Call(params.WebhookEndpointCreateParams, webhooks.create),
        "GET /v1/webhook_endpoints": Call(params.WebhookEndpointListParams, webhooks.list_),
    }
