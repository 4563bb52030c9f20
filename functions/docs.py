"""GET /docs: this API for people, as one page without scripts, cookies or anything from elsewhere."""

from __future__ import annotations

from functools import cache

from starlette.responses import Response

from shared.openapi.about import About
from shared.openapi.document import document
from shared.openapi.page import CONTENT_SECURITY_POLICY, page
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler

HEADERS = {"Cache-Control": "public, max-age=300", "Content-Security-Policy": CONTENT_SECURITY_POLICY}


async def docs(call: Call[NoRequest]) -> Response:
    """It says what /openapi.json says."""
    return Response(_page(), media_type="text/html", headers=HEADERS)


@cache
def _page() -> str:
    return page(document("functions"))


app = endpoint_app("GET /docs", docs, request=NoRequest, scope=None, about=About(answer_type="text/html"))
handler = lambda_handler(app)
