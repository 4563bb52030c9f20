"""POST /v1/auth/signup: make an account; a mail comes to confirm the address.

The answer is the same whether or not the address has an account already. Before it is confirmed an account can sign in
and make test keys.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from shared.errors import RateLimited, ValidationFailed
from shared.legal.versions import current_version
from shared.openapi.about import About
from shared.sign_up import MINIMUM_AGE, address_of, sign_up
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.auth_views import MailSent
from shared.web.secret_requests import Email, NewPassword, SecretRequest

CONDITION = f"you are {MINIMUM_AGE} years old or older and accept the privacy policy (GET /v1/legal/privacy)"


class SignUpRequest(SecretRequest):
    email: Email
    password: NewPassword
    accept_policy: Annotated[bool, Meta(description=f"Must be true: it says that {CONDITION}.")] = False


ABOUT = About(
    request={"email": "ada@example.com", "password": "my cat knits in the evening", "accept_policy": True},
    answer={"status": "mail_sent"},
    errors=(RateLimited,),
)


async def signup(call: Call[SignUpRequest]) -> MailSent:
    """Whoever signs up for an address that was never confirmed begins anew, with this password."""
    request = call.request
    if not request.accept_policy:
        raise ValidationFailed.of("accept_policy", f"must be true, which says that {CONDITION}")
    await sign_up(
        call.database,
        call.settings,
        address=address_of(request.email),
        password=request.password,
        policy_version=await current_version(call.database),
        ip_address=call.ip_address,
    )
    return MailSent()


app = endpoint_app("POST /v1/auth/signup", signup, request=SignUpRequest, scope=None, about=ABOUT)
handler = lambda_handler(app)
