"""What can go wrong for a caller.

EmbedderError
├── InvalidJson 400 · Unauthorized 401 · NotFound 404 · MethodNotAllowed 405 · TooLarge 413 · UnsupportedMediaType 415
├── Invalid 422                 the body is JSON, but not a request; ``details`` names each field
└── Unavailable 503             carries whole seconds of ``Retry-After``
    ├── Overloaded              the queue is full, or what waits leaves no time before the caller's deadline
    ├── DeadlinePassed          the caller's time was over before the vectors were there
    ├── NotReady · ShuttingDown
    └── EngineFailed            the run raised, gave no numbers, or did not come back
"""

from __future__ import annotations

from typing import ClassVar

Details = list[dict[str, str]]


class EmbedderError(Exception):
    """Base of all; the message is a sentence for a person and never repeats a text."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, details: Details | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details or []


class InvalidJson(EmbedderError):
    """The body is not JSON, or not UTF-8."""

    status = 400
    code = "invalid_json"


class Unauthorized(EmbedderError):
    """No bearer token, or another one."""

    status = 401
    code = "unauthorized"


class NotFound(EmbedderError):
    """No such path."""

    status = 404
    code = "not_found"


class MethodNotAllowed(EmbedderError):
    """The path is there, the method is not."""

    status = 405
    code = "method_not_allowed"


class TooLarge(EmbedderError):
    """The body is over its bound."""

    status = 413
    code = "payload_too_large"


class UnsupportedMediaType(EmbedderError):
    """The body says it is something else than JSON, or packed."""

    status = 415
    code = "unsupported_media_type"


class Invalid(EmbedderError):
    """The request breaks its shape or a bound."""

    status = 422
    code = "validation_failed"


class Unavailable(EmbedderError):
    """Not now; ``retry_after`` says in whole seconds when it may be worth asking again."""

    status = 503
    code = "unavailable"

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Overloaded(Unavailable):
    """There is no room, or no time before the deadline: asking later is better than waiting."""

    code = "overloaded"


class DeadlinePassed(Unavailable):
    """The caller's deadline passed while the work waited."""

    code = "deadline_passed"


class NotReady(Unavailable):
    """The model is still being loaded."""

    code = "not_ready"


class ShuttingDown(Unavailable):
    """The process was told to stop."""

    code = "shutting_down"


class EngineFailed(Unavailable):
    """The session raised, gave no numbers, or did not come back."""

    code = "engine_failed"
