"""POST /v1/auth/confirm: confirm an e-mail address by the token that was mailed to it, after sign-up or a change."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from shared.errors import Conflict, LinkNotValid, PasswordRequired, RateLimited
from shared.openapi.about import About
from shared.sign_up import confirm
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.secret_requests import Password, SecretRequest, Token


class ConfirmRequest(SecretRequest):
    token: Token
    password: Password | None = None


class ConfirmResponse(Struct):
    """`email_changed` where the address is another one than before."""

    status: Literal["confirmed", "email_changed"]


ABOUT = About(
    request={"token": "fvl_<out of the mail>", "password": "my cat knits in the evening"},
    answer={"status": "confirmed"},
    errors=(LinkNotValid, PasswordRequired, Conflict, RateLimited),
)


async def confirm_address(call: Call[ConfirmRequest]) -> ConfirmResponse:
    """A token works once. Send the password of the sign-up along: a mail of somebody else's sign-up is then refused."""
    request = call.request
    was_for = await confirm(
        call.database, call.settings, request.token, password=request.password, ip_address=call.ip_address
    )
    return ConfirmResponse("confirmed" if was_for == "confirm" else "email_changed")


app = endpoint_app("POST /v1/auth/confirm", confirm_address, request=ConfirmRequest, scope=None, about=ABOUT)
handler = lambda_handler(app)
