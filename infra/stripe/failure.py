from __future__ import annotations


class SetupFailure(Exception):
    """Why the Stripe account is not as it should be, as one sentence for the operator; it holds no secret."""
