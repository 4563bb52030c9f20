from __future__ import annotations

import asyncio
import heapq
import itertools
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from infra.local import scheduler
from infra.local.scheduler import FIRST_RUN_S, Job
from infra.template import Function, TemplateError


class FakeClock:
    """Time that stands still until every task sleeps, then jumps to the first that wakes."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), done))
        await done

    async def advance(self, seconds: float) -> None:
        end = self.now + seconds
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            self.now, _, done = heapq.heappop(self._sleepers)
            if not done.done():
                done.set_result(None)
            await _settle()
        self.now = end


async def _settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Started:
    """run_forever() over a fake clock, stopped at the end of the block."""

    def __init__(self, *jobs: tuple[str, float, Callable[[], Awaitable[int | None]]], clock: FakeClock) -> None:
        self._jobs = [Job(name, interval_s, 3_600, run) for name, interval_s, run in jobs]
        self._clock = clock

    async def __aenter__(self) -> FakeClock:
        self.task = asyncio.create_task(scheduler.run_forever(self._jobs, self._clock))
        await _settle()
        return self._clock

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


def recorder(clock: FakeClock, starts: list[float], takes: float = 0.0) -> Callable[[], Awaitable[int | None]]:
    began = clock.now

    async def run() -> None:
        starts.append(clock.now - began)
        if takes:
            await clock.sleep(takes)

    return run


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(1 hour)", 3_600), ("rate(12 hours)", 43_200),
     ("rate(1 day)", 86_400), ("rate(7 days)", 604_800)],
)  # fmt: skip
def test_rate_is_read_as_eventbridge_reads_it(schedule: str, seconds: int) -> None:
    assert scheduler.interval_s(schedule) == seconds


@pytest.mark.parametrize(
    "schedule",
    ["cron(0 12 * * ? *)", "rate(1 minutes)", "rate(2 minute)", "rate(0 minutes)", "rate(1 second)", "rate(-1 hours)",
     "rate(1.5 hours)", "every minute", "", "rate(1 minute) "],
)  # fmt: skip
def test_other_schedules_are_refused_by_name(schedule: str) -> None:
    with pytest.raises(TemplateError, match="is not understood here"):
        scheduler.interval_s(schedule)


def test_only_scheduled_functions_become_jobs() -> None:
    def declare(name: str, schedule: str | None) -> Function:
        return Function(name, f"functions.{name}.handler", (), schedule is None, schedule, 1, 128)

    async def run() -> None: ...

    jobs = scheduler.jobs_of([declare("purge", "rate(1 hour)"), declare("search", None)], lambda _: run)
    assert jobs == [Job("purge", 3_600, 1, run)]


async def test_first_run_comes_soon_and_the_next_ones_on_the_interval() -> None:
    clock, starts = FakeClock(), list[float]()
    async with Started(("purge", 60, recorder(clock, starts)), clock=clock):
        await clock.advance(200)
    assert starts == [FIRST_RUN_S, 65, 125, 185]


async def test_a_run_shorter_than_the_interval_does_not_shift_the_next_ones() -> None:
    clock, starts = FakeClock(), list[float]()
    async with Started(("purge", 60, recorder(clock, starts, takes=45)), clock=clock):
        await clock.advance(190)
    assert starts == [5, 65, 125, 185]


async def test_an_overrun_skips_the_runs_it_covers_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    clock, starts = FakeClock(), list[float]()
    async with Started(("purge", 60, recorder(clock, starts, takes=130)), clock=clock):
        await clock.advance(380)
    assert starts == [5, 185, 365]
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (line["event"], line["job"], line["skipped"]) == ("job_overrun", "purge", 2)


async def test_jobs_do_not_wait_for_each_other() -> None:
    clock = FakeClock()
    slow, fast = list[float](), list[float]()
    async with Started(
        ("slow", 60, recorder(clock, slow, takes=10_000)), ("fast", 60, recorder(clock, fast)), clock=clock
    ):
        await clock.advance(130)
    assert (slow, fast) == ([5], [5, 65, 125])


async def test_a_failed_run_is_one_line_without_its_message_and_the_next_one_comes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock, starts = FakeClock(), list[float]()

    async def run() -> None:
        starts.append(clock.now)
        raise ValueError("a customer's text")

    async with Started(("purge", 60, run), clock=clock):
        await clock.advance(70)
    out = capsys.readouterr().out
    assert "customer" not in out
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["event"], line["job"], line["type"]) for line in lines] == [("job_failed", "purge", "ValueError")] * 2
    assert "run" in lines[0]["where"]
    assert len(starts) == 2


async def test_a_run_that_did_something_says_how_much(capsys: pytest.CaptureFixture[str]) -> None:
    clock, results = FakeClock(), iter([0, 7, None])

    async def run() -> int | None:
        return next(results)

    async with Started(("purge", 60, run), clock=clock):
        await clock.advance(130)
    [line] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (line["event"], line["job"], line["done"]) == ("job", "purge", 7)


async def test_stopping_cancels_a_run_in_progress_and_waits_for_it() -> None:
    clock, ended = FakeClock(), list[str]()

    async def run() -> None:
        try:
            await clock.sleep(10_000)
        finally:
            await asyncio.sleep(0)
            ended.append("cleaned up")

    async with Started(("purge", 60, run), clock=clock):
        await clock.advance(10)
    assert ended == ["cleaned up"]


async def test_a_run_ends_with_its_functions_timeout(capsys: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        await asyncio.sleep(60)

    await scheduler._run_once(Job("purge", 60, 0.01, run), scheduler.SystemClock())
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["type"]) == ("job_failed", "TimeoutError")
