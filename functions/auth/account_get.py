"""GET /v1/auth/account: the account of whoever signed in."""

from __future__ import annotations

from shared.accounts import get_account
from shared.openapi.about import About
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler
from shared.web.auth_views import ACCOUNT_EXAMPLE, AccountView

ABOUT = About(answer=ACCOUNT_EXAMPLE)


async def get(call: Call[NoRequest]) -> AccountView:
    """Everything that is held about it: GET /v1/auth/account/export."""
    return AccountView.of(await get_account(call.database, call.principal))


app = endpoint_app("GET /v1/auth/account", get, request=NoRequest, scope="session", about=ABOUT)
handler = lambda_handler(app)
