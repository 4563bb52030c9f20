"""POST /v1/vectors/delete: delete vectors by their ids."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from shared.errors import NotImplementedYet, ValidationFailed
from shared.places import Place
from shared.records import MAX_RECORDS, Namespace, check_ids
from shared.vectors import delete_by_ids
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.views import CollectionName


class DeleteRequest(Struct, forbid_unknown_fields=True):
    collection: CollectionName
    ids: Annotated[list[str], Meta(max_length=MAX_RECORDS)] | None = None
    filter: dict[str, Any] | None = None
    delete_all: bool = False
    namespace: Namespace = ""


class DeleteResponse(Struct):
    deleted: bool
    deleted_count: int


async def delete(call: Call[DeleteRequest]) -> DeleteResponse:
    """Unknown ids delete nothing and are no error: a retried call has the same end."""
    request = call.request
    if [request.ids is not None, request.filter is not None, request.delete_all].count(True) != 1:
        raise ValidationFailed.of("", "needs exactly one of ids, filter and delete_all")
    if request.ids is None:
        raise NotImplementedYet("Deleting by filter and delete_all are not built yet; send ids.")
    ids = check_ids(request.ids)
    place = Place(call.principal.account_no, call.collection.collection_no, request.namespace)
    count = await delete_by_ids(call.database, place, ids, meter=call.meter, latency_ms=call.elapsed_ms)
    return DeleteResponse(deleted=True, deleted_count=count)


app = endpoint_app("POST /v1/vectors/delete", delete, request=DeleteRequest, scope="write")
handler = lambda_handler(app)
