"""POST /v1/billing/webhook: what happened in the Stripe account, told by Stripe."""

from __future__ import annotations

from msgspec import Struct

from shared.billing.webhook import SIGNATURE, receive
from shared.errors import InvalidRequest, Unavailable, WebhookRefused
from shared.openapi.about import About
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler


class WebhookResponse(Struct):
    received: bool


ABOUT = About(answer={"received": True}, errors=(InvalidRequest, WebhookRefused, Unavailable))


async def webhook(call: Call[NoRequest]) -> WebhookResponse:
    """Answers as soon as the event is entered; it is handled at once where that takes no longer than 5 seconds."""
    signature = call.headers.get(SIGNATURE, "")
    elapsed_s = call.elapsed_ms / 1_000
    await receive(call.database, call.settings, call.body, signature, elapsed_s=elapsed_s)
    return WebhookResponse(received=True)


app = endpoint_app(
    "POST /v1/billing/webhook", webhook, request=NoRequest, scope=None, about=ABOUT, raw=True, limited=False
)
handler = lambda_handler(app)
