from __future__ import annotations

import numpy as np

from embedder.cache import ENTRY_BYTES, QueryCache
from tests.unit.embedder.paced import PacedEngine, paced_service, soon

VECTOR = np.arange(4, dtype=np.float32)
SIZE = VECTOR.nbytes + ENTRY_BYTES


def test_what_was_put_is_found_under_its_own_key_only() -> None:
    cache = QueryCache(10 * SIZE)
    key = cache.key("a", "query", "text")
    cache.put(key, VECTOR, 7, True)
    found = cache.get(key)
    assert found is not None
    assert (np.frombuffer(found.vector, np.float32).tolist(), found.tokens, found.truncated) == ([0, 1, 2, 3], 7, True)
    for other in (("b", "query", "text"), ("a", "passage", "text"), ("a", "query", "text "), ("aquery", "", "text")):
        assert cache.get(cache.key(*other)) is None


def test_keys_hold_no_text_and_differ_between_processes() -> None:
    one, two = QueryCache(SIZE), QueryCache(SIZE)
    assert one.key("a", "query", "text") == one.key("a", "query", "text")
    assert one.key("a", "query", "text") != two.key("a", "query", "text")
    assert b"text" not in one.key("a", "query", "text")


def test_it_is_bounded_in_bytes_and_lets_go_of_what_was_not_asked_for_longest() -> None:
    cache = QueryCache(3 * SIZE)
    keys = [cache.key("a", "query", str(number)) for number in range(4)]
    for key in keys[:3]:
        cache.put(key, VECTOR, 1, False)
    assert cache.get(keys[0])
    cache.put(keys[2], VECTOR, 1, False)  # again: takes no more room
    assert (cache.bytes, len(cache)) == (3 * SIZE, 3)
    cache.put(keys[3], VECTOR, 1, False)
    assert (cache.bytes, len(cache)) == (3 * SIZE, 3)
    assert [cache.get(key) is not None for key in keys] == [True, False, True, True]


def test_what_is_larger_than_the_cache_is_not_kept() -> None:
    cache = QueryCache(SIZE - 1)
    cache.put(b"key", VECTOR, 1, False)
    assert (cache.bytes, len(cache)) == (0, 0)


async def test_a_query_is_run_once_a_scope() -> None:
    engine = PacedEngine()
    async with paced_service(engine, cache_bytes=1 << 20) as service:
        first = await service.embed("query", ["ab", "c"], soon(), "one")
        again = await service.embed("query", ["c", "ab"], soon(), "one")
        assert (first.cached, again.cached) == (False, True)
        assert again.tokens == [1, 2]
        assert again.vectors.tolist() == first.vectors[::-1].tolist()
        assert (engine.ran("a"), engine.ran("c")) == (1, 1)
        assert not (await service.embed("query", ["c"], soon(), "two")).cached
        assert engine.ran("c") == 2


async def test_what_is_missing_alone_is_run() -> None:
    engine = PacedEngine()
    async with paced_service(engine, cache_bytes=1 << 20) as service:
        await service.embed("query", ["b" * 600], soon(), "one")
        mixed = await service.embed("query", ["a", "b" * 600, "ccc"], soon(), "one")
        assert (mixed.cached, mixed.tokens, mixed.truncated) == (False, [1, 512, 3], [False, True, False])
        assert mixed.vectors[:, 0].tolist() == [1, 512, 3]
        assert engine.ran("b") == 1


async def test_passages_and_callers_without_a_scope_and_a_cache_that_is_off_keep_nothing() -> None:
    engine = PacedEngine()
    async with paced_service(engine, cache_bytes=1 << 20) as service:
        for kind, scope in (("passage", "one"), ("query", None)):
            for _ in range(2):
                assert not (await service.embed(kind, ["a"], soon(), scope)).cached
        assert "embedder_query_cache_bytes 0" in service.metrics.render()
    async with paced_service(engine) as service:
        for _ in range(2):
            assert not (await service.embed("query", ["a"], soon(), "one")).cached
        assert engine.ran("a") == 2
