"""POST /v1/vectors/delete: delete vectors by their ids, by a filter, or a whole namespace."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from shared.conditions import EVERYTHING, condition_of
from shared.deletion import delete_matching
from shared.errors import ValidationFailed
from shared.limits import CONTROL
from shared.openapi.about import About
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


ABOUT = About(
    request={"collection": "articles", "ids": ["a-17", "a-18"]},
    answer={"deleted": True, "deleted_count": 2},
)


async def delete(call: Call[DeleteRequest]) -> DeleteResponse:
    """Takes exactly one of `ids`, `filter` and `delete_all`, and counts what was there. `delete_all` empties the
    namespace, the default one where none is named. Unknown ids delete nothing and are no error.

    All that matches when the call comes is deleted, in many short transactions. Where that takes longer than a request
    may, it ends with 503: sent again, it goes on, and counts what was left.
    """
    request = call.request
    if [request.ids is not None, request.filter is not None, request.delete_all].count(True) != 1:
        raise ValidationFailed.of("", "needs exactly one of ids, filter and delete_all")
    place = Place(call.principal.account_no, call.collection.collection_no, request.namespace)
    if request.ids is not None:
        ids = check_ids(request.ids)
        count = await delete_by_ids(call.database, place, ids, meter=call.meter, latency_ms=call.elapsed_ms)
        return DeleteResponse(deleted=True, deleted_count=count)
    condition = condition_of(request.filter, call.collection)
    if condition == EVERYTHING and not request.delete_all:
        raise ValidationFailed.of("filter", "is empty; send delete_all to delete everything")
    count = await delete_matching(call.database, place, condition, meter=call.meter, latency_ms=call.elapsed_ms)
    return DeleteResponse(deleted=True, deleted_count=count)


app = endpoint_app(
    "POST /v1/vectors/delete", delete, request=DeleteRequest, scope="write", about=ABOUT, idempotent=True, asks=CONTROL
)
handler = lambda_handler(app)
