"""Every error that a caller can meet, as one tree.

    FluxVectorError
    ├── InvalidRequest 400          the body is not JSON
    ├── IncompleteBody 400          the body did not arrive, or not in time
    ├── WebhookRefused 400          not signed by whom it should be, too old, or of the other mode
    ├── Unauthenticated 401         no credential, or a bad one
    ├── PaymentRequired 402         what the plan or the cap allows is used up, or a payment is overdue
    │   ├── QuotaExceeded 402       the included units of a plan without further ones
    │   ├── SpendingCapReached 402  what the customer allowed a month to cost
    │   └── PaymentOverdue 402      for longer than the days of grace: reads only
    ├── PermissionDenied 403        the credential lacks a scope
    │   ├── PlanLimitReached 403    more than the plan stores
    │   ├── SessionRequired 403     a key where the password's owner is wanted
    │   └── PasswordRequired 403    a session where the password is wanted, or a wrong one
    ├── NotFound 404                unknown, or another tenant's: the same answer
    │   └── LinkNotValid 404        a mailed link that was used, is too old, or never was
    ├── MethodNotAllowed 405
    ├── Conflict 409                with what is stored already
    │   ├── ModelMismatch 409       the collection was embedded by another model
    │   └── IdempotencyInProgress 409   the first request of its key still runs; carries Retry-After
    ├── PayloadTooLarge 413
    ├── UnsupportedMediaType 415
    ├── ValidationFailed 422        carries one detail for each fault
    ├── RateLimited 429             too much in a time; carries Retry-After
    ├── InternalError 500
    ├── NotImplementedYet 501
    └── Unavailable 503             a dependency is down or busy; carries Retry-After

Codes are stable: clients compare them. How an error looks on the wire is known to `shared.web.errors` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

MAX_RETRY_AFTER_S = 60


@dataclass(frozen=True, slots=True)
class Detail:
    """One fault of a request: the path of the field (`vectors[3].values`; "" for the whole body) and a sentence."""

    field: str
    error: str


class FluxVectorError(Exception):
    """An error with a sentence for a person, a stable code and an HTTP status."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, *, details: Sequence[Detail] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)

    @property
    def headers(self) -> dict[str, str]:
        """Response headers that belong to this error."""
        return {}


class InvalidRequest(FluxVectorError):
    status = 400
    code = "invalid_json"


class IncompleteBody(FluxVectorError):
    status = 400
    code = "incomplete_body"

    @property
    def headers(self) -> dict[str, str]:
        return {"Connection": "close"}  # nobody knows where the next request would begin


class WebhookRefused(FluxVectorError):
    """What was sent is not signed as it should be, is too old, or is of the other mode (test or live)."""

    status = 400
    code = "webhook_refused"


class Unauthenticated(FluxVectorError):
    status = 401
    code = "unauthenticated"

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class PaymentRequired(FluxVectorError):
    """More costs more than was agreed; waiting does not help, so nothing says Retry-After."""

    status = 402
    code = "payment_required"


class QuotaExceeded(PaymentRequired):
    code = "quota_exceeded"


class SpendingCapReached(PaymentRequired):
    code = "spending_cap_reached"


class PaymentOverdue(PaymentRequired):
    code = "payment_overdue"


class PermissionDenied(FluxVectorError):
    status = 403
    code = "permission_denied"


class PlanLimitReached(PermissionDenied):
    """The plan does not store more vectors, or not more collections."""

    code = "plan_limit_reached"


class SessionRequired(PermissionDenied):
    """The call is for whoever signed in with a password: an API key may not make it."""

    code = "session_required"


class PasswordRequired(PermissionDenied):
    """The call wants the account's password, and it was not given or is not the right one."""

    code = "password_required"


class NotFound(FluxVectorError):
    status = 404
    code = "not_found"


class LinkNotValid(NotFound):
    """The token is of no link that works: it was used, is too old, or never was."""

    code = "link_not_valid"


class MethodNotAllowed(FluxVectorError):
    status = 405
    code = "method_not_allowed"

    def __init__(self, message: str, *, allow: Sequence[str]) -> None:
        super().__init__(message)
        self.allow = tuple(sorted(allow))

    @property
    def headers(self) -> dict[str, str]:
        return {"Allow": ", ".join(self.allow)}


class Conflict(FluxVectorError):
    status = 409
    code = "conflict"


class ModelMismatch(Conflict):
    code = "model_mismatch"


class IdempotencyInProgress(Conflict):
    """A request with the same Idempotency-Key is still under way."""

    code = "idempotency_in_progress"

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "2"}  # seconds after which the first one has mostly ended


class PayloadTooLarge(FluxVectorError):
    status = 413
    code = "payload_too_large"


class UnsupportedMediaType(FluxVectorError):
    status = 415
    code = "unsupported_media_type"


class ValidationFailed(FluxVectorError):
    status = 422
    code = "validation_failed"

    @classmethod
    def of(cls, field: str, error: str) -> ValidationFailed:
        """The refusal of a single field; the sentence names it."""
        return cls.all([Detail(field, error)])

    @classmethod
    def all(cls, details: Sequence[Detail]) -> ValidationFailed:
        """The refusal of one or more fields; the sentence names the first."""
        first = details[0]
        more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
        return cls(f"{first.field or 'The request'}: {first.error}{more}", details=details)


class RateLimited(FluxVectorError):
    """Too many requests, tries or tokens came in a time; carries Retry-After."""

    status = 429
    code = "rate_limited"

    def __init__(self, message: str, *, retry_after_s: int, details: Sequence[Detail] = ()) -> None:
        super().__init__(message, details=details)
        self.retry_after_s = min(max(retry_after_s, 1), MAX_RETRY_AFTER_S)

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after_s)}


class InternalError(FluxVectorError):
    status = 500
    code = "internal_error"


class NotImplementedYet(FluxVectorError):
    status = 501
    code = "not_implemented"


class Unavailable(FluxVectorError):
    status = 503
    code = "unavailable"

    def __init__(self, message: str, *, retry_after_s: int = 1, details: Sequence[Detail] = ()) -> None:
        super().__init__(message, details=details)
        self.retry_after_s = min(max(retry_after_s, 1), MAX_RETRY_AFTER_S)

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after_s)}
