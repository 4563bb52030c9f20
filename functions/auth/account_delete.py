"""DELETE /v1/auth/account: erase the account and everything of it, at once and for good.

The password is wanted, or a session whose password was given in the last ten minutes.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared.accounts import buckets_to_erase, check_password, get_account, is_fresh, unchanged
from shared.erasure import erase_account
from shared.errors import PasswordRequired, RateLimited
from shared.openapi.about import About
from shared.sign_in import buckets_of
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.secret_requests import Password, SecretRequest


class DeleteRequest(SecretRequest):
    password: Password | None = None


class DeleteResponse(Struct):
    """`erased` counts rows by what they were.

    Where `complete` is false, there was more than one answer waits for: none of it can be reached any more, and it is
    removed within minutes.
    """

    deleted: bool
    complete: Annotated[bool, Meta(description="Whether every row was gone when the answer came.")]
    erased: dict[str, int]


ABOUT = About(
    request={"password": "my cat knits in the evening"},
    answer={"deleted": True, "complete": True, "erased": {"vectors": 1200, "collections": 3, "api_keys": 2}},
    errors=(PasswordRequired, RateLimited),
)


async def delete(call: Call[DeleteRequest]) -> DeleteResponse:
    """Ends every key and session, the subscription as well. There is no way back."""
    database, settings, principal = call.database, call.settings, call.principal
    checked = None
    if call.request.password is not None:
        checked = await check_password(database, settings, principal, call.request.password, ip_address=call.ip_address)
        email = checked.email
    elif is_fresh(principal):
        email = (await get_account(database, principal)).email
    else:
        raise PasswordRequired("Send the account's password in `password`, or sign in again first.")
    buckets = buckets_to_erase(buckets_of(settings, call.ip_address), email)
    erasure = await erase_account(database, principal, buckets=buckets, allowed=unchanged(principal, checked))
    return DeleteResponse(deleted=True, complete=erasure.is_complete, erased=erasure.erased)


app = endpoint_app("DELETE /v1/auth/account", delete, request=DeleteRequest, scope="session", about=ABOUT, body=True)
handler = lambda_handler(app)
