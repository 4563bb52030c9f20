"""DELETE /v1/auth/sessions: end all sessions at once, or all but the one that asks."""

from __future__ import annotations

from msgspec import Struct

from shared.openapi.about import About
from shared.sessions import end_sessions
from shared.web.app import Call, endpoint_app, lambda_handler


class DeleteRequest(Struct, forbid_unknown_fields=True):
    keep_current: bool = False


class DeleteResponse(Struct):
    deleted: bool
    deleted_count: int


ABOUT = About(
    request={"keep_current": True},
    answer={"deleted": True, "deleted_count": 2},
)


async def delete_all(call: Call[DeleteRequest]) -> DeleteResponse:
    """Answers how many ended."""
    ended = await end_sessions(
        call.database, call.principal, keeps_current=call.request.keep_current, ip_address=call.ip_address
    )
    return DeleteResponse(deleted=True, deleted_count=ended)


app = endpoint_app("DELETE /v1/auth/sessions", delete_all, request=DeleteRequest, scope="session", about=ABOUT)
handler = lambda_handler(app)
