"""POST /v1/auth/logout: end the session whose token is sent; its tokens work no more, at once."""

from __future__ import annotations

from msgspec import Struct

from shared.openapi.about import About
from shared.sessions import end_session
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler


class LogoutResponse(Struct):
    signed_out: bool


ABOUT = About(answer={"signed_out": True})


async def logout(call: Call[NoRequest]) -> LogoutResponse:
    """Ends this session and no other."""
    await end_session(call.database, call.principal, session_id=None, ip_address=call.ip_address)
    return LogoutResponse(signed_out=True)


app = endpoint_app("POST /v1/auth/logout", logout, request=NoRequest, scope="session", about=ABOUT)
handler = lambda_handler(app)
