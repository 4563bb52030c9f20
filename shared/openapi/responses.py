"""Responses that calls share: their errors, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.errors import FluxVectorError, IdempotencyInProgress
from shared.openapi.about import JSON
from shared.openapi.described import Described
from shared.openapi.refusals import example, meaning
from shared.openapi.schemas import Schema, Schemas
from shared.web.errors import ErrorBody

HEADERS: dict[str, Any] = {
    "X-Request-Id": {
        "description": "Identifies this request; name it when you ask us about one.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Whole seconds after which to try again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1, "maximum": 60},
    },
    "Retry-After-In-Progress": {
        "description": "Whole seconds after which the first request of the same Idempotency-Key may have ended.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 60},
    },
    "Idempotency-Replayed": {
        "description": "That this is the answer of an earlier request with the same Idempotency-Key; nothing was done.",
        "schema": {"type": "string", "const": "true"},
    },
    "RateLimit-Policy": {
        "description": "The rates that the request met: of each its name, how many units it takes at once (q), and in "
        "how many seconds as many come back (w).",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "Of each rate its name, the units that are left (r), and after how many seconds all are (t).",
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {
        "description": "How to authenticate.",
        "required": True,
        "schema": {"type": "string", "const": "Bearer"},
    },
}
_OF_RATES = ["RateLimit-Policy", "RateLimit"]
_OF_STATUS = {401: ["WWW-Authenticate"], 402: _OF_RATES, 429: ["Retry-After", *_OF_RATES], 503: ["Retry-After"]}


def _references(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


HEADERS_OF_ALL = _references("X-Request-Id")


def answer_headers(call: Described) -> dict[str, Any]:
    """The headers of a call's good answer."""
    rates = _references(*_OF_RATES) if call.app.scope is not None else {}
    return HEADERS_OF_ALL | rates | (_references("Idempotency-Replayed") if call.app.is_idempotent else {})


def _of_idempotency(errors: Sequence[type[FluxVectorError]]) -> dict[str, Any]:
    """A conflict says when to come back where it is about a request under way, and only there."""
    if IdempotencyInProgress not in errors:
        return {}
    return {"Retry-After": {"$ref": "#/components/headers/Retry-After-In-Progress"}}


def response_name(call: Described, errors: Sequence[type[FluxVectorError]]) -> str:
    """The name of what these errors answer; calls of the same error shape share it."""
    shape = call.about.error_shape
    return "_or_".join(error.code for error in errors) + ("" if shape is ErrorBody else f".{shape.__name__}")


def error_response(call: Described, errors: Sequence[type[FluxVectorError]], schemas: Schemas) -> dict[str, Any]:
    """The response object of the errors of one status."""
    status = errors[0].status
    return {
        "description": " ".join(meaning(error) for error in errors),
        "headers": HEADERS_OF_ALL | _references(*_OF_STATUS.get(status, [])) | _of_idempotency(errors),
        "content": {
            JSON: {
                "schema": _shape(call, errors, schemas),
                "examples": {error.code: {"value": example(call, error)} for error in errors},
            }
        },
    }


def _shape(call: Described, errors: Sequence[type[FluxVectorError]], schemas: Schemas) -> Schema:
    """The shape of the call's errors, in ours with the codes that it can have here."""
    shape = schemas.of(call.about.error_shape)
    if call.about.error_shape is not ErrorBody:
        return shape
    return {**shape, "properties": {"code": {"enum": [error.code for error in errors]}}}
