"""From a request to the one who asks."""

from __future__ import annotations

from starlette.requests import Request

from shared.errors import Unauthenticated

_MAX_CREDENTIAL = 4_096


def bearer_credential(request: Request) -> str:
    """The credential of `Authorization: Bearer …`. Raises Unauthenticated where there is none, or more than one."""
    values = request.headers.getlist("authorization")
    if not values:
        raise Unauthenticated("Send an API key, or the token of a session, in the header Authorization: Bearer <key>.")
    scheme, _, credential = values[0].partition(" ")
    credential = credential.strip()
    if len(values) > 1 or scheme.lower() != "bearer" or not 0 < len(credential) <= _MAX_CREDENTIAL:
        raise Unauthenticated("The header Authorization is not of the form Bearer <key>.")
    return credential
