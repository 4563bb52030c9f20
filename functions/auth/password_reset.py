"""POST /v1/auth/password/reset: choose another password by the token that was mailed; every session ends."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from shared.errors import LinkNotValid, RateLimited
from shared.openapi.about import About
from shared.sign_up import reset_password
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.secret_requests import NewPassword, SecretRequest, Token


class ResetRequest(SecretRequest):
    token: Token
    password: NewPassword


class ResetResponse(Struct):
    status: Literal["password_reset"] = "password_reset"


ABOUT = About(
    request={"token": "fvl_<out of the mail>", "password": "my cat knits in the evening"},
    answer={"status": "password_reset"},
    errors=(LinkNotValid, RateLimited),
)


async def reset(call: Call[ResetRequest]) -> ResetResponse:
    """Sign in with the new password then. A password that is not accepted leaves the token good."""
    await reset_password(
        call.database,
        call.settings,
        token=call.request.token,
        password=call.request.password,
        ip_address=call.ip_address,
    )
    return ResetResponse()


app = endpoint_app("POST /v1/auth/password/reset", reset, request=ResetRequest, scope=None, about=ABOUT)
handler = lambda_handler(app)
