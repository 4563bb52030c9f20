"""What the `stripe` package answers or raises, in our words."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import stripe

from shared.billing.faults import StripeFault, StripeMissing, StripeRefused, StripeUnavailable

T = TypeVar("T")


async def answered(call: Awaitable[T]) -> T:
    """What a call of the package's client answers. Raises StripeFault."""
    try:
        return await call
    except stripe.StripeError as error:
        raise fault_of(error) from None


def noted(on: stripe.StripeObject, name: str) -> str | None:
    """What the metadata of an object says under a name; None where it says nothing."""
    metadata = getattr(on, "metadata", None)
    return str(metadata[name]) if metadata is not None and name in metadata else None


def fault_of(error: stripe.StripeError) -> StripeFault:
    """Our fault for the package's error, whose sentence may quote ids and addresses."""
    status, code = error.http_status or 0, error.code or type(error).__name__
    if code == "resource_missing":
        return StripeMissing(status, code)
    if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError | stripe.APIError):
        return StripeUnavailable(status, code)
    return StripeRefused(status, code)
