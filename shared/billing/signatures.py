"""Whether Stripe sent a body: the header Stripe-Signature, `t=<Unix seconds>,v1=<HMAC-SHA256>,…`.

https://docs.stripe.com/webhooks#verify-manually: what is signed is the time, a dot and the body as it came. The package
could do it as well, but is slow to import, and a forged body should cost nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

# How far the time of a signature may lie from ours, either way.
TOLERANCE_S = 300
_TIME = re.compile(r"[0-9]{1,12}")
# Stripe sends one a secret; more would be somebody's search for the right one.
_MOST_SIGNATURES = 8


def signing_secret(header: str, body: bytes, secrets: Sequence[str], *, now: float) -> str | None:
    """The secret by which the body was signed within the tolerance; None where it was not signed by any of them."""
    times, signatures = [], []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "t":
            times.append(value)
        elif name == "v1":
            signatures.append(value)
    if len(times) != 1 or not _TIME.fullmatch(times[0]) or not 0 < len(signatures) <= _MOST_SIGNATURES:
        return None
    if abs(now - int(times[0])) > TOLERANCE_S:
        return None
    for secret in secrets:
        right = hmac.digest(secret.encode(), times[0].encode() + b"." + body, hashlib.sha256).hex()
        if secret and any(hmac.compare_digest(right.encode(), each.encode()) for each in signatures):
            return secret
    return None
