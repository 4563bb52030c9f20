from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedder.batches import RUN_TOKENS, like_lengths
from embedder.errors import Overloaded, ShuttingDown, TooLarge
from embedder.queues import WINDOW, Item, Job, TokenQueues
from embedder.rate import Rate


def job(kind: str, texts: int = 1, seconds: float = 1e9) -> Job:
    vectors = np.zeros((1, 2), np.float32)
    return Job(kind=kind, vectors=vectors, deadline=time.monotonic() + seconds, done=print, remaining=texts)


def add(queues: TokenQueues, kind: str, *lengths: int, seconds: float = 1e9) -> Job:
    added = job(kind, len(lengths), seconds)
    queues.admit(added, sum(lengths))
    queues.put([Item(added, row, np.zeros(length, np.int64)) for row, length in enumerate(lengths)], sum(lengths))
    return added


def make(query: int = 100, passage: int = 100, workers: int = 1) -> TokenQueues:
    return TokenQueues({"query": query, "passage": passage}, workers)


def take(queues: TokenQueues, kind: str = "passage", budget: int = 1) -> list[Item]:
    taken = queues.take(kind, budget)
    assert taken is not None
    return taken


def lengths(items: list[Item]) -> list[int]:
    return [len(item.ids) for item in items]


lists_of_lengths = st.lists(st.integers(1, 512), min_size=1, max_size=60)


@given(lists_of_lengths, st.integers(1, 600))
def test_a_batch_holds_the_oldest_and_stays_within_its_budget_and_padding(waiting: list[int], budget: int) -> None:
    chosen = like_lengths(waiting, budget)
    taken = [waiting[place] for place in chosen]
    assert chosen[0] == 0
    assert len(set(chosen)) == len(chosen)
    assert len(taken) == 1 or max(taken) * len(taken) <= budget
    assert max(taken) * len(taken) - sum(taken) <= RUN_TOKENS * (len(taken) - 1)


@given(lists_of_lengths, st.integers(1, 600))
def test_a_batch_leaves_no_text_that_is_nearer_than_one_it_takes(waiting: list[int], budget: int) -> None:
    chosen = like_lengths(waiting, budget)
    for side in (1, -1):  # longer ones and shorter ones for themselves: the budget bounds the longer ones first
        gaps = [side * (length - waiting[0]) for length in waiting]
        taken = [gaps[place] for place in chosen if gaps[place] > 0]
        left = [gap for place, gap in enumerate(gaps) if gap > 0 and place not in chosen]
        assert not taken or not left or max(taken) <= min(left)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.integers(1, 512), min_size=1, max_size=40), min_size=1, max_size=12), st.integers(1, 3))
def test_nothing_waits_for_ever(requests: list[list[int]], workers: int) -> None:
    """While others keep coming, a text is taken after at most as many takes as there were older texts."""
    queues = make(passage=10**9, workers=workers)
    older: dict[Item, int] = {}
    takes = 0
    for request in requests:
        before = queues.waiting_texts("passage")
        added = job("passage", len(request))
        items = [Item(added, row, np.zeros(length, np.int64)) for row, length in enumerate(request)]
        queues.admit(added, 1)
        queues.put(items, 1)
        older |= {item: takes + before + row for row, item in enumerate(items)}
        for item in take(queues, budget=256):
            assert takes <= older.pop(item)
        takes += 1
    while older:
        for item in take(queues, budget=256):
            assert takes <= older.pop(item)
        takes += 1


@pytest.mark.parametrize("budget", [256, 512])
def test_texts_of_many_lengths_are_padded_by_a_few_per_cent(budget: int) -> None:
    random = np.random.default_rng(5)
    drawn = np.clip(random.lognormal(np.log(91) - 0.32, 0.8, 2000).astype(int), 4, 512).tolist()  # mean about 91
    queues = make(passage=10**9)
    add(queues, "passage", *drawn)
    padded, runs, taken = 0, 0, 0
    while taken < len(drawn):
        batch = lengths(take(queues, budget=budget))
        padded += max(batch) * len(batch)
        taken += len(batch)
        runs += 1
    assert padded < 1.05 * sum(drawn)
    assert runs < 1.35 * sum(drawn) / budget + 100  # the batches are filled


def test_a_take_costs_little_however_many_wait() -> None:
    queues = make(passage=10**9)
    random = np.random.default_rng(5)
    for _ in range(10):
        add(queues, "passage", *random.integers(4, 512, 1000).tolist())
    seconds = []
    for _ in range(100):
        started = time.perf_counter()
        take(queues, budget=256)
        seconds.append(time.perf_counter() - started)
    assert sorted(seconds)[50] < 0.002
    assert len(queues._queues["passage"].window) <= WINDOW


def test_each_kind_is_taken_for_itself() -> None:
    queues = make()
    passage, query = add(queues, "passage", 10, 10), add(queues, "query", 10)
    assert [take(queues, kind)[0].job for kind in ("query", "passage", "passage")] == [query, passage, passage]


def test_a_take_fills_its_budget() -> None:
    queues = make()
    add(queues, "passage", 10, 10, 10)
    assert [len(take(queues, budget=25)) for _ in range(2)] == [2, 1]


