"""DELETE /v1/api-keys/{id}: revoke a key; the next request with it is refused."""

from __future__ import annotations

from msgspec import Struct

from shared.api_keys import delete_key
from shared.openapi.about import About
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler


class DeleteResponse(Struct):
    deleted: bool


ABOUT = About(
    path={"id": "key_8sVtQx7LwZ2b"},
    answer={"deleted": True},
)


async def delete(call: Call[NoRequest]) -> DeleteResponse:
    """Revokes at once."""
    await delete_key(call.database, call.principal, call.path_params["id"], ip_address=call.ip_address)
    return DeleteResponse(deleted=True)


app = endpoint_app("DELETE /v1/api-keys/{id}", delete, request=NoRequest, scope="admin", about=ABOUT)
handler = lambda_handler(app)
