"""The breaker: opens after failures in a row, lets one call see whether it was too much, waits longer each time."""

from __future__ import annotations

import asyncio

import pytest

from shared.embedders.breaker import FAILURES, FIRST_COOL_DOWN_S, JITTER, LONGEST_COOL_DOWN_S, Breaker
from tests.support.manual_clock import ManualClock


class Failed(Exception):
    pass


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def breaker(clock: ManualClock) -> Breaker:
    return Breaker(clock=clock, chance=lambda: 0.0)


def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(Failed), breaker.watch(Failed):
            raise Failed


def succeed(breaker: Breaker) -> None:
    with breaker.watch(Failed):
        pass


def test_it_opens_after_failures_in_a_row(breaker: Breaker) -> None:
    fail(breaker, FAILURES - 1)
    assert breaker.wait_s == 0
    fail(breaker)
    assert breaker.wait_s == FIRST_COOL_DOWN_S


def test_a_success_between_failures_begins_the_count_again(breaker: Breaker) -> None:
    fail(breaker, FAILURES - 1)
    succeed(breaker)
    fail(breaker, FAILURES - 1)
    assert breaker.wait_s == 0


def test_after_the_cool_down_one_call_goes_and_the_others_wait_for_it(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker, FAILURES)
    clock.advance(FIRST_COOL_DOWN_S)
    assert breaker.wait_s == 0
    with breaker.watch(Failed):
        assert breaker.wait_s > 0
    assert breaker.wait_s == 0
    fail(breaker, FAILURES - 1)
    assert breaker.wait_s == 0  # the count began again


def test_each_failed_probe_doubles_the_cool_down_up_to_its_bound(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker, FAILURES)
    waits = []
    for _ in range(30):
        waits.append(breaker.wait_s)
        clock.advance(breaker.wait_s)
        fail(breaker)
    assert waits[:5] == [1.0, 2.0, 4.0, 8.0, 10.0]
    assert waits[-1] == LONGEST_COOL_DOWN_S


def test_the_jitter_shortens_and_never_lengthens(clock: ManualClock) -> None:
    breaker = Breaker(clock=clock, chance=lambda: 1.0)
    fail(breaker, FAILURES)
    assert breaker.wait_s == FIRST_COOL_DOWN_S * (1 - JITTER)


def test_a_probe_that_is_cancelled_tells_nothing_and_makes_room_for_the_next(
    breaker: Breaker, clock: ManualClock
) -> None:
    fail(breaker, FAILURES)
    clock.advance(FIRST_COOL_DOWN_S)
    with pytest.raises(asyncio.CancelledError), breaker.watch(Failed):
        raise asyncio.CancelledError
    assert breaker.wait_s == 0
    fail(breaker)
    assert breaker.wait_s == 2 * FIRST_COOL_DOWN_S


def test_an_error_of_one_that_is_well_closes_it(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker, FAILURES)
    clock.advance(FIRST_COOL_DOWN_S)
    with pytest.raises(KeyError), breaker.watch(Failed, answers=(KeyError,)):
        raise KeyError
    fail(breaker, FAILURES - 1)
    assert breaker.wait_s == 0


def test_calls_begun_before_it_opened_do_not_lengthen_the_cool_down(breaker: Breaker) -> None:
    late = [breaker.watch(Failed) for _ in range(5)]
    for watch in late:
        watch.__enter__()
    fail(breaker, FAILURES)
    for watch in late:
        assert not watch.__exit__(Failed, Failed(), None)  # the failure goes on to the caller
    assert breaker.wait_s == FIRST_COOL_DOWN_S
