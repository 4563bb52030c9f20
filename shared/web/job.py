"""From a job, a plain async function, to a Lambda handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from shared import log
from shared.web.loop import process_loop


class JobFailed(Exception):
    """A job met an error; its message is the error's type and nothing else, for Lambda logs what a handler raises."""


def job_handler(name: str, run: Callable[[], Awaitable[int]]) -> Callable[[object, object], dict[str, int]]:
    """A Lambda handler that runs the job once and answers its count. Raises JobFailed, which Lambda counts."""

    def handler(event: object, context: object) -> dict[str, int]:
        try:
            done = process_loop().run_until_complete(_as_coroutine(run))
        except Exception as error:
            log.event("job_failed", job=name, type=type(error).__name__, where=log.where(error))
            raise JobFailed(type(error).__name__) from None
        log.event("job", job=name, done=done)
        return {"done": done}

    return handler


async def _as_coroutine(run: Callable[[], Awaitable[int]]) -> int:
    return await run()
