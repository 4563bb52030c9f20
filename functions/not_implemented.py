"""Every call of the contract that is not built yet: 501 in the error shape, never a false success."""

from __future__ import annotations

from shared.errors import NotImplementedYet
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler


async def not_implemented(call: Call[NoRequest]) -> None:
    """Refuses."""
    raise NotImplementedYet("This call is part of the contract, but it is not built yet.")


app = endpoint_app(None, not_implemented, request=NoRequest, scope=None)
handler = lambda_handler(app)
