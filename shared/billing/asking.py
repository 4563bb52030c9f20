"""Stripe for an endpoint: reached in time or refused in our words. The package is imported at the first call.

It is slow to import, so nothing that a function imports at its start may import it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from shared import log
from shared.billing.faults import StripeMissing, StripeRefused, StripeUnavailable
from shared.config import Settings
from shared.errors import Conflict, InternalError, NotImplementedYet, Unavailable

if TYPE_CHECKING:
    from shared.billing.client import Stripe

# Of each call; an endpoint makes a few, and its caller waits.
TIMEOUT_S = 8.0
GONE = "What was bought is not there any more: begin with POST /v1/billing/checkout."


@asynccontextmanager
async def asking_stripe(settings: Settings, *, timeout_s: float = TIMEOUT_S) -> AsyncIterator[Stripe]:
    """Stripe until the block ends.

    Raises Unavailable where it does not answer, Conflict where something is not there any more, InternalError where it
    refuses, NotImplementedYet where nobody pays.
    """
    async with connected(settings, timeout_s=timeout_s) as stripe:
        try:
            yield stripe
        except StripeUnavailable as fault:
            log.event("stripe_unavailable", status=fault.status, code=fault.code)
            raise Unavailable("The payment service does not answer. Please try again.", retry_after_s=5) from None
        except StripeMissing as fault:
            log.event("stripe_missing", status=fault.status, code=fault.code)
            raise Conflict(GONE) from None
        except StripeRefused as fault:
            log.event("stripe_refused", status=fault.status, code=fault.code)
            raise InternalError("Something went wrong on our side.") from None


@asynccontextmanager
async def connected(settings: Settings, *, timeout_s: float = TIMEOUT_S) -> AsyncIterator[Stripe]:
    """Stripe until the block ends, with faults as they come. Raises NotImplementedYet where nobody pays."""
    require_stripe(settings)
    client = await asyncio.to_thread(import_module, "shared.billing.client")
    async with client.stripe_account(
        api_key=settings.stripe_api_key, api_base=settings.stripe_api_base, timeout_s=timeout_s
    ) as stripe:
        yield stripe


def require_stripe(settings: Settings) -> None:
    """Raises NotImplementedYet where this deployment has no key of Stripe's."""
    if not settings.stripe_api_key:
        raise NotImplementedYet("This deployment takes no payments: it has no key of Stripe.")


def is_live(settings: Settings) -> bool:
    """Whether the key is of Stripe's live mode."""
    return settings.stripe_api_key.startswith(("sk_live_", "rk_live_"))
