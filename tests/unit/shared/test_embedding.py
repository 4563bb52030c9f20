"""The embedders' client against embedders that do what they should not, on real sockets."""

from __future__ import annotations

import asyncio
import json
import math
import socket
import ssl
import struct
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from granian.http import HTTP1Settings

from shared.embedders.answer import AnotherModel, Answer, EmbedderBusy, Interrupted, Refused, RunFailed, Unusable
from shared.embedders.breaker import FAILURES, LONGEST_COOL_DOWN_S
from shared.embedders.endpoint import MAX_IN_FLIGHT, MAX_REST_S, Address
from shared.embedders.exchange import KEEPALIVE_S
from shared.embedding import Embedder
from shared.errors import Unavailable
from tests.support.fake_embedder import (
    HANG_UP,
    MODEL,
    REFUSED,
    RUN_FAILED,
    SILENCE,
    FakeEmbedder,
    Reply,
    busy,
    fake_embedder,
)
from tests.support.manual_clock import ManualClock

BUDGET_S = 10.0
SECRET_TEXT = "what nobody else may read"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def fake() -> AsyncIterator[FakeEmbedder]:
    async with fake_embedder() as running:
        yield running


@pytest.fixture
async def other() -> AsyncIterator[FakeEmbedder]:
    async with fake_embedder() as running:
        yield running


