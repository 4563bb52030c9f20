"""POST /v1/auth/refresh: change a refresh token for new tokens of the same session.

A refresh token works once: the same one sent again ends its session, for it is in two hands.
"""

from __future__ import annotations

from shared.errors import Unauthenticated
from shared.openapi.about import About
from shared.sessions import refresh_session
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.auth_views import TOKENS_EXAMPLE, TokensView
from shared.web.secret_requests import SecretRequest, Token


class RefreshRequest(SecretRequest):
    refresh_token: Token


ABOUT = About(
    request={"refresh_token": "fvr_<out of the last answer>"},
    answer=TOKENS_EXAMPLE,
    errors=(Unauthenticated,),
)


async def refresh(call: Call[RefreshRequest]) -> TokensView:
    """A session lasts 30 days at most, however often it is refreshed."""
    tokens = await refresh_session(call.database, call.settings, call.request.refresh_token, ip_address=call.ip_address)
    return TokensView.of(tokens)


app = endpoint_app("POST /v1/auth/refresh", refresh, request=RefreshRequest, scope=None, about=ABOUT)
handler = lambda_handler(app)
