"""GET /v1/auth/account/activity: what happened to the account: sign-ins, and events of keys, password and address."""

from __future__ import annotations

from msgspec import Struct

from shared.activity import Activity, Kind, list_activity
from shared.clock import rfc3339
from shared.openapi.about import About
from shared.pages import decode_cursor
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.views import PageRequest


class ActivityView(Struct, omit_defaults=True):
    """`session_id` or `key_id` names what it is about."""

    occurred_at: str
    kind: Kind
    ip_address: str | None
    session_id: str | None = None
    key_id: str | None = None

    @classmethod
    def of(cls, event: Activity) -> ActivityView:
        return cls(rfc3339(event.occurred_at), event.kind, event.ip_address, event.session_id, event.key_id)


class ListResponse(Struct):
    data: list[ActivityView]
    has_more: bool
    next_cursor: str | None


ABOUT = About(
    request={"limit": 20},
    answer={
        "data": [
            {
                "occurred_at": "2026-03-01T09:30:00Z",
                "kind": "signed_in",
                "ip_address": "203.0.113.7",
                "session_id": "ses_4fJ2kPq8Rt6Z",
            }
        ],
        "has_more": False,
        "next_cursor": None,
    },
)


async def list_page(call: Call[PageRequest]) -> ListResponse:
    """The latest first."""
    before = decode_cursor(call.request.cursor)
    page = await list_activity(call.database, call.principal, before=before, limit=call.request.limit)
    views = [ActivityView.of(event) for event in page.data]
    return ListResponse(data=views, has_more=page.next_cursor is not None, next_cursor=page.next_cursor)


app = endpoint_app("GET /v1/auth/account/activity", list_page, request=PageRequest, scope="session", about=ABOUT)
handler = lambda_handler(app)
