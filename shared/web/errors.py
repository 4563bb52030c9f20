"""How an error looks on the wire; nothing else builds an error body.

`{"error": "<sentence>", "code": "<stable>", "request_id": "…", "details": [{"field": "…", "error": "…"}]}`
"""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from shared.errors import FluxVectorError


class ErrorDetail(msgspec.Struct):
    """One fault of a request."""

    field: str
    error: str


class ErrorBody(msgspec.Struct, omit_defaults=True):
    """Every error of every call, 404, 405, 413 and 500 too."""

    error: str
    code: str
    request_id: str
    details: list[ErrorDetail] | None = None


def error_response(error: FluxVectorError, request_id: str) -> Response:
    """The answer that tells a caller of an error."""
    details = [ErrorDetail(detail.field, detail.error) for detail in error.details]
    body = ErrorBody(error.message, error.code, request_id, details or None)
    return Response(
        msgspec.json.encode(body), status_code=error.status, headers=error.headers, media_type="application/json"
    )
