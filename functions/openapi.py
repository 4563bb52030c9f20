"""GET /openapi.json: this API as an OpenAPI 3.1 document. Calls of the contract that answer 501 are not in it."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from starlette.responses import Response

from shared.openapi.about import JSON, About
from shared.openapi.document import document
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler

CACHE_CONTROL = "public, max-age=300"


async def openapi(call: Call[NoRequest]) -> Response:
    """The first answer of a process takes longer: every endpoint is imported for it."""
    return Response(_encoded(), media_type=JSON, headers={"Cache-Control": CACHE_CONTROL})


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(document("functions"))


app = endpoint_app(
    "GET /openapi.json", openapi, request=NoRequest, scope=None, about=About(answer_shape=dict[str, Any])
)
handler = lambda_handler(app)
