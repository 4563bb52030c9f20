"""The scheduler: what EventBridge is in AWS, on this machine. Runs the jobs of template.yaml on their schedules.

Each job runs one at a time; a run that takes longer than its interval costs the runs it covers, and nothing queues up.
A failed run, or one that outlasts its function's timeout, is logged by its type and place; the next one comes in time.

    python -m infra.local.scheduler      (started by `python -m infra.local`)
"""

from __future__ import annotations

import asyncio
import importlib
import math
import re
import signal
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from infra import template
from infra.local.config import is_set_to_exit_with_parent
from infra.local.console import say
from infra.local.failure import StartFailure
from infra.local.parent import exit_with_parent
from infra.template import Function, TemplateError
from shared import log
from shared.config import ConfigurationError
from shared.config import settings as functions_settings
from shared.web.context import database

FIRST_RUN_S = 5.0
"""Delay of every job's first run: soon, but after the services of a fresh start have settled."""

_RATE = re.compile(r"rate\(([1-9][0-9]*) (minute|hour|day)(s?)\)")
_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}

Run = Callable[[], Awaitable[int | None]]
"""A job: answers how much it did, or nothing."""


class Clock(Protocol):
    """Time that a test can move."""

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own monotonic time."""

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Job:
    """A job by its name in the template: seconds from one start to the next, seconds a run may take, what it runs."""

    name: str
    interval_s: float
    timeout_s: float
    run: Run


def interval_s(schedule: str) -> int:
    """Seconds of an EventBridge `rate(…)`, as "rate(1 minute)" or "rate(6 hours)"; raises TemplateError for all else.

    As with EventBridge, 1 takes the singular and every other number the plural.
    """
    match = _RATE.fullmatch(schedule)
    if match is None or (match[1] == "1") == bool(match[3]):
        raise TemplateError(
            f"The schedule {schedule!r} is not understood here: rate(1 minute), rate(2 hours), rate(7 days) are; "
            "cron(…) is not built yet."
        )
    return int(match[1]) * _SECONDS[match[2]]


def jobs_of(functions: Iterable[Function], run_of: Callable[[Function], Run]) -> list[Job]:
    """The scheduled functions as jobs; raises TemplateError for a schedule that is not understood."""
    return [
        Job(function.name, interval_s(function.schedule), function.timeout_s, run_of(function))
        for function in functions
        if function.schedule is not None
    ]


async def run_forever(jobs: Iterable[Job], clock: Clock | None = None) -> None:
    """Runs all jobs until cancelled; a run in progress is cancelled too, and awaited."""
    clock = clock or SystemClock()
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(_repeat(job, clock), name=job.name)


async def _repeat(job: Job, clock: Clock) -> None:
    due = clock.monotonic() + FIRST_RUN_S
    while True:
        await clock.sleep(max(0.0, due - clock.monotonic()))
        started = clock.monotonic()
        await _run_once(job, clock)
        # The next start on the job's own grid: what passed meanwhile is skipped, never made up for.
        missed = math.floor((clock.monotonic() - due) / job.interval_s)
        if missed > 0:
            log.event("job_overrun", job=job.name, skipped=missed, seconds=round(clock.monotonic() - started, 3))
        due += (missed + 1) * job.interval_s


async def _run_once(job: Job, clock: Clock) -> None:
    started = clock.monotonic()
    try:
        async with asyncio.timeout(job.timeout_s):
            done = await job.run()
    except Exception as error:  # a job must not end the others, whatever it met
        log.event(
            "job_failed",
            job=job.name,
            type=type(error).__name__,
            where=log.where(error),
            seconds=round(clock.monotonic() - started, 3),
        )
    else:
        if done:  # most runs find nothing to do, and say nothing
            log.event("job", job=job.name, done=done, seconds=round(clock.monotonic() - started, 3))


def _run_of(function: Function) -> Run:
    try:
        run: Run = importlib.import_module(function.module).run
    except Exception as error:
        raise StartFailure(f"{function.module} could not be imported ({type(error).__name__}: {error}).") from error
    return run


async def _run_until_stopped(jobs: Iterable[Job]) -> None:
    """Runs the jobs until SIGTERM or SIGINT."""
    work = asyncio.ensure_future(run_forever(jobs))
    loop = asyncio.get_running_loop()
    for stop in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop, work.cancel)
    await asyncio.wait([work])
    if database.cache_info().currsize:
        await database().close()
    if not work.cancelled():
        work.result()


def main() -> None:
    """Checks what can be wrong, then runs the jobs until it is stopped."""
    if is_set_to_exit_with_parent():
        exit_with_parent()
    try:
        functions_settings()
        jobs = jobs_of(template.load(), _run_of)
    except (StartFailure, TemplateError, ConfigurationError) as error:
        say(f"The scheduler cannot start: {error}")
        raise SystemExit(1) from None
    asyncio.run(_run_until_stopped(jobs))


if __name__ == "__main__":
    main()
