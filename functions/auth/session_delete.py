"""DELETE /v1/auth/sessions/{id}: end one session, at once."""

from __future__ import annotations

from msgspec import Struct

from shared.openapi.about import About
from shared.sessions import end_session
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler


class DeleteResponse(Struct):
    deleted: bool


ABOUT = About(
    path={"id": "ses_4fJ2kPq8Rt6Z"},
    answer={"deleted": True},
)


async def delete(call: Call[NoRequest]) -> DeleteResponse:
    """Its tokens are refused from the next request on."""
    await end_session(call.database, call.principal, session_id=call.path_params["id"], ip_address=call.ip_address)
    return DeleteResponse(deleted=True)


app = endpoint_app("DELETE /v1/auth/sessions/{id}", delete, request=NoRequest, scope="session", about=ABOUT)
handler = lambda_handler(app)