@pytest.fixture
def refused() -> Iterator[str]:
    """A URL at which connections are refused: bound, so that nobody else takes it, and not listening."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@asynccontextmanager
async def client(*urls: str, clock: ManualClock, **more: Any) -> AsyncIterator[Embedder]:
    embedder = Embedder(urls, token="sesame", model=MODEL, clock=clock, **more)
    try:
        yield embedder
    finally:
        await embedder.close()


async def ask(embedder: Embedder, kind: Any = "query", **more: Any) -> Any:
    return await embedder.embed(kind, [SECRET_TEXT], **{"budget_s": BUDGET_S, **more})


def logged(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    """The log lines of that event, none of which may hold the text or the token."""
    out = capsys.readouterr().out
    assert SECRET_TEXT not in out
    assert "sesame" not in out
    return [line for line in map(json.loads, out.splitlines()) if line["event"] == event]


# --- one embedder


@pytest.mark.parametrize(("dtype", "one"), [("float16", struct.pack("<e", 1.0)), ("float32", struct.pack("<f", 1.0))])
async def test_rows_come_back_in_binary(fake: FakeEmbedder, clock: ManualClock, dtype: Any, one: bytes) -> None:
    fake.script.append(Reply(headers={"X-Truncated": "1", "X-Tokens": "7,512,3"}))
    async with client(fake.url, clock=clock) as embedder:
        found = await embedder.embed("passage", ["a", "b", "c"], budget_s=BUDGET_S, dtype=dtype)
    assert found.rows == [one + bytes(len(one) * 1023)] * 3
    assert (found.tokens, found.truncated, found.cached) == ([7, 512, 3], frozenset({1}), False)
    [request] = fake.requests
    assert (request.method, request.path) == ("POST", "/embed")
    assert request.json == {"kind": "passage", "inputs": ["a", "b", "c"]}
    assert request.headers["accept"] == f"application/octet-stream; dtype={dtype}"
    assert request.headers["authorization"] == "Bearer sesame"
    assert request.headers["host"] == f"127.0.0.1:{fake.port}"


async def test_a_connection_is_used_again(fake: FakeEmbedder, clock: ManualClock) -> None:
    async with client(fake.url, clock=clock) as embedder:
        for kind in ("query", "passage", "query"):
            await ask(embedder, kind)
    assert (len(fake.requests), fake.connections) == (3, 1)


async def test_a_connection_that_the_embedder_closed_while_idle_is_not_used_again(
    fake: FakeEmbedder, clock: ManualClock
) -> None:
    async with client(fake.url, clock=clock) as embedder:
        await ask(embedder)
        fake.hang_up()
        await asyncio.sleep(0.01)
        await ask(embedder)
    assert (len(fake.requests), fake.connections) == (2, 2)


@pytest.mark.parametrize(("budget_s", "least_ms", "most_ms"), [(10.0, 9_000, 9_750), (1.0, 500, 750), (0.2, 50, 150)])
async def test_the_embedder_is_told_to_be_done_before_the_client_stops_waiting(
    fake: FakeEmbedder, clock: ManualClock, budget_s: float, least_ms: int, most_ms: int
) -> None:
    async with client(fake.url, clock=clock) as embedder:
        await ask(embedder, budget_s=budget_s)
    assert least_ms <= int(fake.requests[0].headers["x-deadline-ms"]) <= most_ms


async def test_nothing_is_asked_without_time_left(fake: FakeEmbedder, clock: ManualClock) -> None:
    async with client(fake.url, clock=clock) as embedder:
        with pytest.raises(Unavailable):
            await ask(embedder, budget_s=0.0)
    assert fake.requests == []


async def test_an_embedder_that_never_answers_is_waited_for_no_longer_than_the_budget(
    fake: FakeEmbedder, clock: ManualClock
) -> None:
    fake.script.append(SILENCE)
    async with client(fake.url, clock=clock) as embedder:
        with pytest.raises(Unavailable):
            await ask(embedder, budget_s=0.05)
        assert len((await ask(embedder)).rows) == 1


async def test_requests_beyond_what_one_embedder_gets_at_once_wait_their_turn(
    fake: FakeEmbedder, clock: ManualClock
) -> None:
    fake.gate.clear()
    async with client(fake.url, clock=clock) as embedder:
        asked = [asyncio.create_task(ask(embedder, "passage")) for _ in range(MAX_IN_FLIGHT + 3)]
        while len(fake.requests) < MAX_IN_FLIGHT:
            await asyncio.sleep(0.001)
        with pytest.raises(EmbedderBusy):
            await ask(embedder, "passage", budget_s=0.02)
        assert len(fake.requests) == MAX_IN_FLIGHT
        fake.gate.set()
        await asyncio.gather(*asked)
        fake.gate.clear()
        bulk = [asyncio.create_task(ask(embedder, "passage")) for _ in range(MAX_IN_FLIGHT)]
        query = asyncio.create_task(ask(embedder, "query"))  # a query has room of its own
        while "query" not in {request.json["kind"] for request in fake.requests}:
            await asyncio.sleep(0.001)
        fake.gate.set()
        await asyncio.gather(query, *bulk)


async def test_a_request_that_may_have_been_begun_is_not_sent_again(
    fake: FakeEmbedder, other: FakeEmbedder, clock: ManualClock
) -> None:
    for running in (fake, other):
        running.script.append(HANG_UP)
    async with client(fake.url, other.url, clock=clock) as embedder:
        with pytest.raises(Unavailable):
            await ask(embedder)
    assert len(fake.requests) + len(other.requests) == 1


@pytest.mark.parametrize(
    ("does", "error"),
    [(REFUSED, Refused), (RUN_FAILED, RunFailed), (Reply(500, {}, b""), Unusable), (HANG_UP, Interrupted)],
)
async def test_what_may_be_the_texts_fault_is_told_apart(
    fake: FakeEmbedder, clock: ManualClock, does: Reply | str, error: type[Unavailable]
) -> None:
    fake.script.append(does)
    async with client(fake.url, clock=clock) as embedder:
        with pytest.raises(error):
            await ask(embedder)


async def test_an_embedder_that_fails_at_some_texts_is_asked_as_before(fake: FakeEmbedder, clock: ManualClock) -> None:
    fake.script.extend([RUN_FAILED] * (FAILURES + 1))
    async with client(fake.url, clock=clock) as embedder:
        for _ in range(FAILURES + 1):
            with pytest.raises(RunFailed):
                await ask(embedder)
        await ask(embedder)


async def test_tokens_are_counted_in_order(fake: FakeEmbedder, clock: ManualClock) -> None:
    async with client(fake.url, clock=clock) as embedder:
        found = await embedder.count_tokens("passage", ["a b", "word " * 600, "c"], budget_s=BUDGET_S)
    assert (found.tokens, found.max_tokens, found.too_long()) == ([2, 600, 1], 512, {1: 600})
    [request] = fake.requests
    assert (request.method, request.path) == ("POST", "/tokens")
    assert request.headers["authorization"] == "Bearer sesame"


async def test_counts_of_another_model_or_of_fewer_texts_are_none(fake: FakeEmbedder, clock: ManualClock) -> None:
    async with client(fake.url, clock=clock) as embedder:
        fake.revision = "another"
        with pytest.raises(AnotherModel):
            await embedder.count_tokens("passage", ["a"], budget_s=BUDGET_S)
    told = {"max_tokens": 512, "model": MODEL.name, "revision": MODEL.revision, "dimension": 1024}
    for body in (
        b"",
        b"{}",
        json.dumps(told | {"tokens": [1]}).encode(),
        json.dumps(told | {"tokens": ["x", "y"]}).encode(),
    ):
        answer = Answer(200, {}, body)
        with pytest.raises(Unusable):
            answer.token_counts(MODEL, texts=2)
    uncounted = Answer(200, {}, json.dumps(told | {"tokens": [512, None]}).encode()).token_counts(MODEL, texts=2)
    assert uncounted.too_long() == {1: None}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(headers={"X-Tokens": "5,5"}),
        Reply(headers={"X-Tokens": "many"}),
        Reply(headers={"X-Dimension": "wide"}),
        Reply(headers={"X-Truncated": "0,"}),
        Reply(headers={"X-Tokens": " 1_0"}),
        Reply(headers={"X-Tokens": "-5"}),
        Reply(headers={"X-Tokens": "0"}),
        Reply(headers={"X-Tokens": "\u00b2"}),
        Reply(headers={"X-Tokens": "100001"}),
        Reply(headers={"X-Tokens": "9" * 30}),
        Reply(headers={"X-Tokens": "9" * 5_000}),
        Reply(headers={"X-Tokens": ""}),
        Reply(headers={"X-Truncated": "1"}),
        Reply(headers={"X-Truncated": "-1"}),
        Reply(headers={"X-Truncated": "+0"}),
        Reply(headers={"X-Dimension": "1_024"}),
        Reply(body=b"short"),
        Reply(body=struct.pack("<1024e", 1.0, *[0.0] * 1022, math.nan)),
        Reply(body=struct.pack("<1024e", 1.0, *[0.0] * 1022, -math.inf)),
        Reply(body=bytes(2048)),
        Reply(body=struct.pack("<1024e", *[-0.0] * 1024)),
        Reply(500, {}, b"{}"),
        Reply(401, {}, b"{}"),
        Reply(422, {"Retry-After": "9" * 5_000}, b"{}"),
    ],
)
async def test_an_unusable_answer_is_unavailable_and_not_a_fault_of_ours(
    fake: FakeEmbedder, clock: ManualClock, reply: Reply
) -> None:
    fake.script.append(reply)
    async with client(fake.url, clock=clock) as embedder:
        with pytest.raises(Unavailable) as caught:
            await ask(embedder)
        assert not isinstance(caught.value, EmbedderBusy)
        assert SECRET_TEXT not in str(caught.value)
        assert len((await ask(embedder)).rows) == 1


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
async def test_one_row_without_finite_values_makes_an_answer_unusable_in_float32_too(
    fake: FakeEmbedder, clock: ManualClock, value: float
) -> None:
    good = [1.0] + [0.0] * 1023
    fake.script.append(Reply(body=struct.pack("<2048f", *good, value, *good[1:])))
    fake.script.append(Reply(body=struct.pack("<2048f", *good, *[0.0] * 1024)))
    async with client(fake.url, clock=clock) as embedder:
        for _ in range(2):
            with pytest.raises(Unavailable):
                await embedder.embed("passage", ["a", "b"], budget_s=BUDGET_S, dtype="float32")
        assert len((await embedder.embed("passage", ["a", "b"], budget_s=BUDGET_S, dtype="float32")).rows) == 2


@pytest.mark.parametrize(("dtype", "code"), [("float16", "e"), ("float32", "f")])
async def test_vectors_of_any_finite_values_are_taken(
    fake: FakeEmbedder, clock: ManualClock, dtype: Any, code: str
) -> None:
    rows = [
        [1.0, *[0.0] * 1023],
        [*[-0.0] * 1023, -1.0],
        [1 / 32] * 1024,
        [65504.0, -65504.0] * 512,
    ]
    body = b"".join(struct.pack(f"<1024{code}", *row) for row in rows)
    fake.script.append(Reply(body=body))
    async with client(fake.url, clock=clock) as embedder:
        found = await embedder.embed("passage", ["text"] * len(rows), budget_s=BUDGET_S, dtype=dtype)
    assert b"".join(found.rows) == body


_ENDLESS = [
    ({"Transfer-Encoding": "chunked"}, b"10000\r\n" + bytes(65_536) + b"\r\n"),
    ({"Transfer-Encoding": "chunked"}, b"1\r\nx\r\n" * 10_000),
    ({"Content-Length": str(100 * 10**9)}, bytes(65_536)),
]


@pytest.mark.parametrize("status", [200, 500, 503])
@pytest.mark.parametrize(("headers", "body"), _ENDLESS)
async def test_no_more_is_read_than_an_answer_can_have(
    fake: FakeEmbedder, clock: ManualClock, status: int, headers: dict[str, str], body: bytes
) -> None:
    fake.script.append(Reply(status, headers, body, is_endless=True))
    async with client(fake.url, clock=clock) as embedder:
        with pytest.raises(Unavailable) as caught:
            await ask(embedder)
        assert not isinstance(caught.value, EmbedderBusy)
        assert len((await ask(embedder)).rows) == 1
    assert fake.sent_bytes < 20_000_000  # what the system buffers on both sides


async def test_no_more_is_read_of_what_an_embedder_tells_of_itself(fake: FakeEmbedder, clock: ManualClock) -> None:
    fake.about = Reply(200, *_ENDLESS[0], is_endless=True)
    async with client(fake.url, clock=clock) as embedder:
        assert await embedder.fault(budget_s=BUDGET_S) == "does not answer"
    assert fake.sent_bytes < 20_000_000


def test_a_connection_is_kept_for_less_time_than_the_embedder_keeps_it() -> None:
    assert HTTP1Settings().header_read_timeout / 1000 > KEEPALIVE_S  # the embedder leaves granian's own


async def test_a_busy_embedder_says_itself_when_to_come_back(fake: FakeEmbedder, clock: ManualClock) -> None:
    fake.script.append(busy(7))
    async with client(fake.url, clock=clock) as embedder:
        with pytest.raises(EmbedderBusy) as caught:
            await ask(embedder)
        assert caught.value.retry_after_s == 7
        assert len((await ask(embedder)).rows) == 1  # there is no other one, so it is asked all the same
    assert len(fake.requests) == 2


def test_no_secret_is_in_a_repr() -> None:
    assert "sesame" not in repr(vars(Embedder(["http://127.0.0.1:1"], token="sesame", model=MODEL))["_exchange"])
    assert "sesame" not in repr(Embedder(["http://127.0.0.1:1"], token="sesame", model=MODEL))


# --- the cache of queries


async def test_a_query_of_an_account_has_a_scope_and_a_passage_has_none(fake: FakeEmbedder, clock: ManualClock) -> None:
    async with client(fake.url, clock=clock) as embedder:
        scope = embedder.cache_scope(7, "live")
        await ask(embedder, "query", scope=scope)
        await ask(embedder, "passage", scope=scope)
        await ask(embedder, "query")
    assert [request.headers.get("x-cache-scope") for request in fake.requests] == [scope, None, None]


async def test_what_came_from_the_cache_is_told(fake: FakeEmbedder, clock: ManualClock) -> None:
    fake.script.append(Reply(headers={"X-Cached": "1"}))
    async with client(fake.url, clock=clock) as embedder:
        assert (await ask(embedder)).cached is True
        for value in ("true", "01", "0"):
            fake.script.append(Reply(headers={"X-Cached": value}))
            assert (await ask(embedder)).cached is False
        assert (await ask(embedder)).cached is False


# --- several embedders


async def test_they_are_asked_in_turn(fake: FakeEmbedder, other: FakeEmbedder, clock: ManualClock) -> None:
    async with client(fake.url, other.url, clock=clock) as embedder:
        for _ in range(6):
            await ask(embedder)
    assert (len(fake.requests), len(other.requests)) == (3, 3)


async def test_a_name_with_several_addresses_is_as_many_embedders(
    fake: FakeEmbedder, other: FakeEmbedder, clock: ManualClock
) -> None:
    async def resolve(host: str, port: int) -> Collection[Address]:
        assert (host, port) == ("embedder.test", 8081)
        return [("127.0.0.1", fake.port), ("127.0.0.1", other.port)]

    async with client("http://embedder.test:8081", clock=clock, resolve=resolve) as embedder:
        for _ in range(4):
            await ask(embedder)
    assert [request.headers["host"] for request in fake.requests + other.requests] == ["embedder.test:8081"] * 4
    assert (len(fake.requests), len(other.requests)) == (2, 2)


async def test_the_one_with_least_under_way_is_asked(
    fake: FakeEmbedder, other: FakeEmbedder, clock: ManualClock
) -> None:
    fake.gate.clear()
    async with client(fake.url, other.url, clock=clock) as embedder:
        slow = asyncio.create_task(ask(embedder))
        while not fake.requests:
            await asyncio.sleep(0.001)
        for _ in range(3):
            await ask(embedder)
        assert (len(fake.requests), len(other.requests)) == (1, 3)
        fake.gate.set()
        await slow


async def test_a_refused_connection_is_tried_once_more_on_another(
    fake: FakeEmbedder, refused: str, clock: ManualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with client(refused, fake.url, clock=clock) as embedder:
        for _ in range(5):
            assert len((await ask(embedder)).rows) == 1
    assert len(fake.requests) == 5
    # It was passed over after the first time.
    [line] = logged(capsys, "embedder_unreachable")
    assert (line["endpoint"], line["type"]) == (refused.removeprefix("http://"), "ConnectError")


async def test_a_busy_one_is_passed_over_for_a_moment_by_requests_of_that_kind(
    fake: FakeEmbedder, other: FakeEmbedder, clock: ManualClock
) -> None:
    fake.script.append(busy(60))
    async with client(fake.url, other.url, clock=clock) as embedder:
        with pytest.raises(EmbedderBusy):
            await ask(embedder, "passage")
        for _ in range(4):
            await ask(embedder, "passage")
        assert (len(fake.requests), len(other.requests)) == (1, 4)
        await ask(embedder, "query")  # its turn: queries wait in a queue of their own
        assert fake.requests[-1].json["kind"] == "query"
        clock.advance(MAX_REST_S)
        for _ in range(2):
            await ask(embedder, "passage")
    assert len(fake.requests) >= 3


_FAULTS = [
    Reply(401, {}, b"{}"),
    Reply(404, {}, b"{}"),
    Reply(500, {}, b"{}"),
    Reply(headers={"X-Tokens": "many"}),
    Reply(body=b"short"),
    Reply(body=bytes(2048)),
]


@pytest.mark.parametrize("fault", _FAULTS)
async def test_one_that_fails_fast_does_not_draw_the_requests_to_it(
    fake: FakeEmbedder, other: FakeEmbedder, clock: ManualClock, fault: Reply
) -> None:
    fake.takes_s, other.always = 0.03, fault
    outcomes: Counter[str] = Counter()

    async def caller(embedder: Embedder, times: int) -> None:
        for _ in range(times):
            try:
                await ask(embedder)
                outcomes["answered"] += 1
            except Unavailable:
                outcomes["failed"] += 1

    async with client(fake.url, other.url, clock=clock) as embedder:
        await asyncio.gather(*(caller(embedder, 10) for _ in range(8)))
        # The first ones may meet it: none has failed by the time they are sent.
        assert outcomes["failed"] <= 8
        assert outcomes.total() == 80
        for _ in range(10):  # and now and then one, to see whether it is well again
            clock.advance(MAX_REST_S)
            await asyncio.gather(*(caller(embedder, 2) for _ in range(2)))
    assert outcomes["failed"] <= 8 + 10


# --- the breaker


async def test_while_all_are_down_the_answer_comes_at_once_and_says_when_to_come_back(
    fake: FakeEmbedder, clock: ManualClock
) -> None:
    fake.script.extend([HANG_UP] * (FAILURES + 1))
    async with client(fake.url, clock=clock) as embedder:
        for _ in range(FAILURES):
            with pytest.raises(Unavailable):
                await ask(embedder)
        for _ in range(3):
            with pytest.raises(Unavailable) as caught:
                await ask(embedder)
            assert caught.value.retry_after_s == 1
        assert len(fake.requests) == FAILURES  # the last three did not go anywhere
        clock.advance(1.0)
        with pytest.raises(Unavailable) as caught:  # the probe fails too
            await ask(embedder)
        assert caught.value.retry_after_s == 2
        clock.advance(2.0)
        assert len((await ask(embedder)).rows) == 1
        assert len((await ask(embedder)).rows) == 1
    assert len(fake.requests) == FAILURES + 3


@pytest.mark.parametrize("fault", _FAULTS)
async def test_answers_that_cannot_be_used_open_it(fake: FakeEmbedder, clock: ManualClock, fault: Reply) -> None:
    fake.script.extend([fault] * FAILURES)
    async with client(fake.url, clock=clock) as embedder:
        for _ in range(FAILURES + 3):
            with pytest.raises(Unavailable):
                await ask(embedder)
        assert len(fake.requests) == FAILURES
        clock.advance(1.0)
        assert len((await ask(embedder)).rows) == 1


@pytest.mark.parametrize("status", [413, 422])
async def test_a_request_that_it_does_not_take_is_not_held_against_it(
    fake: FakeEmbedder, other: FakeEmbedder, clock: ManualClock, status: int
) -> None:
    fake.script.extend([Reply(status, {}, b"{}")] * (FAILURES + 2))
    async with client(fake.url, clock=clock) as embedder:
        for _ in range(FAILURES + 2):
            with pytest.raises(Unavailable):
                await ask(embedder)
        assert len((await ask(embedder)).rows) == 1
    async with client(fake.url, other.url, clock=clock) as embedder:
        fake.script.append(Reply(status, {}, b"{}"))
        with pytest.raises(Unavailable):
            await ask(embedder)
        fake.requests.clear()
        for _ in range(4):
            await ask(embedder)
    assert (len(fake.requests), len(other.requests)) == (2, 2)  # nor passed over


async def test_one_request_probes_and_the_others_are_told_to_wait(fake: FakeEmbedder, clock: ManualClock) -> None:
    fake.script.extend([HANG_UP] * FAILURES)
    async with client(fake.url, clock=clock) as embedder:
        for _ in range(FAILURES):
            with pytest.raises(Unavailable):
                await ask(embedder)
        clock.advance(LONGEST_COOL_DOWN_S)
        fake.gate.clear()
        probe = asyncio.create_task(ask(embedder))
        while len(fake.requests) == FAILURES:
            await asyncio.sleep(0.001)
        with pytest.raises(Unavailable):
            await ask(embedder)
        assert len(fake.requests) == FAILURES + 1
        fake.gate.set()
        assert len((await probe).rows) == 1
        assert len((await ask(embedder)).rows) == 1


async def test_refused_connections_open_it_too_and_others_go_on(
    fake: FakeEmbedder, refused: str, clock: ManualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with client(refused, fake.url, clock=clock) as embedder:
        for _ in range(20):
            assert len((await ask(embedder)).rows) == 1
            clock.advance(MAX_REST_S)
    # Its turn came 20 times; since the cool-down grew beyond the rest, it was asked in about half of them.
    assert FAILURES < len(logged(capsys, "embedder_unreachable")) < 13


async def test_no_answer_in_less_time_than_is_fair_is_not_held_against_it(
    fake: FakeEmbedder, clock: ManualClock
) -> None:
    fake.script.extend([SILENCE] * (FAILURES + 2))
    async with client(fake.url, clock=clock) as embedder:
        for _ in range(FAILURES + 2):
            with pytest.raises(Unavailable):
                await ask(embedder, budget_s=0.02)
        assert len((await ask(embedder)).rows) == 1


async def test_a_busy_embedder_is_not_a_dead_one(fake: FakeEmbedder, clock: ManualClock) -> None:
    fake.script.extend([busy()] * (FAILURES + 2))
    async with client(fake.url, clock=clock) as embedder:
        for _ in range(FAILURES + 2):
            with pytest.raises(EmbedderBusy):
                await ask(embedder)
    assert len(fake.requests) == FAILURES + 2


# --- the model


@pytest.mark.parametrize(("name", "value"), [("model", "another"), ("revision", "2"), ("dimension", 384)])
async def test_another_model_is_refused_and_gets_no_text_until_it_is_ours(
    fake: FakeEmbedder, clock: ManualClock, capsys: pytest.CaptureFixture[str], name: str, value: Any
) -> None:
    ours = getattr(fake, name)
    setattr(fake, name, value)
    async with client(fake.url, clock=clock) as embedder:
        for _ in range(2):
            with pytest.raises(AnotherModel, match="another model") as caught:
                await ask(embedder)
            assert caught.value.retry_after_s == 60
        assert len(fake.embed_requests) == 1
        setattr(fake, name, ours)
        assert len((await ask(embedder)).rows) == 1
        await ask(embedder)
    assert fake.paths()[-3:] == ["/model", "/embed", "/embed"]
    lines = logged(capsys, "embedder_model_differs")
    assert lines[0]["expected"] == "some-model@1 (1024)"
    assert lines[0]["served"] == f"{value if name == 'model' else 'some-model'}@" + (
        f"{value if name == 'revision' else 1} ({value if name == 'dimension' else 1024})"
    )


async def test_beside_one_of_another_model_the_right_one_serves(
    fake: FakeEmbedder, other: FakeEmbedder, clock: ManualClock
) -> None:
    fake.model = "another"
    async with client(fake.url, other.url, clock=clock) as embedder:
        with pytest.raises(AnotherModel):
            await ask(embedder)
        for _ in range(6):
            assert len((await ask(embedder)).rows) == 1
            clock.advance(MAX_REST_S)
    assert len(fake.embed_requests) == 1
    assert "/model" in fake.paths()
    assert len(other.embed_requests) == 6


async def test_every_embedder_is_asked_for_its_model_before_a_request_is_refused_for_it(
    fake: FakeEmbedder, other: FakeEmbedder, clock: ManualClock
) -> None:
    async with fake_embedder() as third, client(fake.url, other.url, third.url, clock=clock) as embedder:
        fake.model = other.model = third.model = "another"
        for _ in range(3):
            with pytest.raises(AnotherModel):
                await ask(embedder)
        third.model = MODEL.name
        clock.advance(MAX_REST_S)
        assert len((await ask(embedder)).rows) == 1
        assert [len(running.embed_requests) for running in (fake, other, third)] == [1, 1, 2]
        third.model = "another"
        clock.advance(MAX_REST_S)
        with pytest.raises(AnotherModel):
            await ask(embedder)
        assert [len(running.embed_requests) for running in (fake, other, third)] == [1, 1, 3]


# --- ready


async def test_ready_asks_whether_it_is_warm_and_which_model_it_serves(fake: FakeEmbedder, clock: ManualClock) -> None:
    async with client(fake.url, clock=clock) as embedder:
        assert await embedder.fault() is None
        assert fake.paths() == ["/ready", "/model"]
        fake.ready_status = 503
        assert await embedder.fault() == "is not ready"
        fake.ready_status, fake.model = 200, "another"
        assert await embedder.fault() == "serves another model than this deployment expects"
        fake.model = MODEL.name
        assert await embedder.fault() is None
        await ask(embedder)


async def test_one_good_embedder_is_ready_enough(
    fake: FakeEmbedder, other: FakeEmbedder, refused: str, clock: ManualClock
) -> None:
    async with client(refused, fake.url, other.url, clock=clock) as embedder:
        assert await embedder.fault() is None
        fake.model = other.model = "another"
        assert await embedder.fault() == "serves another model than this deployment expects"
    async with client(refused, clock=clock) as embedder:
        assert await embedder.fault() == "does not answer"


async def test_an_embedder_that_is_ready_again_is_asked_again_at_once(fake: FakeEmbedder, clock: ManualClock) -> None:
    fake.script.extend([HANG_UP] * FAILURES)
    async with client(fake.url, clock=clock) as embedder:
        for _ in range(FAILURES):
            with pytest.raises(Unavailable):
                await ask(embedder)
        assert await embedder.fault() is None
        assert len((await ask(embedder)).rows) == 1


async def test_asking_whether_it_is_ready_does_not_lengthen_the_wait(
    refused: str, clock: ManualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with client(refused, clock=clock) as embedder:
        for _ in range(20):
            assert await embedder.fault() == "does not answer"
        with pytest.raises(Unavailable):
            await ask(embedder)
    assert len(logged(capsys, "embedder_unreachable")) == 2  # it was asked, and once more


# --- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for embedder.test, and its key, in one PEM file."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=embedder.test", "-addext", "subjectAltName=DNS:embedder.test"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(command, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "certificate.pem").read_text() + (folder / "key.pem").read_text())
    return both


@pytest.mark.parametrize(
    ("host", "has_ca", "is_answered"),
    [("embedder.test", True, True), ("other.test", True, False), ("embedder.test", False, False)],
)
async def test_https_is_for_an_embedder_that_proves_its_name(
    certificate: Path, clock: ManualClock, host: str, has_ca: bool, is_answered: bool
) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    async with AsyncExitStack() as stack:
        fake = await stack.enter_async_context(fake_embedder(server))

        async def resolve(host: str, port: int) -> Collection[Address]:
            return [("127.0.0.1", fake.port)]

        ca_file = str(certificate) if has_ca else None
        embedder = await stack.enter_async_context(
            client(f"https://{host}", clock=clock, resolve=resolve, ca_file=ca_file)
        )
        if is_answered:
            for _ in range(2):
                assert len((await ask(embedder)).rows) == 1
            assert fake.connections == 1
        else:
            with pytest.raises(Unavailable):
                await ask(embedder)
            assert fake.requests == []
