"""Bodies are read within bounds of size, time and memory."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from shared.errors import IncompleteBody, PayloadTooLarge, Unavailable
from shared.web import reading


def request(*chunks: bytes, ends: str = "end", headers: dict[str, str] | None = None) -> Request:
    """A request whose body comes in chunks, and then ends, hangs or breaks off."""
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    if ends == "end":
        messages.append({"type": "http.request", "body": b"", "more_body": False})
    if ends == "breaks":
        messages.append({"type": "http.disconnect"})
    waiting = iter(messages)

    async def receive() -> Any:
        for message in waiting:
            return message
        await asyncio.sleep(60)
        raise AssertionError("nobody waits that long")

    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw}, receive)


async def read(asked: Request, most: int = 4, limit: int = 1_000) -> bytes:
    with reading.Buffered(limit).share() as share:
        return await reading.read_body(asked, most, share)


async def test_a_body_is_bounded_by_what_it_declares_and_by_what_comes() -> None:
    assert await read(request(b"ab", b"cd")) == b"abcd"
    with pytest.raises(PayloadTooLarge):
        await read(request(b"ab", b"cde"))
    with pytest.raises(PayloadTooLarge):
        await read(request(b"abcde", headers={"content-length": "5"}))


async def test_a_body_that_does_not_come_or_breaks_off_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READ_TIMEOUT_S", 0.05)
    for ends in ("hangs", "breaks"):
        with pytest.raises(IncompleteBody):
            await read(request(b"ab", ends=ends))


async def test_what_is_too_large_is_taken_to_its_end_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "DRAIN_TIMEOUT_S", 0.05)
    large = request(*[b"x" * 10] * 5)
    with pytest.raises(PayloadTooLarge):
        await read(large)
    with pytest.raises(PayloadTooLarge):
        await read(request(*[b"x" * 10] * 5, ends="hangs"))


async def test_all_bodies_together_are_bounded() -> None:
    buffered = reading.Buffered(10)
    with buffered.share() as first:
        assert await reading.read_body(request(b"123456"), 100, first) == b"123456"
        with pytest.raises(Unavailable), buffered.share() as second:
            await reading.read_body(request(b"12345"), 100, second)
        with buffered.share() as third:
            assert await reading.read_body(request(b"1234"), 100, third) == b"1234"
    with buffered.share() as later:
        assert await reading.read_body(request(b"1234567890"), 100, later) == b"1234567890"


@pytest.mark.parametrize(
    ("headers", "large"),
    [
        ({}, False),
        ({"content-length": "100"}, False),
        ({"content-length": "300000"}, True),
        ({"transfer-encoding": "chunked"}, True),
    ],
)
def test_a_body_of_untold_length_counts_as_large(headers: dict[str, str], large: bool) -> None:
    assert reading.is_large(request(headers=headers)) == large
