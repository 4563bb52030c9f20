"""POST /v1/billing/checkout: a page on which a plan is bought."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.billing.asking import asking_stripe
from shared.billing.checkout import checkout as open_checkout
from shared.billing.checkout import require_live
from shared.billing.pages import page_url
from shared.errors import Conflict, NotImplementedYet, Unavailable
from shared.openapi.about import About
from shared.plans import PLANS
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.billing_views import PageView

Url = Annotated[str, Meta(max_length=2_000)]


class CheckoutRequest(Struct, forbid_unknown_fields=True):
    plan: Literal["pay_as_you_go", "pro", "scale"]
    success_url: Url | None = None
    cancel_url: Url | None = None


ABOUT = About(
    request={"plan": "pro"},
    answer={"url": "https://checkout.stripe.com/c/pay/cs_live_a1B2c3"},
    errors=(Conflict, NotImplementedYet, Unavailable),
)


async def checkout(call: Call[CheckoutRequest]) -> PageView:
    """Send the browser to `url`. Afterwards it comes back to one of the given addresses, which are of this service.

    The plan begins when it is paid. Where there is a subscription already, change its plan instead; while an invoice is
    open, pay it first, in the portal. Of several pages the last that was asked for works.
    """
    require_live(call.principal)
    request, public_url = call.request, call.settings.public_url
    success_url = page_url(public_url, "success_url", request.success_url)
    cancel_url = page_url(public_url, "cancel_url", request.cancel_url)
    async with asking_stripe(call.settings) as stripe:
        url = await open_checkout(
            call.database,
            stripe,
            call.principal,
            PLANS[request.plan],
            success_url=success_url,
            cancel_url=cancel_url,
        )
    return PageView(url)


app = endpoint_app("POST /v1/billing/checkout", checkout, request=CheckoutRequest, scope="admin", about=ABOUT)
handler = lambda_handler(app)
