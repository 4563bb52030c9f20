"""What a request asks for, the words of the headers, and what a refusal says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import http_sf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import PaymentRequired, RateLimited
from shared.limits import MAX_TOKENS, Grant, Standing, batch, month_end, month_start, refused, tokens_at_most
from shared.plans import FREE, PLANS


@given(st.text(max_size=700))
def test_no_text_has_more_tokens_than_it_is_said_to_have_at_most(text: str) -> None:
    """A byte of the text is two tokens at most; the model reads no more than 512."""
    bound = tokens_at_most(text)
    assert bound <= MAX_TOKENS
    assert bound >= min(MAX_TOKENS, 2 * len(text.encode("utf-8", "replace")))
    assert (bound == 0) == (text == "")


def test_a_batch_costs_by_its_records() -> None:
    """A thousand cost more than one, and what one costs is no more than a request."""
    assert [batch("write", [None] * n, vectors=n).cost for n in (1, 99, 100, 1_000)] == [1, 1, 2, 11]
    asked = batch("write", ["one", None, "three"], vectors=3)
    assert (asked.kind, asked.searches, asked.vectors) == ("write", 0, 3)
    assert asked.tokens == tokens_at_most("one") + tokens_at_most("three")
    assert batch("read", ["a"] * 500).vectors == 0


names = st.sampled_from(["key-read", "account-write", "tokens"])
standings = st.builds(
    Standing,
    name=names,
    size=st.floats(1, 1e8),
    full_after_s=st.floats(0.01, 60),
    remaining=st.floats(-1, 1e8),
    reset_s=st.floats(0, 60),
)


@given(st.lists(standings, min_size=1, max_size=3))
def test_headers_are_structured_fields(made: list[Standing]) -> None:
    """Lists of strings with whole numbers, as the draft has them: q and w of a policy, r and t of where it stands."""
    (_, policies), (_, states) = Grant(tuple(made)).headers
    for value, keys in ((policies, {"q", "w"}), (states, {"r", "t"})):
        items: Any = http_sf.parse(value, tltype="list")
        for (name, parameters), standing in zip(items, made, strict=True):
            assert name == standing.name
            assert set(parameters) == keys
            assert all(type(number) is int and number >= 0 for number in parameters.values())


def test_without_a_rate_there_are_no_headers() -> None:
    assert Grant().headers == []


@pytest.mark.parametrize(
    ("wait_s", "told"), [(0, 1), (0.2, 1), (1, 1), (1.0000004, 1), (1.01, 2), (59.99, 60), (60, 60)]
)
def test_a_wait_is_told_in_whole_seconds_and_never_too_short(wait_s: float, told: int) -> None:
    fault = refused("rate", wait_s)
    assert isinstance(fault, RateLimited)
    assert fault.headers == {"Retry-After": str(told)}
    assert f"{told} s" in str(fault)


@pytest.mark.parametrize("refusal", ["quota", "spending_cap", "payment_overdue"])
def test_what_waiting_does_not_help_is_never_429(refusal: str) -> None:
    """A client would sleep until the month ends."""
    fault = refused(refusal, 3.0)
    assert isinstance(fault, PaymentRequired)
    assert fault.status == 402
    assert "Retry-After" not in fault.headers
    if refusal != "payment_overdue":
        assert f"{month_end():%Y-%m-%d}T00:00:00Z" in str(fault)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))
def test_a_month_is_a_calendar_month_in_utc(now: datetime) -> None:
    start, end = month_start(now), month_end(now)
    assert start <= now < end
    assert (start.day, end.day) == (1, 1)
    assert 28 <= (end - start).days <= 31
    assert month_end(start) == end


@pytest.mark.parametrize("name", PLANS)
def test_no_plan_makes_anybody_wait_for_more_than_a_minute(name: str) -> None:
    """And a key alone gets a batch of a thousand through at once."""
    limits = PLANS[name].limits
    for rate in (limits.reads, limits.writes, limits.control):
        assert rate.burst / rate.per_second <= 60
        assert rate.burst * limits.key_share >= batch("write", [None] * 1_000, vectors=1_000).cost
    assert 1 <= limits.writes_in_flight < limits.requests_in_flight
    assert 0 < limits.key_share <= 1


def test_free_is_nothing_that_is_charged() -> None:
    assert not FREE.is_charged
    assert FREE.base_fee == 0
