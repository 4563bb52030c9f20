"""GET /v1/vectors/export: everything of a collection's vectors, as lines of JSON, page by page."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from starlette.responses import Response

from shared.conditions import condition_of
from shared.export import MAX_LINES, export_page
from shared.limits import Ask, lookup
from shared.openapi.about import About
from shared.portable import PortableVector
from shared.records import Namespace
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.filter_text import filter_of_text
from shared.web.lines import NDJSON
from shared.web.views import CollectionName


class ExportRequest(Struct, forbid_unknown_fields=True):
    collection: CollectionName
    namespace: Annotated[Namespace | None, Meta(description="All namespaces where none is named.")] = None
    filter: Annotated[str, Meta(description="A filter, as JSON.")] = ""
    limit: Annotated[int, Meta(ge=1, le=MAX_LINES)] = MAX_LINES
    cursor: str = ""


ABOUT = About(
    request={"collection": "articles"},
    answer=(
        '{"namespace":"","id":"a-17","text":"A cat sleeps on the sofa.","values":[0.25,-0.5,1e-05],"embedding":null,'
        '"model":null,"embedded_sha256":null,"metadata":{"topic":"pets"},"pending":false,"expires_at":null,'
        '"created_at":"2026-03-01T09:30:00Z","updated_at":"2026-03-01T09:30:00Z"}\n'
    ),
    answer_type=NDJSON,
    answer_shape=PortableVector,
)


async def export(call: Call[ExportRequest]) -> Response:
    """One vector a line, by namespace and id; the last line is `{"next_cursor": …}`, null at the end.

    A page has at most 4 MB. `values` are the numbers that were sent, as float32 that are read back bit by bit. Where
    there are none, `embedding` is what the text was embedded to by `model`: base64 of little-endian float16. With it an
    import need not embed the text again, unless that has been edited: `embedded_sha256` tells. Expired vectors are left
    out.
    """
    request = call.request
    page = await export_page(
        call.database,
        call.principal.account_no,
        call.collection,
        condition_of(filter_of_text(request.filter), call.collection),
        namespace=request.namespace,
        cursor=request.cursor,
        limit=request.limit,
        max_bytes=call.settings.max_body_bytes,
        meter=call.meter,
        latency_ms=call.elapsed_ms,
    )
    return Response(page, media_type=NDJSON)


def _asks(request: ExportRequest, _: bytes) -> Ask:
    return lookup(request.limit)


app = endpoint_app("GET /v1/vectors/export", export, request=ExportRequest, scope="read", about=ABOUT, asks=_asks)
handler = lambda_handler(app)
