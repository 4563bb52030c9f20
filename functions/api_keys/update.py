"""PATCH /v1/api-keys/{id}: rename a key."""

from __future__ import annotations

from msgspec import Struct

from shared.api_keys import rename_key
from shared.openapi.about import About
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.key_names import KeyName
from shared.web.views import ApiKeyView


class UpdateRequest(Struct, forbid_unknown_fields=True):
    name: KeyName


ABOUT = About(
    path={"id": "key_8sVtQx7LwZ2b"},
    request={"name": "web shop"},
    answer={
        "id": "key_8sVtQx7LwZ2b",
        "prefix": "fv_live_3mKp8s",
        "name": "web shop",
        "env": "live",
        "scopes": ["read", "write"],
        "collection": None,
        "created_at": "2026-03-01T09:30:00Z",
        "last_used_at": "2026-03-02T07:00:00Z",
        "expires_at": None,
    },
)


async def update(call: Call[UpdateRequest]) -> ApiKeyView:
    """Answers the renamed key."""
    key = await rename_key(call.database, call.principal, call.path_params["id"], call.request.name)
    return ApiKeyView.of(key)


app = endpoint_app("PATCH /v1/api-keys/{id}", update, request=UpdateRequest, scope="admin", about=ABOUT)
handler = lambda_handler(app)
