"""What schemathesis has to be told of this API."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx: Any, value: Any) -> bytes:
    """Lines are text to OpenAPI: they are sent as they were made."""
    return value if isinstance(value, bytes) else str(value).encode()
