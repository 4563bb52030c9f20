from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from embedder.errors import Overloaded, ShuttingDown
from embedder.queues import Item, Job, TokenQueues


def job(kind: str, texts: int = 1) -> Job:
    return Job(kind=kind, vectors=np.zeros((texts, 2), np.float32), deadline=1e12, done=print, remaining=texts)


def add(queues: TokenQueues, kind: str, *lengths: int) -> Job:
    added = job(kind, len(lengths))
    queues.admit(added, sum(lengths))
    queues.put([Item(added, row, np.zeros(length, np.int64)) for row, length in enumerate(lengths)], sum(lengths))
    return added


def make(query: int = 100, passage: int = 100) -> TokenQueues:
    return TokenQueues({"query": query, "passage": passage})


def take(queues: TokenQueues, budget: int = 1) -> list[Item]:
    taken = queues.take(budget)
    assert taken is not None
    return taken


def test_queries_overtake_passages() -> None:
    queues = make()
    passage, query = add(queues, "passage", 10, 10), add(queues, "query", 10)
    assert [take(queues)[0].job for _ in range(3)] == [query, passage, passage]


def test_a_take_fills_its_budget_with_one_kind() -> None:
    queues = make()
    add(queues, "passage", 10, 10, 10)
    add(queues, "query", 10)
    assert [len(take(queues, 25)) for _ in range(3)] == [1, 2, 1]


def test_a_full_queue_refuses_at_once_and_says_how_long_it_will_take() -> None:
    queues = make(passage=100_000)
    add(queues, "passage", 99_000)
    with pytest.raises(Overloaded) as refused:
        queues.admit(job("passage"), 2000)
    assert refused.value.retry_after == 25  # at 4,000 tokens a second, as long as no run has told better
    queues.admit(job("passage"), 1000)
    queues.admit(job("query"), 100)  # the other queue has its own room


def test_retry_after_is_bounded_and_learns_the_rate() -> None:
    queues = make(passage=10**9)
    add(queues, "passage", 10**8)
    with pytest.raises(Overloaded) as refused:
        queues.admit(job("passage"), 10**9)
    assert refused.value.retry_after == 60
    for _ in range(200):
        queues.served(10**8, 1.0)
    with pytest.raises(Overloaded) as refused:
        queues.admit(job("passage"), 10**9)
    assert refused.value.retry_after <= 2


def test_a_request_larger_than_the_queue_is_taken_when_nothing_waits() -> None:
    queues = make()
    add(queues, "passage", 500)
    with pytest.raises(Overloaded):
        queues.admit(job("passage"), 1)


def test_the_real_count_replaces_the_estimate_and_finishing_makes_room() -> None:
    queues = make()
    late = job("query", 2)
    queues.admit(late, 90)
    queues.put([Item(late, 0, np.zeros(10, np.int64))], 45)
    assert queues.waiting_tokens("query") == 55
    queues.put([Item(late, 1, np.zeros(20, np.int64))], 45)
    assert queues.waiting_tokens("query") == 30
    assert [queues.finish(take(queues)[0]), queues.finish(take(queues)[0])] == [False, True]
    assert queues.waiting_tokens("query") == 0


def test_released_work_is_skipped_and_no_longer_counted() -> None:
    queues = make()
    left, stays = add(queues, "passage", 50), add(queues, "passage", 50)
    assert queues.release(left)
    assert not queues.release(left)
    assert queues.waiting_tokens("passage") == 50
    assert take(queues)[0].job is stays
    queues.put([Item(left, 0, np.zeros(9, np.int64))], 9)
    assert queues.waiting_tokens("passage") == 50


def test_a_text_that_ends_after_its_job_was_closed_changes_nothing() -> None:
    queues = make()
    added = add(queues, "query", 5, 5)
    (item,) = take(queues)
    queues.release(added)
    assert not queues.finish(item)
    assert queues.waiting_tokens("query") == 0


def test_stopping_refuses_the_new_and_gives_back_the_old() -> None:
    queues = make()
    first, left, second = add(queues, "query", 5, 5), add(queues, "query", 5), add(queues, "passage", 5)
    queues.release(left)
    assert queues.stop() == [first, second]
    with pytest.raises(ShuttingDown):
        queues.admit(job("query"), 1)
    with pytest.raises(ShuttingDown):
        queues.put([Item(first, 0, np.zeros(5, np.int64))], 5)
    assert queues.take(1) is None


def taken_all(queues: TokenQueues) -> bool:
    return not any(queue.items for queue in queues._queues.values())


def test_a_waiting_worker_wakes_for_work_and_for_the_end() -> None:
    queues, taken = make(), list[object]()
    worker = threading.Thread(target=lambda: taken.extend([queues.take(1), queues.take(1)]))
    worker.start()
    add(queues, "query", 5)
    while not taken_all(queues):
        time.sleep(0.001)
    queues.stop()
    worker.join(5)
    assert not worker.is_alive()
    assert taken[1] is None