def test_what_is_longer_than_the_budget_goes_alone() -> None:
    queues = make(passage=10_000)
    add(queues, "passage", 500, 500, 3)
    assert [lengths(take(queues, budget=256)) for _ in range(3)] == [[500], [500], [3]]


def test_the_few_that_wait_are_split_between_the_workers() -> None:
    queues = make(passage=10_000, workers=2)
    add(queues, "passage", *[20] * 8)
    assert lengths(take(queues, budget=256)) == [20] * 4
    queues = make(passage=10_000, workers=2)
    add(queues, "passage", *[20] * 100)
    assert len(take(queues, budget=256)) == 12


def test_a_full_queue_refuses_at_once_and_says_how_long_it_will_take() -> None:
    queues = make(passage=100_000, workers=2)
    queues.served("passage", 4000, 2.0)
    add(queues, "passage", 99_000)
    with pytest.raises(Overloaded) as refused:
        queues.admit(job("passage"), 2000)
    assert refused.value.retry_after == 25  # 99,000 tokens by two workers of 2,000 a second
    queues.admit(job("passage"), 1000)
    queues.admit(job("query"), 100)  # the other queue has its own room


def test_retry_after_is_bounded_and_learns_the_rate() -> None:
    queues = make(passage=10**9)
    add(queues, "passage", 10**8)
    with pytest.raises(Overloaded) as refused:
        queues.admit(job("passage"), 10**9)
    assert refused.value.retry_after == 60
    for _ in range(200):
        queues.served("passage", 10**8, 1.0)
    with pytest.raises(Overloaded) as refused:
        queues.admit(job("passage"), 10**9)
    assert refused.value.retry_after <= 2


def test_who_could_not_be_served_in_time_is_refused_at_once() -> None:
    queues = make(passage=10**6)
    queues.served("passage", 1000, 1.0)
    queues.admit(job("passage", seconds=1), 5000)  # nothing waits: only a run tells how fast the machine is now
    with pytest.raises(Overloaded) as refused:
        queues.admit(job("passage", seconds=5), 100)
    assert refused.value.retry_after == 5
    queues.admit(job("passage", seconds=10), 100)
    queues.admit(job("query", seconds=1), 100)


def test_one_run_of_a_halted_machine_does_not_spoil_the_rate() -> None:
    rate = Rate()
    for _ in range(50):
        rate.learn(1000, 1.0)
    assert rate.per_second == pytest.approx(1000)
    rate.learn(1000, 3600.0)
    for _ in range(30):
        rate.learn(1000, 1.0)
    assert rate.per_second > 900


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
    assert [queues.finish(take(queues, "query")) for _ in range(2)] == [[], [late]]
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


def test_late_work_is_dropped_unserved() -> None:
    queues = make()
    add(queues, "passage", 20, seconds=0.001)
    stays = add(queues, "passage", 20)
    time.sleep(0.002)
    assert [item.job for item in take(queues, budget=256)] == [stays]
    assert queues._queues["passage"].waiting == 0


def test_callers_who_come_and_go_leave_nothing_in_memory() -> None:
    queues = make(passage=10**6)
    stays = add(queues, "passage", 3)
    for _ in range(100):
        queues.release(add(queues, "passage", *[2] * 100))
    assert queues.waiting_texts("passage") < 2000
    assert queues.waiting_tokens("passage") == queues._queues["passage"].waiting == 3
    assert [item.job for item in take(queues, budget=256)] == [stays]


def test_a_text_that_ends_after_its_job_was_closed_changes_nothing() -> None:
    queues = make()
    added = add(queues, "query", 5, 5)
    items = take(queues, "query")
    queues.release(added)
    assert queues.finish(items) == []
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
    assert queues.take("query", 1) is None
    assert queues.take("passage", 1) is None


def test_a_waiting_worker_wakes_for_work_and_for_the_end() -> None:
    queues, taken = make(), list[object]()
    came = threading.Event()

    def work() -> None:
        taken.append(queues.take("query", 1))
        came.set()
        taken.append(queues.take("query", 1))

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    add(queues, "query", 5)
    assert came.wait(5)
    queues.stop()
    worker.join(5)
    assert not worker.is_alive()
    assert taken[1] is None


def test_a_request_that_cannot_be_done_in_time_is_refused_though_nothing_waits() -> None:
    queues = TokenQueues({"query": 1000, "passage": 1000})
    queues.served("passage", 1000, 1.0)
    late = Job("passage", np.zeros((9, 2), np.float32), time.monotonic() + 1, lambda _: None, remaining=9)
    with pytest.raises(Overloaded, match="larger than what can be embedded before its deadline"):
        queues.admit(late, 900_000)
    queues.admit(late, 500)  # half of what it seems to need is enough: the rate may be wrong
    assert queues.release(late)


def test_one_request_of_queries_cannot_fill_the_queue_for_all() -> None:
    queues = TokenQueues({"query": 1000, "passage": 1000})
    many = Job("query", np.zeros((9, 2), np.float32), time.monotonic() + 99, lambda _: None, remaining=9)
    with pytest.raises(TooLarge, match="about 1,000 tokens"):
        queues.admit(many, 1001)
    assert queues.waiting_tokens("query") == 0
