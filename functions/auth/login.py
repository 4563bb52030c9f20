"""POST /v1/auth/login: sign in with e-mail and password.

An address without an account is answered as a wrong password is.
"""

from __future__ import annotations

from shared.errors import RateLimited, Unauthenticated
from shared.openapi.about import About
from shared.sign_in import sign_in
from shared.sign_up import address_of
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.auth_views import TOKENS_EXAMPLE, TokensView
from shared.web.secret_requests import Email, Password, SecretRequest


class LoginRequest(SecretRequest):
    email: Email
    password: Password


ABOUT = About(
    request={"email": "ada@example.com", "password": "my cat knits in the evening"},
    answer=TOKENS_EXAMPLE,
    errors=(Unauthenticated, RateLimited),
)


async def login(call: Call[LoginRequest]) -> TokensView:
    """The access token is a credential as an API key is, for 15 minutes; the refresh token fetches the next."""
    tokens = await sign_in(
        call.database,
        call.settings,
        address=address_of(call.request.email),
        password=call.request.password,
        ip_address=call.ip_address,
    )
    return TokensView.of(tokens)


app = endpoint_app("POST /v1/auth/login", login, request=LoginRequest, scope=None, about=ABOUT)
handler = lambda_handler(app)
