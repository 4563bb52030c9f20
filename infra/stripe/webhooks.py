"""Has Stripe tell the service what happens: one endpoint for the account's events, one for those of its meters."""

from __future__ import annotations

import stripe

from infra.stripe.failure import SetupFailure
from infra.stripe.setup import once
from shared.billing.answers import answered
from shared.billing.calls.subscriptions import PAGE
from shared.billing.client import API_VERSION, Stripe
from shared.billing.event_types import METER_ERRORS, TYPES

EVENTS_PATH = "/v1/billing/webhook"
METERS_PATH = "/v1/billing/webhook/meters"
SECRETS = "FLUXVECTOR_STRIPE_WEBHOOK_SECRETS"
METER_SECRETS = "FLUXVECTOR_STRIPE_METER_WEBHOOK_SECRETS"
PATHS = {SECRETS: EVENTS_PATH, METER_SECRETS: METERS_PATH}


async def set_up_webhooks(account: Stripe, *, public_url: str) -> dict[str, str]:
    """Makes the endpoints that are missing; answers the secrets of those, by the setting that they belong in.

    Stripe tells a secret once. Raises SetupFailure where Stripe could not reach the service, and StripeFault.
    """
    if not public_url.startswith("https://"):
        raise SetupFailure("FLUXVECTOR_PUBLIC_URL is not https://, and Stripe sends events nowhere else.")
    secrets: dict[str, str] = {}
    if (secret := await _events_endpoint(account, public_url + EVENTS_PATH)) is not None:
        secrets[SECRETS] = secret
    if (secret := await _meters_endpoint(account, public_url + METERS_PATH)) is not None:
        secrets[METER_SECRETS] = secret
    return secrets


def where_it_is(name: str, public_url: str) -> str:
    """Where the secret of an endpoint that is there already is found, for the setting of this name."""
    return (
        f"{name}: the endpoint {public_url}{PATHS[name]} is there already. Its secret is in Stripe's dashboard"
        " (Workbench, Webhooks, the endpoint, Signing secret); or delete the endpoint and run this again."
    )


async def _events_endpoint(account: Stripe, url: str) -> str | None:
    found = await answered(account.sdk.v1.webhook_endpoints.list_async({"limit": PAGE}))
    for endpoint in found.data:
        if endpoint.url == url:
            if not {*TYPES} <= {*endpoint.enabled_events} and endpoint.enabled_events != ["*"]:
                raise SetupFailure(
                    f"The webhook endpoint {url} lacks events: delete it at Stripe, then run this again."
                )
            return None
    params: stripe.params.WebhookEndpointCreateParams = {
        "url": url,
        # The types are an open list for the package.
        "enabled_events": list(TYPES),
        "api_version": API_VERSION,  # type: ignore[typeddict-item]
        "description": "FluxVector: subscriptions and payments",
    }
    made = await answered(account.sdk.v1.webhook_endpoints.create_async(params, once()))
    return made.secret


async def _meters_endpoint(account: Stripe, url: str) -> str | None:
    service = account.sdk.v2.core.event_destinations
    found = await answered(service.list_async({"include": ["webhook_endpoint.url"], "limit": PAGE}))
    if any(each.webhook_endpoint is not None and each.webhook_endpoint.url == url for each in found.data):
        return None
    made = await answered(
        service.create_async(
            {
                "name": "FluxVector meters",
                "type": "webhook_endpoint",
                "event_payload": "thin",
                "enabled_events": [METER_ERRORS],
                "webhook_endpoint": {"url": url},
                "include": ["webhook_endpoint.signing_secret"],
            },
            once(),
        )
    )
    return None if made.webhook_endpoint is None else made.webhook_endpoint.signing_secret
