from __future__ import annotations

import asyncio
import io
import threading
import time

import pytest

from embedder.errors import DeadlinePassed, EngineFailed, NotReady, Overloaded, ShuttingDown
from embedder.log import Log
from embedder.service import EmbeddingService
from tests.unit.embedder.paced import soon, until
from tests.unit.embedder.tiny import FAKE_MANIFEST, FakeEngine, FakeTokenizer

LIMITS = {"query": 1000, "passage": 1000}


def make(engine: FakeEngine, log: io.StringIO | None = None, workers: int = 1) -> EmbeddingService:
    return EmbeddingService(
        FAKE_MANIFEST, LIMITS, workers, lambda: (FakeTokenizer(), engine), Log(log or io.StringIO())
    )


async def started(engine: FakeEngine, log: io.StringIO | None = None, workers: int = 1) -> EmbeddingService:
    service = make(engine, log, workers)
    service.start()
    await until(lambda: service.ready)
    engine.ran.clear()
    return service


@pytest.mark.parametrize("workers", [1, 3])
async def test_each_text_gets_its_own_vector_and_counts(workers: int) -> None:
    service = await started(FakeEngine(), workers=workers)
    texts = ["a" * length for length in (1, 7, 600, *range(2, 60))]
    embedded = await service.embed("passage", texts, soon())
    assert embedded.tokens == [min(len(text), 512) for text in texts]
    assert embedded.truncated == [len(text) > 512 for text in texts]
    assert embedded.vectors[:, 0].tolist() == embedded.tokens
    assert 'embedder_queue_tokens{kind="passage"} 0' in service.metrics.render()


async def test_it_is_ready_only_after_the_session_has_run() -> None:
    release = threading.Event()
    engine = FakeEngine()

    def load() -> tuple[FakeTokenizer, FakeEngine]:
        release.wait(5)
        return FakeTokenizer(), engine

    service = EmbeddingService(FAKE_MANIFEST, LIMITS, 1, load, Log(io.StringIO()))
    service.start()
    assert not service.ready
    with pytest.raises(NotReady):
        await service.embed("query", ["a"], soon())
    release.set()
    await until(lambda: service.ready)
    assert engine.ran


async def test_a_model_that_cannot_be_loaded_is_a_failure_not_a_wait() -> None:
    def load() -> tuple[FakeTokenizer, FakeEngine]:
        raise RuntimeError("no such file")

    service = EmbeddingService(FAKE_MANIFEST, LIMITS, 1, load, Log(io.StringIO()))
    service.start()
    await until(lambda: service.failed)
    assert not service.ready


async def test_a_query_does_not_wait_for_queued_passages() -> None:
    engine = FakeEngine(0.02)
    service = await started(engine)
    bulk = asyncio.create_task(service.embed("passage", ["b"] * 30, soon()))
    await until(lambda: len(engine.ran) >= 2)
    await service.embed("query", ["q"], soon())
    assert not bulk.done()
    await bulk
    assert engine.ran.count("b") == 30


async def test_overload_is_refused_at_once() -> None:
    service = await started(FakeEngine(0.05))
    first = asyncio.create_task(service.embed("passage", ["a" * 500] * 2, soon()))
    await asyncio.sleep(0.02)
    began = time.perf_counter()
    with pytest.raises(Overloaded) as refused:
        await service.embed("passage", ["a" * 900], soon())
    assert time.perf_counter() - began < 0.02
    assert refused.value.retry_after >= 1
    await service.embed("query", ["q"], soon())
    await first


async def test_cancelled_work_is_dropped() -> None:
    engine = FakeEngine(0.02)
    service = await started(engine)
    left = asyncio.create_task(service.embed("passage", ["c"] * 50, soon()))
    await until(lambda: "c" in engine.ran)
    left.cancel()
    await service.embed("passage", ["d"], soon())
    assert engine.ran.count("c") < 5
    assert 'embedder_queue_tokens{kind="passage"} 0' in service.metrics.render()


