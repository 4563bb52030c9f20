"""DELETE /v1/collections/{name}: delete a collection and every vector in it."""

from __future__ import annotations

from msgspec import Struct

from shared.collections import delete_collection
from shared.limits import CONTROL
from shared.openapi.about import About
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler


class DeleteResponse(Struct):
    deleted: bool


ABOUT = About(
    path={"name": "articles"},
    answer={"deleted": True},
)


async def delete(call: Call[NoRequest]) -> DeleteResponse:
    """Nothing finds the collection from here on."""
    call.principal.require_collection(call.path_params["name"])
    await delete_collection(call.database, call.principal, call.path_params["name"])
    return DeleteResponse(deleted=True)


app = endpoint_app(
    "DELETE /v1/collections/{name}",
    delete,
    request=NoRequest,
    scope="write",
    about=ABOUT,
    idempotent=True,
    asks=CONTROL,
)
handler = lambda_handler(app)
