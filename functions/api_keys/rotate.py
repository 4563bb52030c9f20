"""POST /v1/api-keys/{id}/rotate: a successor with the same name and scopes; the old key works on for the overlap."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from msgspec import Meta, Struct

from shared.api_keys import rotate_key
from shared.clock import rfc3339
from shared.openapi.about import About
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.views import ApiKeyView, Replaced

DAY_S = 86_400


class RotateRequest(Struct, forbid_unknown_fields=True):
    overlap_seconds: Annotated[int, Meta(ge=0, le=30 * DAY_S)] = DAY_S


ABOUT = About(
    path={"id": "key_8sVtQx7LwZ2b"},
    request={"overlap_seconds": 3600},
    answer={
        "id": "key_5NqR1cYw0dHj",
        "prefix": "fv_live_3mKp8s",
        "name": "web shop",
        "env": "live",
        "scopes": ["read", "write"],
        "collection": None,
        "created_at": "2026-03-01T09:30:00Z",
        "last_used_at": None,
        "expires_at": None,
        "key": "fv_live_<shown only once>",
        "warning": "Store this key now: it is shown only this once.",
        "replaces": {"id": "key_8sVtQx7LwZ2b", "expires_at": "2026-03-01T10:30:00Z"},
    },
)


async def rotate(call: Call[RotateRequest]) -> ApiKeyView:
    """Answers the new key, its text this once, and until when the old one works; send overlap 0 for a leaked key."""
    overlap = timedelta(seconds=call.request.overlap_seconds)
    rotated = await rotate_key(
        call.database, call.principal, call.path_params["id"], overlap, ip_address=call.ip_address
    )
    view = ApiKeyView.of(rotated.successor)
    view.replaces = Replaced(id=call.path_params["id"], expires_at=rfc3339(rotated.old_expires_at))
    return view


app = endpoint_app("POST /v1/api-keys/{id}/rotate", rotate, request=RotateRequest, scope="admin", about=ABOUT)
handler = lambda_handler(app)
