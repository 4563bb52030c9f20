"""POST /v1/auth/password/forgot: have a mail sent by which another password can be chosen.

The answer is the same for every address.
"""

from __future__ import annotations

from shared.errors import RateLimited
from shared.openapi.about import About
from shared.sign_up import address_of, request_link
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.auth_views import MailSent
from shared.web.secret_requests import Email, SecretRequest


class ForgotRequest(SecretRequest):
    email: Email


ABOUT = About(
    request={"email": "ada@example.com"},
    answer={"status": "mail_sent"},
    errors=(RateLimited,),
)


async def forgot(call: Call[ForgotRequest]) -> MailSent:
    """The link works once, for an hour; the old password works on until it is used."""
    await request_link(
        call.database,
        call.settings,
        address=address_of(call.request.email),
        purpose="reset",
        ip_address=call.ip_address,
    )
    return MailSent()


app = endpoint_app("POST /v1/auth/password/forgot", forgot, request=ForgotRequest, scope=None, about=ABOUT)
handler = lambda_handler(app)
