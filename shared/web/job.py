"""From a job, a plain async function, to a Lambda handler."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache

from shared import log


@cache
def _loop() -> asyncio.AbstractEventLoop:
    # One loop for the life of the process: connections that outlive an invocation belong to it.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop


def job_handler(name: str, run: Callable[[], Awaitable[int]]) -> Callable[[object, object], dict[str, int]]:
    """A Lambda handler that runs the job once and answers its count; an error is Lambda's to retry."""

    def handler(event: object, context: object) -> dict[str, int]:
        done = _loop().run_until_complete(_as_coroutine(run))
        log.event("job", job=name, done=done)
        return {"done": done}

    return handler


async def _as_coroutine(run: Callable[[], Awaitable[int]]) -> int:
    return await run()
