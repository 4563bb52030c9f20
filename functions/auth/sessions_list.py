"""GET /v1/auth/sessions: the open sessions of whoever signed in."""

from __future__ import annotations

from msgspec import Struct

from shared.clock import rfc3339
from shared.openapi.about import About
from shared.sessions import Session, list_sessions
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler


class SessionView(Struct):
    """`ip_address` is where it was opened from."""

    id: str
    created_at: str
    last_used_at: str
    expires_at: str
    ip_address: str | None
    is_current: bool

    @classmethod
    def of(cls, session: Session) -> SessionView:
        return cls(
            id=session.session_id,
            created_at=rfc3339(session.created_at),
            last_used_at=rfc3339(session.last_used_at),
            expires_at=rfc3339(session.expires_at),
            ip_address=session.ip_address,
            is_current=session.is_current,
        )


class ListResponse(Struct):
    data: list[SessionView]


ABOUT = About(
    answer={
        "data": [
            {
                "id": "ses_4fJ2kPq8Rt6Z",
                "created_at": "2026-03-01T09:30:00Z",
                "last_used_at": "2026-03-02T07:00:00Z",
                "expires_at": "2026-03-31T09:30:00Z",
                "ip_address": "203.0.113.7",
                "is_current": True,
            }
        ]
    },
)


async def list_all(call: Call[NoRequest]) -> ListResponse:
    """The latest first."""
    return ListResponse([SessionView.of(session) for session in await list_sessions(call.database, call.principal)])


app = endpoint_app("GET /v1/auth/sessions", list_all, request=NoRequest, scope="session", about=ABOUT)
handler = lambda_handler(app)
