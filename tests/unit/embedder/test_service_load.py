"""The service under load, on an engine of known speed."""

from __future__ import annotations

import asyncio
import sys
import threading
import time

import psutil
import pytest

from embedder.errors import DeadlinePassed, EmbedderError, Overloaded
from tests.unit.embedder.paced import PacedEngine, paced_service, soon, until


async def test_goodput_stays_when_ten_times_as_much_is_asked_for() -> None:
    """Callers with half a second to wait: who is admitted is served, and no work is done for those who are gone."""
    speed = 5000.0
    engine = PacedEngine(speed)
    async with paced_service(engine, workers=2) as service:
        served, refused, late = 0, 0, 0

        async def ask() -> None:
            nonlocal served, refused, late
            try:
                embedded = await service.embed("passage", ["a" * 50] * 4, soon(0.5))
                served += sum(embedded.tokens)
            except Overloaded:
                refused += 1
            except DeadlinePassed:
                late += 1

        began = time.monotonic()
        asked = 0
        async with asyncio.TaskGroup() as tasks:
            while time.monotonic() - began < 2:
                while asked * 200 < 10 * 2 * speed * (time.monotonic() - began):
                    tasks.create_task(ask())
                    asked += 1
                await asyncio.sleep(0.002)
            ended = time.monotonic()
        assert refused > 5 * late
        work = sum(len(letters) for letters, _ in engine.runs) * 50
        assert served > 0.9 * work
        assert served > 0.5 * 2 * speed * (ended - began)  # 0.9 and more where nothing else runs
        assert service._queues.waiting_texts("passage") == 0


async def test_a_query_runs_while_all_passage_workers_are_busy() -> None:
    engine = PacedEngine()
    engine.held = {"p": threading.Event()}
    async with paced_service(engine, workers=2) as service:
        bulk = asyncio.create_task(service.embed("passage", ["p" * 200] * 20, soon()))
        await until(lambda: len(engine.runs) == 2)
        for _ in range(5):
            await service.embed("query", ["q"], soon())
        assert not bulk.done()
        assert [run for run in engine.runs if run[0] == "p"] == engine.runs[:2]
        assert {name for _, name in engine.runs[:2]} == {"passage-0", "passage-1"}
        engine.held["p"].set()
        assert len((await bulk).tokens) == 20


async def test_passages_run_while_queries_are_busy() -> None:
    engine = PacedEngine()
    engine.held = {"q": threading.Event()}
    async with paced_service(engine, workers=1) as service:
        query = asyncio.create_task(service.embed("query", ["q"], soon()))
        await until(lambda: engine.ran("q") == 1)
        await service.embed("passage", ["p"], soon())
        engine.held["q"].set()
        await query


async def test_what_waits_together_runs_together_and_all_workers_take_part() -> None:
    engine = PacedEngine()
    engine.held = {"h": threading.Event()}
    async with paced_service(engine, workers=2) as service:
        holding = []
        for held in (1, 2):  # one after the other: two texts as short as these would share a run
            holding.append(asyncio.create_task(service.embed("query", ["h"], soon())))
            await until(lambda held=held: engine.ran("h") == held)  # type: ignore[misc]
        waiting = [asyncio.create_task(service.embed("query", ["a" * 20], soon())) for _ in range(8)]
        await until(lambda: service._queues.waiting_texts("query") == 8)
        engine.held["h"].set()
        await asyncio.gather(*holding, *waiting)
        assert engine.ran("a") == 8
        assert max(len(letters) for letters, _ in engine.runs) == 4  # half of what waited


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives each thread a priority of its own")
async def test_passage_workers_stand_back_and_query_workers_do_not() -> None:
    import os

    nice: dict[str, int] = {}

    class Noting(PacedEngine):
        def run(self, batch):  # type: ignore[no-untyped-def]
            nice[threading.current_thread().name] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
            return super().run(batch)

    async with paced_service(Noting()) as service:
        await service.embed("query", ["q"], soon())
        await service.embed("passage", ["p"], soon())
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    assert nice["query-0"] == usual
    assert nice["passage-0"] == 10


async def test_who_expires_frees_the_room_at_once_and_is_never_run() -> None:
    engine = PacedEngine()
    engine.held = {"h": threading.Event()}
    async with paced_service(engine, limit=600) as service:
        holding = asyncio.create_task(service.embed("passage", ["h"], soon()))
        await until(lambda: engine.ran("h") == 1)
        with pytest.raises(DeadlinePassed):
            await service.embed("passage", ["z" * 500], soon(0.05))
        stays = asyncio.create_task(service.embed("passage", ["a" * 500], soon()))  # there is room, nothing was taken
        await asyncio.sleep(0.01)
        engine.held["h"].set()
        await asyncio.gather(holding, stays)
        assert engine.ran("z") == 0


async def test_who_leaves_frees_the_room_at_once_and_is_never_run() -> None:
    engine = PacedEngine()
    engine.held = {"h": threading.Event()}
    async with paced_service(engine, limit=600) as service:
        holding = asyncio.create_task(service.embed("passage", ["h"], soon()))
        await until(lambda: engine.ran("h") == 1)
        leaves = asyncio.create_task(service.embed("passage", ["z" * 500], soon()))
        await until(lambda: service._queues.waiting_texts("passage") == 1)
        leaves.cancel()
        await asyncio.gather(leaves, return_exceptions=True)
        stays = asyncio.create_task(service.embed("passage", ["a" * 500], soon()))
        await asyncio.sleep(0.01)
        engine.held["h"].set()
        await asyncio.gather(holding, stays)
        assert engine.ran("z") == 0


async def test_many_callers_of_every_manner_get_their_own_vectors() -> None:
    engine = PacedEngine(200_000)
    engine.spoilt = "P"
    async with paced_service(engine, workers=3) as service:

        async def ask(number: int) -> None:
            texts = ["a" * (1 + (number * step) % 300) for step in range(1, 1 + number % 7)]
            if number % 10 == 3:
                texts.append("P")
            task = asyncio.create_task(service.embed(("query", "passage")[number % 2], texts, soon()))
            if number % 5 == 1:
                await asyncio.sleep(0)
                task.cancel()
            try:
                embedded = await task
            except (EmbedderError, asyncio.CancelledError):
                assert number % 10 == 3 or number % 5 == 1
            else:
                assert embedded.vectors[:, 0].tolist() == embedded.tokens == [len(text) for text in texts]

        await asyncio.gather(*(ask(number) for number in range(1, 200) if number % 7))
        for kind in ("query", "passage"):
            assert service._queues.waiting_tokens(kind) == 0
            assert service._queues._queues[kind].waiting == 0


async def test_an_idle_service_does_next_to_nothing() -> None:
    async with paced_service(PacedEngine(), workers=2) as service:
        await service.embed("passage", ["a"] * 50, soon())
        process = psutil.Process()
        before = process.cpu_times()
        await asyncio.sleep(1.5)
        after = process.cpu_times()
        spent = after.user + after.system - before.user - before.system
        assert spent / 1.5 < 0.05
