"""DELETE /v1/namespaces/{name}: delete all vectors of a namespace."""

from __future__ import annotations

from msgspec import Struct

from shared.limits import CONTROL
from shared.namespaces import delete_namespace
from shared.openapi.about import About
from shared.places import Place
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.views import CollectionName


class DeleteRequest(Struct, forbid_unknown_fields=True):
    collection: CollectionName


class DeleteResponse(Struct):
    deleted: bool
    deleted_count: int


ABOUT = About(
    path={"name": "drafts"},
    request={"collection": "articles"},
    answer={"deleted": True, "deleted_count": 120},
)


async def delete(call: Call[DeleteRequest]) -> DeleteResponse:
    """A namespace without vectors is no error. The default one has no name: `delete_all` of vectors/delete empties it.

    Where all that is there takes longer than a request may, it ends with 503: sent again, it goes on.
    """
    place = Place(call.principal.account_no, call.collection.collection_no, call.path_params["name"])
    count = await delete_namespace(call.database, place, meter=call.meter, latency_ms=call.elapsed_ms)
    return DeleteResponse(deleted=True, deleted_count=count)


app = endpoint_app(
    "DELETE /v1/namespaces/{name}",
    delete,
    request=DeleteRequest,
    scope="write",
    about=ABOUT,
    idempotent=True,
    asks=CONTROL,
)
handler = lambda_handler(app)
