"""Which errors a call can answer, and how they are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from shared.errors import (
    Detail,
    FluxVectorError,
    IdempotencyInProgress,
    IncompleteBody,
    InternalError,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    PermissionDenied,
    RateLimited,
    SessionRequired,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    ValidationFailed,
)
from shared.openapi.described import Described

REQUEST_ID = "req_3mKp8sVtQx7LwZ2bYc5N"
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "invalid_json": "The body is not JSON in UTF-8.",
        "incomplete_body": "The body did not arrive completely, or not in time.",
        "unauthenticated": "There is no credential, or a bad one.",
        "quota_exceeded": "What the plan includes for this month is used up.",
        "spending_cap_reached": "The month has cost what its owner allowed.",
        "payment_overdue": "A payment is overdue, so nothing can be written until it is paid.",
        "permission_denied": "The credential does not allow this call.",
        "not_found": "There is no such thing, or it is another account's: the answer is the same.",
        "conflict": "What is stored already stands against it.",
        "model_mismatch": "The collection was embedded by another model.",
        "payload_too_large": "The body is too large.",
        "unsupported_media_type": "The body is not declared as what the call takes.",
        "validation_failed": "The request is not valid; each fault is named.",
        "internal_error": "Something went wrong on our side.",
        "not_implemented": "A part of this call is not built yet.",
        "unavailable": "A dependency is down or busy: try again after Retry-After seconds.",
    }
)
"""What a code says, where the class of the error has no docstring of its own."""

# What a request can meet before its endpoint.
_OF_BODIES = (InvalidRequest, IncompleteBody, PayloadTooLarge, UnsupportedMediaType, Unavailable)
_OF_CREDENTIALS = (Unauthenticated, PermissionDenied, Unavailable)

Refusals = dict[int, list[type[FluxVectorError]]]


def refusals(call: Described) -> Refusals:
    """The errors of a call by their status, lowest first."""
    by_status: Refusals = {}
    for error in dict.fromkeys(_errors(call)):
        by_status.setdefault(error.status, []).append(error)
    return dict(sorted(by_status.items()))


def meaning(error: type[FluxVectorError]) -> str:
    """One sentence on what the error says."""
    return " ".join((vars(error).get("__doc__") or MEANINGS.get(error.code, error.code)).split())


def example(call: Described, error: type[FluxVectorError]) -> Any:
    """An answer of the call with this error, made by what makes the real ones."""
    details = [Detail("name", "is required")] if error is ValidationFailed else []
    body = call.app.respond(_Shown(error, details), REQUEST_ID).body
    return msgspec.json.decode(body)


class _Shown(FluxVectorError):
    """An error as its class has it: classes differ in what they are made from, answers only in what is read here."""

    def __init__(self, error: type[FluxVectorError], details: list[Detail]) -> None:
        sentence = f"{details[0].field}: {details[0].error}" if details else meaning(error)
        super().__init__(sentence, details=details)
        self.status, self.code = error.status, error.code  # type: ignore[misc]  # class variables of every other error


def _errors(call: Described) -> Iterator[type[FluxVectorError]]:
    yield ValidationFailed  # also of a call that takes nothing: its query string must be empty
    if call.has_body:
        yield from _OF_BODIES
    if call.app.scope is not None:
        yield from _OF_CREDENTIALS
    if call.app.scope is not None or call.app.is_limited:
        yield RateLimited
    if call.app.scope == "session":
        yield SessionRequired
    if call.path_parameters or "collection" in call.app.shape.__struct_fields__:
        yield NotFound
    yield from call.about.errors
    if call.app.is_idempotent:
        yield IdempotencyInProgress
    yield InternalError
