"""Every path that is no route: 404 in the error shape.

API Gateway sends here what no route takes, a browser's preflights among it (OPTIONS is no route's method); those every
app answers by itself, this one too.
"""

from __future__ import annotations

from shared.errors import NotFound
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler


async def not_found(call: Call[NoRequest]) -> None:
    """Refuses."""
    raise NotFound("There is nothing at this path.")


app = endpoint_app(None, not_found, request=NoRequest, scope=None)
handler = lambda_handler(app)
