"""`python -m tests.support.hurried_gateway`: the gateway with bounds of time that a test can wait for.

The worker that granian spawns imports its parent's main module, this one, and so has the same bounds.
"""

from __future__ import annotations

from infra.local import gateway
from shared.web import reading

HEADERS_S = 1.0
BODY_S = 1.5

gateway.HEADER_READ_TIMEOUT_MS = int(HEADERS_S * 1000)
reading.READ_TIMEOUT_S = BODY_S

if __name__ == "__main__":
    gateway.main()
