"""GET /v1/api-keys: the account's keys that still work. Never their text."""

from __future__ import annotations

from msgspec import Struct

from shared.api_keys import list_keys
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler
from shared.web.views import ApiKeyView


class ListResponse(Struct):
    data: list[ApiKeyView]


async def list_all(call: Call[NoRequest]) -> ListResponse:
    """Oldest first; a test key is shown the test keys only."""
    keys = await list_keys(call.database, call.principal)
    return ListResponse([ApiKeyView.of(key) for key in keys])


app = endpoint_app("GET /v1/api-keys", list_all, request=NoRequest, scope="admin")
handler = lambda_handler(app)
