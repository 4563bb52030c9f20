"""GET /v1/billing: the plan, what the month costs so far, and what was agreed about it."""

from __future__ import annotations

from shared.billing.overview import read_billing
from shared.openapi.about import About
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler
from shared.web.billing_views import BILLING_EXAMPLE, UNREACHABLE, BillingView

ABOUT = About(answer=BILLING_EXAMPLE)


async def get(call: Call[NoRequest]) -> BillingView:
    """Answers without Stripe too: what only Stripe knows is null then."""
    overview, outlook, is_unreachable = await read_billing(call.database, call.settings, call.principal)
    return BillingView.of(overview, outlook, warning=UNREACHABLE if is_unreachable else None)


app = endpoint_app("GET /v1/billing", get, request=NoRequest, scope="admin", about=ABOUT)
handler = lambda_handler(app)
