"""POST /v1/auth/resend: send the mail that confirms an address once more.

The answer is the same for every address.
"""

from __future__ import annotations

from shared.errors import RateLimited
from shared.openapi.about import About
from shared.sign_up import address_of, request_link
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.auth_views import MailSent
from shared.web.secret_requests import Email, SecretRequest


class ResendRequest(SecretRequest):
    email: Email


ABOUT = About(
    request={"email": "ada@example.com"},
    answer={"status": "mail_sent"},
    errors=(RateLimited,),
)


async def resend(call: Call[ResendRequest]) -> MailSent:
    """A mail leaves only where the address waits to be confirmed."""
    await request_link(
        call.database,
        call.settings,
        address=address_of(call.request.email),
        purpose="confirm",
        ip_address=call.ip_address,
    )
    return MailSent()


app = endpoint_app("POST /v1/auth/resend", resend, request=ResendRequest, scope=None, about=ABOUT)
handler = lambda_handler(app)
