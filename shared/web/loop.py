"""The event loop of a Lambda process: one for its life, so that connections outlive an invocation."""

from __future__ import annotations

import asyncio
from functools import cache


@cache
def process_loop() -> asyncio.AbstractEventLoop:
    """Made at the first invocation and set as this thread's own, where Mangum looks for it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop
