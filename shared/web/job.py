"""From a job, a plain async function, to a Lambda handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from shared import log
from shared.web.loop import process_loop


def job_handler(name: str, run: Callable[[], Awaitable[int]]) -> Callable[[object, object], dict[str, int]]:
    """A Lambda handler that runs the job once and answers its count; an error is Lambda's to retry."""

    def handler(event: object, context: object) -> dict[str, int]:
        done = process_loop().run_until_complete(_as_coroutine(run))
        log.event("job", job=name, done=done)
        return {"done": done}

    return handler


async def _as_coroutine(run: Callable[[], Awaitable[int]]) -> int:
    return await run()
