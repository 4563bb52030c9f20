"""What a page of another origin may do with this API: use an API key that somebody gave it, and nothing else.

The data plane and the public documents answer any origin, without credentials of the browser's own: there are no
cookies, and whoever has a key could ask from anywhere. Signing in, keys and billing are for this service's own pages
and answer no other origin, so that no other page can try a password or use a session that it came by.
"""

from __future__ import annotations

import re

from starlette.responses import Response
from starlette.types import Scope

Headers = tuple[tuple[bytes, bytes], ...]

ALLOWED_METHODS = ("GET", "POST", "PATCH", "DELETE")
ALLOWED_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key")
EXPOSED_HEADERS = ("X-Request-Id", "Retry-After", "RateLimit", "RateLimit-Policy", "Idempotency-Replayed")
# Seconds for which a browser need not ask again; no browser of today keeps an answer for more than a day.
MAX_AGE_S = 86_400

_SHARED = re.compile(
    r"/v1/(collections|vectors|search|embed|embeddings|namespaces|usage|plans|legal)(/.*)?|/openapi\.json"
)
_ORIGIN = (b"access-control-allow-origin", b"*")
_ON_ANSWERS: Headers = (_ORIGIN, (b"access-control-expose-headers", ", ".join(EXPOSED_HEADERS).encode()))
_ON_PREFLIGHTS = {
    "Access-Control-Allow-Methods": ", ".join(ALLOWED_METHODS),
    "Access-Control-Allow-Headers": ", ".join(ALLOWED_HEADERS),
    "Access-Control-Max-Age": str(MAX_AGE_S),
}


def is_shared(path: str) -> bool:
    """Whether pages of other origins may read what this path answers, errors too."""
    return _SHARED.fullmatch(path) is not None


def cors_headers(path: str) -> Headers:
    """The headers of every answer of this path that let a page of another origin read it; none where it may not."""
    return _ON_ANSWERS if is_shared(path) else ()


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks, before it sends a request of another origin's page, if it may; and for this path it may.

    https://fetch.spec.whatwg.org/#cors-preflight-request
    """
    if scope["method"] != "OPTIONS" or not is_shared(scope["path"]):
        return False
    return {name for name, _ in scope["headers"]} >= {b"origin", b"access-control-request-method"}


def preflight_response() -> Response:
    """204: what may be asked. The same for every shared path, so that it needs no route table."""
    return Response(status_code=204, headers=_ON_PREFLIGHTS)
