"""POST /v1/billing/portal: a page with invoices, means of payment and tax ids."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared.billing.asking import asking_stripe
from shared.billing.checkout import portal as open_portal
from shared.billing.checkout import require_live
from shared.billing.pages import page_url
from shared.errors import Conflict, NotImplementedYet, Unavailable
from shared.openapi.about import About
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.billing_views import PageView


class PortalRequest(Struct, forbid_unknown_fields=True):
    return_url: Annotated[str, Meta(max_length=2_000)] | None = None


ABOUT = About(
    request={},
    answer={"url": "https://billing.stripe.com/p/session/a1B2c3"},
    errors=(Conflict, NotImplementedYet, Unavailable),
)


async def portal(call: Call[PortalRequest]) -> PageView:
    """Send the browser to `url`. A subscription can be ended there; its plan is changed by PATCH /v1/billing."""
    require_live(call.principal)
    return_url = page_url(call.settings.public_url, "return_url", call.request.return_url)
    async with asking_stripe(call.settings) as stripe:
        return PageView(await open_portal(call.database, stripe, call.principal, return_url=return_url))


app = endpoint_app("POST /v1/billing/portal", portal, request=PortalRequest, scope="admin", about=ABOUT)
handler = lambda_handler(app)
