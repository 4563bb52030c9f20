"""What becomes of callers, and of the process, when the model fails."""

from __future__ import annotations

import asyncio
import io
import threading
import time

import pytest

from embedder.errors import EngineFailed, ShuttingDown, Unavailable
from embedder.queues import Job
from embedder.service import EXIT_HUNG
from embedder.watchdog import Watchdog
from tests.unit.embedder.paced import PacedEngine, paced_service, soon, until


async def test_a_text_that_spoils_a_run_fails_alone() -> None:
    engine = PacedEngine()
    engine.held, engine.spoilt = {"h": threading.Event()}, "P"
    output = io.StringIO()
    async with paced_service(engine, log=output) as service:
        holding = asyncio.create_task(service.embed("passage", ["h"], soon()))
        await until(lambda: engine.ran("h") == 1)
        good = [asyncio.create_task(service.embed("passage", ["a" * 20], soon())) for _ in range(4)]
        bad = asyncio.create_task(service.embed("passage", ["P" * 20], soon()))
        await until(lambda: service._queues.waiting_texts("passage") == 5)
        engine.held["h"].set()
        with pytest.raises(EngineFailed):
            await bad
        assert [(await task).vectors[0, 0] for task in good] == [20] * 4
        await holding
        assert len(engine.runs[1][0]) == 5  # they did share a run
        assert service.ready
        assert "RuntimeError at paced.py" in output.getvalue()
        assert "secret" not in output.getvalue()


async def test_a_vector_that_is_not_a_number_is_no_answer() -> None:
    async with paced_service(PacedEngine(), cache_bytes=1 << 20) as service:
        with pytest.raises(EngineFailed):
            await service.embed("query", ["N"], soon(), "one")
        assert "embedder_query_cache_bytes 0" in service.metrics.render()
        assert (await service.embed("query", ["a"], soon(), "one")).tokens == [1]


async def test_texts_that_fail_again_and_again_do_not_end_a_sound_model() -> None:
    engine = PacedEngine()
    engine.spoilt = "P"
    async with paced_service(engine) as service:
        for _ in range(10):
            with pytest.raises(EngineFailed):
                await service.embed("query", ["P"], soon())
        assert service.ready
        assert not service.failed


@pytest.mark.parametrize(("broken", "requests"), [(RuntimeError("secret"), 3), (MemoryError("secret"), 1)])
async def test_a_broken_model_ends_the_service_and_tells_all_who_wait(broken: Exception, requests: int) -> None:
    engine = PacedEngine()
    output = io.StringIO()
    ended = threading.Event()
    async with paced_service(engine, log=output) as service:
        service.on_failed = ended.set
        engine.broken = broken
        for _ in range(requests - 1):
            with pytest.raises(EngineFailed):
                await service.embed("query", ["a"], soon())
            assert not service.failed
        engine.held = {"p": threading.Event()}
        waiting = [asyncio.create_task(service.embed("passage", ["p" * 300] * 3, soon())) for _ in range(3)]
        await until(lambda: engine.ran("p") == 1)
        with pytest.raises(EngineFailed):
            await service.embed("query", ["a"], soon())
        assert ended.wait(2)
        assert service.failed
        engine.held["p"].set()
        for result in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(result, EngineFailed | ShuttingDown)  # of a run, or still in the queue
        with pytest.raises(Unavailable):
            await service.embed("query", ["a"], soon())
        assert service.join(5)
        assert '"event":"failed"' in output.getvalue()
        assert "secret" not in output.getvalue()


async def test_a_run_that_hangs_fails_its_callers_and_ends_the_process() -> None:
    engine = PacedEngine()
    engine.held = {"h": threading.Event()}
    ends: list[int] = []
    output = io.StringIO()
    async with paced_service(engine, log=output, run_seconds=0.2, end_process=ends.append) as service:
        hangs = asyncio.create_task(service.embed("query", ["h"], soon()))
        await until(lambda: engine.ran("h") == 1)
        waits = asyncio.create_task(service.embed("query", ["a"], soon()))
        await service.embed("passage", ["p"], soon())
        for task in (hangs, waits):
            with pytest.raises(EngineFailed):
                await task
        assert service.failed
        await until(lambda: ends == [EXIT_HUNG])
        assert "did not come back" in output.getvalue()


async def test_a_tokenizer_that_hangs_is_noticed_too() -> None:
    ends: list[int] = []
    async with paced_service(PacedEngine(), run_seconds=0.2, end_process=ends.append) as service:
        release = threading.Event()

        class Stuck:
            def encode(self, kind: str, texts: object) -> list[object]:
                release.wait(10)
                return []

        service._tokenizer = Stuck()  # type: ignore[assignment]
        with pytest.raises(EngineFailed):
            await service.embed("query", ["a"], soon())
        await until(lambda: ends == [EXIT_HUNG])
        release.set()


def test_the_watchdog_lets_go_of_what_ends_in_time_and_of_a_halted_process(monkeypatch: pytest.MonkeyPatch) -> None:
    hung: list[list[Job]] = []
    clock = [0.0]
    monkeypatch.setattr("embedder.watchdog.time.monotonic", lambda: clock[0])
    dog = Watchdog(0.2, hung.append)
    dog.start()
    try:
        with dog.watching([]):
            time.sleep(0.08)
            clock[0] = 1000.0  # the machine slept
            time.sleep(0.08)
        assert not hung
        with dog.watching([]):
            for _ in range(100):
                clock[0] += 0.05
                time.sleep(0.02)
                if hung:
                    break
        assert hung == [[]]
    finally:
        dog.stop()


async def test_those_who_are_not_tokenized_yet_are_told_at_the_end() -> None:
    release = threading.Event()

    class Slow:
        def encode(self, kind: str, texts: object) -> list[object]:
            release.wait(10)
            raise ValueError

    async with paced_service(PacedEngine()) as service:
        service._tokenizer = Slow()  # type: ignore[assignment]
        tasks = [asyncio.create_task(service.embed("query", ["a"], soon())) for _ in range(3)]
        await asyncio.sleep(0.02)
        service.stop()
        release.set()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(result, Unavailable)
        assert service.join(5)
