"""Quotas as whoever calls meets them: 402 and never 429, for the one unit too many and for nothing that failed."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from shared.limits import month_end, tokens_at_most
from shared.plans import Unit
from tests.support.api import MODEL, Api, serve_in_process
from tests.support.database import TestDatabase
from tests.support.fake_embedder import FakeEmbedder, Reply, busy, fake_embedder


@pytest.fixture
async def embedder() -> AsyncIterator[FakeEmbedder]:
    """An embedder behind a gate."""
    async with fake_embedder() as fake:
        fake.model, fake.revision = MODEL.split("@")
        yield fake


@pytest.fixture
async def api(database: TestDatabase, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The API, as an account of Free, with a collection that holds a record."""
    async with serve_in_process(database, embedder.url, "", monkeypatch) as served:
        await served.collection(dimension=1024)
        await served.upsert([RECORD])
        served.sql("UPDATE accounts SET plan = 'free'")
        yield served


RECORD = {"id": "a", "values": [1.0] + [0.0] * 1023}
Call = Callable[[Api], Awaitable[httpx.Response]]
NUMBERS = itertools.count(1)
TEXT = "some words"
# The most that its tokens may be.
TEXT_TOKENS = tokens_at_most(TEXT)


async def write(api: Api) -> httpx.Response:
    """Another vector each time: what is written as it was costs nothing."""
    record = {"id": "a", "values": [1.0, float(next(NUMBERS)), *[0.0] * 1022]}
    return await api.post("/v1/vectors/upsert", {"collection": "things", "vectors": [record]})


CALLS: dict[Unit, tuple[Call, int]] = {
    "searches": (lambda api: api.post("/v1/vectors/query", {"collection": "things", "vector": RECORD["values"]}), 1),
    "vectors": (write, 1),
    "tokens": (lambda api: api.post("/v1/embed", {"text": TEXT}), TEXT_TOKENS),
}


def leave(api: Api, unit: Unit, units: int) -> None:
    """Free includes so many more than are used."""
    used = f"SELECT coalesce(sum({unit}), 0) FROM usage_events WHERE plan = 'free'"
    api.sql(f"UPDATE plans SET included_{unit} = ({used}) + {units} WHERE plan = 'free'")


@pytest.mark.parametrize("unit", CALLS)
async def test_at_the_last_unit_a_hundred_requests_admit_one(api: Api, unit: Unit) -> None:
    """The others are told that it costs more, and when the month ends; never 429, for which a client would wait."""
    call, units = CALLS[unit]
    leave(api, unit, units)
    answers = await asyncio.gather(*[call(api) for _ in range(100)])
    assert Counter(answer.status_code for answer in answers) == {200: 1, 402: 99}
    for answer in answers:
        if answer.status_code == 402:
            assert answer.json()["code"] == "quota_exceeded"
            assert f"{month_end():%Y-%m-%dT%H:%M:%SZ}" in answer.json()["error"]
            assert "retry-after" not in answer.headers


Failure = tuple[str, Call, int]
FAILURES: list[Failure] = [
    ("no embedder", lambda api: api.post("/v1/search", {"collection": "things", "text": TEXT, "mode": "vector"}), 503),
    ("no embedder for a text alone", lambda api: api.post("/v1/embed", {"text": TEXT}), 503),
    (
        "a wrong dimension",
        lambda api: api.post("/v1/vectors/query", {"collection": "things", "vector": [1.0]}),
        422,
    ),
    (
        "an unknown collection",
        lambda api: api.post("/v1/vectors/query", {"collection": "nothing", "vector": RECORD["values"]}),
        404,
    ),
    (
        "a write of a wrong dimension",
        lambda api: api.post("/v1/vectors/upsert", {"collection": "things", "vectors": [{"id": "b", "values": [1.0]}]}),
        422,
    ),
    (
        "more vectors than the plan stores",
        lambda api: api.post("/v1/vectors/upsert", {"collection": "things", "vectors": [{**RECORD, "id": "b"}]}),
        403,
    ),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: str(failure[0]))
async def test_what_fails_uses_nothing_up_and_holds_nothing(api: Api, embedder: FakeEmbedder, failure: Failure) -> None:
    """With one unit of each left, it fails three times in the same way, and then a right request still has it."""
    _, call, status = failure
    api.sql("UPDATE plans SET vectors_stored = 1 WHERE plan = 'free'")
    for unit, (_, units) in CALLS.items():
        leave(api, unit, units)
    embedder.always = busy()
    for _ in range(3):
        answer = await call(api)
        assert answer.status_code == status, answer.text
        assert api.sql("SELECT count(*) FROM tickets WHERE kind NOT IN ('done', 'ended')") == [(0,)]
    assert api.sql("SELECT count(*) FROM usage_events WHERE plan = 'free'") == [(0,)]
    embedder.always = Reply()
    for right, _ in CALLS.values():
        assert (await right(api)).status_code == 200
        surplus = await right(api)
        assert surplus.status_code == 402, surplus.text


async def test_a_payment_overdue_leaves_reading_and_deletion(api: Api) -> None:
    """By HTTP: writes are 402, and the rest is as it was."""
    api.sql("UPDATE accounts SET plan = 'pro', payment_overdue_since = now() - interval '8 days'")
    write = await CALLS["vectors"][0](api)
    assert (write.status_code, write.json()["code"]) == (402, "payment_overdue")
    assert (await CALLS["searches"][0](api)).status_code == 200
    assert (await api.post("/v1/vectors/delete", {"collection": "things", "ids": ["a"]})).status_code == 200
    assert (await api.delete("/v1/collections/things")).status_code == 200
    assert (await api.delete("/v1/auth/account", key=await api.session())).status_code == 200


@pytest.mark.parametrize("size", [1, 40])
async def test_what_was_done_before_is_told_again_when_nothing_is_left(api: Api, size: int) -> None:
    """By its Idempotency-Key, also where its body is large; whatever else has the key is refused as it was."""
    values = [[1.0, float(next(NUMBERS)), *[0.123456789] * 1022] for _ in range(size)]
    body = {"collection": "things", "vectors": [{"id": str(n), "values": each} for n, each in enumerate(values)]}
    leave(api, "vectors", size)
    reader = await api.new_key("read")

    async def send(sent: object, key: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "lost"}
        return await api.client.post("/v1/vectors/upsert", json=sent, headers=headers)

    first = await send(body, api.tenant.key)
    assert (first.status_code, first.json()["upserted"]) == (200, size)
    again = await send(body, api.tenant.key)
    assert (again.status_code, again.content, again.headers["idempotency-replayed"]) == (200, first.content, "true")
    assert (await send(body, reader)).status_code == 403
    other = {"collection": "things", "vectors": [{"id": "new", "values": values[0]}]}
    refused = await send(other, api.tenant.key)
    assert (refused.status_code, refused.json()["code"]) == (402, "quota_exceeded")
    assert "vectors to write" in refused.json()["error"]
    assert api.sql("SELECT sum(vectors) FROM usage_events WHERE plan = 'free'") == [(size,)]
