"""GET /v1/api-keys: the account's keys that still work. Never their text."""

from __future__ import annotations

from msgspec import Struct

from shared.api_keys import list_keys
from shared.openapi.about import About
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler
from shared.web.views import ApiKeyView


class ListResponse(Struct):
    data: list[ApiKeyView]


ABOUT = About(
    answer={
        "data": [
            {
                "id": "key_8sVtQx7LwZ2b",
                "prefix": "fv_live_3mKp8s",
                "name": "web shop",
                "env": "live",
                "scopes": ["read", "write"],
                "collection": None,
                "created_at": "2026-03-01T09:30:00Z",
                "last_used_at": "2026-03-02T07:00:00Z",
                "expires_at": None,
            }
        ]
    },
)


async def list_all(call: Call[NoRequest]) -> ListResponse:
    """Oldest first; a test key is shown the test keys only."""
    keys = await list_keys(call.database, call.principal)
    return ListResponse([ApiKeyView.of(key) for key in keys])


app = endpoint_app("GET /v1/api-keys", list_all, request=NoRequest, scope="admin", about=ABOUT)
handler = lambda_handler(app)