async def test_expired_work_is_dropped_and_told() -> None:
    engine = FakeEngine(0.03)
    service = await started(engine)
    ahead = asyncio.create_task(service.embed("passage", ["a"] * 6, soon()))
    await until(lambda: "a" in engine.ran)
    with pytest.raises(DeadlinePassed):
        await service.embed("passage", ["z"], soon(0.05))
    with pytest.raises(DeadlinePassed):
        await service.embed("passage", ["z"], soon(-1))
    await ahead
    await service.embed("passage", ["b"], soon())
    assert "z" not in engine.ran


async def test_a_failed_run_fails_those_who_waited_for_it_only() -> None:
    output = io.StringIO()
    service = await started(FakeEngine(0.005), output)
    good = asyncio.create_task(service.embed("passage", ["a"] * 5, soon()))
    with pytest.raises(EngineFailed):
        await service.embed("passage", ["a", "P", "a"], soon())
    assert (await good).tokens == [1] * 5
    assert (await service.embed("query", ["a"], soon())).tokens == [1]
    assert service.ready
    assert "RuntimeError at tiny.py" in output.getvalue()
    assert "secret" not in output.getvalue()


async def test_a_failing_tokenizer_fails_its_request_only() -> None:
    output = io.StringIO()
    service = await started(FakeEngine(), output)
    with pytest.raises(EngineFailed):
        await service.embed("query", ["X secret"], soon())
    assert (await service.embed("query", ["a"], soon())).tokens == [1]
    assert "secret" not in output.getvalue()
    assert 'embedder_queue_tokens{kind="query"} 0' in service.metrics.render()


async def test_tokens_are_counted_without_a_run() -> None:
    engine = FakeEngine()
    service = await started(engine)
    ran = len(engine.ran)
    texts = ["a" * 3, "b" * 700, "c" * 2_000, *["d"] * 40]
    assert await service.count_tokens("passage", texts, soon()) == [3, 700, None, *[1] * 40]
    assert len(engine.ran) == ran


async def test_counting_tells_what_keeps_it_from_counting() -> None:
    output = io.StringIO()
    service = await started(FakeEngine(), output)
    with pytest.raises(EngineFailed):
        await service.count_tokens("passage", ["X secret"], soon())
    with pytest.raises(DeadlinePassed):
        await service.count_tokens("passage", ["a"], soon(-1))
    assert "secret" not in output.getvalue()
    assert await service.count_tokens("passage", ["a"], soon()) == [1]
    await service.drain(1)
    with pytest.raises(ShuttingDown):
        await service.count_tokens("passage", ["a"], soon())


async def test_counting_that_has_not_begun_when_the_service_stops_is_told() -> None:
    service = await started(FakeEngine())
    release = threading.Event()
    service._tokenizing["passage"].submit(release.wait, 10)
    counting = asyncio.create_task(service.count_tokens("passage", ["a"], soon()))
    left = asyncio.create_task(service.count_tokens("passage", ["b"], soon()))
    await asyncio.sleep(0.01)
    left.cancel()
    with pytest.raises(asyncio.CancelledError):
        await left
    service.stop()
    with pytest.raises(ShuttingDown):
        await counting
    release.set()


async def test_draining_finishes_what_is_under_way_and_refuses_the_new() -> None:
    service = await started(FakeEngine(0.02))
    work = asyncio.create_task(service.embed("passage", ["a"] * 5, soon()))
    await asyncio.sleep(0.01)
    drained = asyncio.create_task(service.drain(5))
    await asyncio.sleep(0)
    with pytest.raises(ShuttingDown):
        await service.embed("query", ["a"], soon())
    assert (await work).tokens == [1] * 5
    await drained
    assert not service.ready


async def test_draining_ends_at_its_deadline() -> None:
    service = await started(FakeEngine(0.05))
    work = asyncio.create_task(service.embed("passage", ["a"] * 100, soon()))
    await asyncio.sleep(0.01)
    began = time.monotonic()
    await service.drain(0.1)
    assert time.monotonic() - began < 1
    with pytest.raises(ShuttingDown):
        await work
