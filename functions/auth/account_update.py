"""PATCH /v1/auth/account: change the e-mail address or the password; the current password is wanted for both.

A new address is confirmed by a mail to it before it counts, and the present one is told. A new password ends every
session at once; the answer holds a new one.
"""

from __future__ import annotations

from shared.accounts import change_password, check_password, get_account, request_email_change
from shared.errors import PasswordRequired, RateLimited, ValidationFailed
from shared.openapi.about import About
from shared.sign_up import address_of
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.auth_views import ACCOUNT_EXAMPLE, TOKENS_EXAMPLE, AccountView, TokensView
from shared.web.secret_requests import Email, NewPassword, Password, SecretRequest


class UpdateRequest(SecretRequest):
    email: Email | None = None
    password: NewPassword | None = None
    current_password: Password | None = None


class UpdateResponse(AccountView, omit_defaults=True):
    """The account; `session` takes the place of the one that a new password ended."""

    session: TokensView | None = None


ABOUT = About(
    request={"password": "my cat knits in the evening", "current_password": "my cat sleeps in the evening"},
    answer={**ACCOUNT_EXAMPLE, "session": TOKENS_EXAMPLE},
    errors=(PasswordRequired, RateLimited),
)


async def update(call: Call[UpdateRequest]) -> UpdateResponse:
    """Answers the account as it is now."""
    request = call.request
    if request.email is None and request.password is None:
        raise ValidationFailed.of("", "changes nothing: send `email` or `password`")
    if request.email is not None and request.password is not None:
        raise ValidationFailed.of("", "changes both: a new password ends the change of an address, so send one first")
    address = None if request.email is None else address_of(request.email)
    database, settings, principal = call.database, call.settings, call.principal
    checked = await check_password(database, settings, principal, request.current_password, ip_address=call.ip_address)
    if address is not None:
        await request_email_change(
            database, settings, principal, checked=checked, address=address, ip_address=call.ip_address
        )
    tokens = None
    if request.password is not None:
        tokens = await change_password(
            database, settings, principal, checked=checked, password=request.password, ip_address=call.ip_address
        )
    view = UpdateResponse.of(await get_account(database, principal))
    assert isinstance(view, UpdateResponse)
    view.session = None if tokens is None else TokensView.of(tokens)
    return view


app = endpoint_app("PATCH /v1/auth/account", update, request=UpdateRequest, scope="session", about=ABOUT)
handler = lambda_handler(app)
