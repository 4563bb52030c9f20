"""Errors as OpenAI's API has them, for the calls that its clients make.

`{"error": {"message": "<sentence>", "type": "invalid_request_error", "param": "input", "code": "validation_failed"}}`
"""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from shared.errors import FluxVectorError, NotFound


class ModelNotFound(NotFound):
    """The request names a model that does not embed here."""

    code = "model_not_found"


class OpenAIError(msgspec.Struct):
    """What is wrong; `param` is the path of the first field that is, `code` our stable one."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAIErrorBody(msgspec.Struct):
    """Every error of a call in OpenAI's shape; the request's id is in the header X-Request-Id."""

    error: OpenAIError


def openai_error_response(error: FluxVectorError, request_id: str) -> Response:
    """The answer that tells a client of OpenAI's API of an error; status and headers are those of any call."""
    param = error.details[0].field if error.details and error.details[0].field else None
    body = OpenAIErrorBody(OpenAIError(error.message, _type(error.status), param, error.code))
    return Response(
        msgspec.json.encode(body), status_code=error.status, headers=error.headers, media_type="application/json"
    )


def _type(status: int) -> str:
    if status >= 500:
        return "server_error"
    return {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}.get(
        status, "invalid_request_error"
    )
