"""PATCH /v1/api-keys/{id}: rename a key."""

from __future__ import annotations

from msgspec import Struct

from shared.api_keys import rename_key
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.key_names import KeyName
from shared.web.views import ApiKeyView


class UpdateRequest(Struct, forbid_unknown_fields=True):
    name: KeyName


async def update(call: Call[UpdateRequest]) -> ApiKeyView:
    """Answers the renamed key."""
    key = await rename_key(call.database, call.principal, call.path_params["id"], call.request.name)
    return ApiKeyView.of(key)


app = endpoint_app("PATCH /v1/api-keys/{id}", update, request=UpdateRequest, scope="admin")
handler = lambda_handler(app)
