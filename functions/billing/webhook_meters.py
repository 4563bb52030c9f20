"""POST /v1/billing/webhook/meters: what a meter of Stripe's could not count, told by Stripe."""

from __future__ import annotations

from msgspec import Struct

from shared.billing.webhook import SIGNATURE, receive_meter_errors
from shared.errors import InvalidRequest, Unavailable, WebhookRefused
from shared.openapi.about import About
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler


class WebhookResponse(Struct):
    received: bool


ABOUT = About(answer={"received": True}, errors=(InvalidRequest, WebhookRefused, Unavailable))


async def webhook_meters(call: Call[NoRequest]) -> WebhookResponse:
    """An alarm for the operator: it is logged by meter and code, and nothing of it is kept."""
    signature = call.headers.get(SIGNATURE, "")
    elapsed_s = call.elapsed_ms / 1_000
    await receive_meter_errors(call.settings, call.body, signature, elapsed_s=elapsed_s)
    return WebhookResponse(received=True)


app = endpoint_app(
    "POST /v1/billing/webhook/meters",
    webhook_meters,
    request=NoRequest,
    scope=None,
    about=ABOUT,
    raw=True,
    limited=False,
)
handler = lambda_handler(app)
