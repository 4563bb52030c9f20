"""What can go wrong with a call to Stripe. Messages hold a status and a code, never Stripe's sentence or an id."""

from __future__ import annotations


class StripeFault(Exception):
    """A call did not do what it was for. `status` is 0 where no answer came; `code` is Stripe's or a type's name."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class StripeUnavailable(StripeFault):
    """No answer, too many requests, or an error of Stripe's own: nobody knows whether the call took effect."""


class StripeRefused(StripeFault):
    """Stripe understood and said no: to the key, to a parameter, or to what was asked for. It took no effect."""


class StripeMissing(StripeRefused):
    """What the call names is not there (any more)."""
