"""GET /health: the process lives. It asks nobody else; GET /ready does."""

from __future__ import annotations

from msgspec import Struct

from shared.openapi.about import About
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler


class HealthResponse(Struct):
    status: str


ABOUT = About(
    answer={"status": "ok"},
)


async def health(call: Call[NoRequest]) -> HealthResponse:
    """Answers at once."""
    return HealthResponse(status="ok")


app = endpoint_app("GET /health", health, request=NoRequest, scope=None, about=ABOUT, limited=False)
handler = lambda_handler(app)
