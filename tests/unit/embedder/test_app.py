from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest
from starlette.types import Message

from embedder.app import create_app
from embedder.config import Settings
from embedder.log import Log
from embedder.service import EmbeddingService
from embedder.wire import MAX_BODY_BYTES
from tests.unit.embedder.paced import until
from tests.unit.embedder.tiny import FAKE_MANIFEST, FakeEngine, FakeTokenizer

TOKEN = "a-secret-token-that-nobody-logs"


@dataclass
class Running:
    """An application in this process on a fake engine."""

    client: httpx.AsyncClient
    service: EmbeddingService
    engine: FakeEngine
    log: io.StringIO


@asynccontextmanager
async def running(
    engine: FakeEngine | None = None,
    token: str | None = None,
    limit: int = 1000,
    start: bool = True,
    body_bytes: int = 256 << 20,
    cache_bytes: int = 0,
) -> AsyncIterator[Running]:
    engine, output = engine or FakeEngine(), io.StringIO()
    log = Log(output)
    limits = {"query": limit, "passage": limit}
    service = EmbeddingService(
        FAKE_MANIFEST, limits, 1, lambda: (FakeTokenizer(), engine), log, cache_bytes=cache_bytes
    )
    app = create_app(Settings(model_dir=Path(), token=token, body_bytes=body_bytes), service, log)
    if start:
        service.start()
        await until(lambda: service.ready)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://embedder"
    ) as client:
        yield Running(client, service, engine, output)


def assert_error(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status
    body = response.json()
    assert set(body) - {"details"} == {"error", "code", "request_id"}
    assert body["code"] == code
    assert body["request_id"] == response.headers["x-request-id"]
    assert ("retry-after" in response.headers) == (status == 503)


async def test_errors_have_one_shape() -> None:
    async with running() as it:
        client = it.client
        assert_error(await client.get("/nowhere"), 404, "not_found")
        assert_error(await client.get("/embed/"), 404, "not_found")
        refused = await client.get("/embed")
        assert_error(refused, 405, "method_not_allowed")
        assert refused.headers["allow"] == "POST"
        assert_error(await client.post("/embed", content=b"{"), 400, "invalid_json")
        assert_error(await client.post("/embed", json={"kind": "query", "inputs": [""]}), 422, "validation_failed")
        plain = await client.post("/embed", content=b"a", headers={"content-type": "text/plain"})
        assert_error(plain, 415, "unsupported_media_type")


async def test_a_body_over_the_bound_is_413_by_its_length_or_as_it_comes() -> None:
    async with running() as it:
        claimed = {"content-length": str(MAX_BODY_BYTES + 1)}
        assert_error(await it.client.post("/embed", content=b"{}", headers=claimed), 413, "payload_too_large")

        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(65):
                yield bytes(1024 * 1024)

        assert_error(await it.client.post("/embed", content=chunks()), 413, "payload_too_large")
        assert 'embedder_rejected_total{status="413"} 2' in it.service.metrics.render()


async def test_json_and_both_binary_answers_agree() -> None:
    async with running() as it:
        body = {"kind": "passage", "inputs": ["ab", "c" * 600]}
        plain = (await it.client.post("/embed", json=body)).json()
        assert (plain["tokens"], plain["truncated"]) == ([2, 512], [False, True])
        assert (plain["dimension"], plain["model"], plain["revision"]) == (1024, "fake", "1")
        for dtype, code in (("float16", "<f2"), ("float32", "<f4")):
            accept = {"accept": f"application/octet-stream; dtype={dtype}"}
            binary = await it.client.post("/embed", json=body, headers=accept)
            rows = np.frombuffer(binary.content, code).reshape(2, 1024)
            assert rows.tolist() == plain["embeddings"]
            assert {name: value for name, value in binary.headers.items() if name.startswith("x-")} == {
                "x-model": "fake",
                "x-model-revision": "1",
                "x-dimension": "1024",
                "x-dtype": dtype,
                "x-rows": "2",
                "x-tokens": "2,512",
                "x-truncated": "1",
                "x-request-id": binary.headers["x-request-id"],
            }


async def test_tokens_are_counted_without_embedding() -> None:
    async with running() as it:
        ran = len(it.engine.ran)
        answer = await it.client.post("/tokens", json={"kind": "passage", "inputs": ["ab", "c" * 600, "d" * 2_000]})
        assert answer.json() == {
            "tokens": [2, 600, None],
            "max_tokens": 512,
            "dimension": 1024,
            "model": "fake",
            "revision": "1",
        }
        assert len(it.engine.ran) == ran
        assert_error(await it.client.post("/tokens", content=b"{"), 400, "invalid_json")
        assert_error(await it.client.post("/tokens", json={"kind": "query", "inputs": [""]}), 422, "validation_failed")
        assert_error(await it.client.get("/tokens"), 405, "method_not_allowed")
        plain = await it.client.post("/tokens", content=b"a", headers={"content-type": "text/plain"})
        assert_error(plain, 415, "unsupported_media_type")
        late = {"x-deadline-ms": "0"}
        answer = await it.client.post("/tokens", json={"kind": "query", "inputs": ["a"]}, headers=late)
        assert_error(answer, 503, "deadline_passed")
        assert 'embedder_requests_total{path="/tokens",status="200"} 1' in it.service.metrics.render()


async def test_ready_only_after_the_session_has_run() -> None:
    async with running(start=False) as it:
        assert_error(await it.client.get("/ready"), 503, "not_ready")
        assert (await it.client.get("/health")).status_code == 200
        body = {"kind": "query", "inputs": ["a"]}
        assert_error(await it.client.post("/embed", json=body), 503, "not_ready")
        it.service.start()
        await until(lambda: it.service.ready)
        assert (await it.client.get("/ready")).status_code == 200
        it.service.failed = True
        assert_error(await it.client.get("/health"), 503, "unavailable")


@pytest.mark.parametrize("path", ["/embed", "/tokens", "/model", "/metrics", "/nowhere"])
async def test_the_token_is_demanded(path: str) -> None:
    async with running(token=TOKEN) as it:
        for value in ("", "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", "Bearer é"):
            response = await it.client.get(path, headers={b"authorization": value.encode()})
            assert_error(response, 401, "unauthorized")
            assert response.headers["www-authenticate"] == "Bearer"


async def test_the_token_opens_and_health_needs_none() -> None:
    async with running(token=TOKEN) as it:
        for scheme in ("Bearer", "bearer"):
            response = await it.client.get("/model", headers={"authorization": f"{scheme} {TOKEN}"})
            assert response.json() == {
                "name": "fake",
                "revision": "1",
                "dimension": 1024,
                "native_dimension": 2,
                "max_tokens": 512,
                "unrelated_cosine": 0.5,
                "engine": "onnxruntime",
            }
        assert (await it.client.get("/health")).status_code == 200
        assert (await it.client.get("/ready")).status_code == 200


async def test_a_request_is_one_log_line_without_content_or_credential() -> None:
    async with running(token=TOKEN) as it:
        headers = {"authorization": f"Bearer {TOKEN}", "x-request-id": "abc-1"}
        await it.client.post("/embed", json={"kind": "query", "inputs": ["confidential", "b"]}, headers=headers)
        await it.client.post("/embed", json={"kind": "confidential"}, headers={"authorization": f"Bearer {TOKEN}x"})
        await it.client.post("/embed", json={"kind": "query", "inputs": ["P confidential"]}, headers=headers)
        await it.client.get("/confidential?q=confidential", headers=headers)
        lines = [json.loads(line) for line in it.log.getvalue().splitlines()]
        requests = [line for line in lines if line["event"] == "request"]
        assert len(requests) == 4
        keys = {"time", "event", "request_id", "method", "path", "status", "ms", "inputs", "tokens"}
        assert set(requests[0]) == keys
        assert (requests[0]["request_id"], requests[0]["inputs"], requests[0]["tokens"]) == ("abc-1", 2, 13)
        for secret in (TOKEN, "confidential"):
            assert secret not in it.log.getvalue()
            assert secret not in it.service.metrics.render()


async def test_a_full_queue_is_503_at_once_and_queries_still_pass() -> None:
    async with running(FakeEngine(0.1), limit=600) as it:
        first = asyncio.create_task(it.client.post("/embed", json={"kind": "passage", "inputs": ["a" * 590] * 2}))
        await until(lambda: "a" in it.engine.ran)
        refused = await it.client.post("/embed", json={"kind": "passage", "inputs": ["b" * 590]})
        assert_error(refused, 503, "overloaded")
        assert refused.elapsed.total_seconds() < 0.09
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert (await it.client.post("/embed", json={"kind": "query", "inputs": ["q"]})).status_code == 200
        assert (await first).status_code == 200


async def test_a_passed_deadline_is_503() -> None:
    async with running(FakeEngine(0.1)) as it:
        body = {"kind": "query", "inputs": ["a", "b"]}
        late = await it.client.post("/embed", json=body, headers={"x-deadline-ms": "30"})
        assert_error(late, 503, "deadline_passed")
        assert (await it.client.post("/embed", json=body)).status_code == 200


async def test_a_failing_run_is_503_and_the_next_request_is_served() -> None:
    async with running() as it:
        assert_error(await it.client.post("/embed", json={"kind": "query", "inputs": ["P"]}), 503, "engine_failed")
        assert (await it.client.post("/embed", json={"kind": "query", "inputs": ["a"]})).status_code == 200


async def test_an_unforeseen_error_is_500_in_the_same_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("confidential")

    monkeypatch.setattr("embedder.app.parse_request", broken)
    async with running() as it:
        response = await it.client.post("/embed", json={"kind": "query", "inputs": ["a"]})
        assert_error(response, 500, "internal_error")
        assert "confidential" not in it.log.getvalue() + response.text
        assert "KeyError at test_app.py" in it.log.getvalue()


async def test_work_of_a_caller_who_left_is_dropped() -> None:
    engine, output = FakeEngine(0.02), io.StringIO()
    log = Log(output)
    limits = {"query": 1000, "passage": 1000}
    service = EmbeddingService(FAKE_MANIFEST, limits, 1, lambda: (FakeTokenizer(), engine), log)
    app = create_app(Settings(model_dir=Path()), service, log)
    service.start()
    await until(lambda: service.ready)
    body = json.dumps({"kind": "passage", "inputs": ["c"] * 100}).encode()
    incoming = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        for message in incoming:
            return message
        await until(lambda: "c" in engine.ran)
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None:
        pass

    scope = {"type": "http", "method": "POST", "path": "/embed", "headers": [], "query_string": b""}
    await app(scope, receive, send)
    await service.embed("passage", ["d"], 1e12)
    assert engine.ran.count("c") < 5
    assert '"status":499' in output.getvalue()


async def test_metrics_tell_what_was_done() -> None:
    async with running() as it:
        await it.client.post("/embed", json={"kind": "query", "inputs": ["abc", "de"]})
        await it.client.post("/embed", content=b"{")
        text = (await it.client.get("/metrics")).text
        lines = text.splitlines()
        for line in (
            'embedder_requests_total{path="/embed",status="200"} 1',
            'embedder_requests_total{path="/embed",status="400"} 1',
            'embedder_texts_total{kind="query"} 2',
            'embedder_tokens_total{kind="query"} 5',
            'embedder_queue_tokens{kind="passage"} 0',
            "embedder_ready 1",
            'embedder_padding_tokens_total{kind="query"} 0',
            'embedder_run_seconds_bucket{kind="query",le="+Inf"} 2',
            'embedder_run_seconds_count{kind="query"} 2',
            'embedder_run_texts_bucket{kind="query",le="1"} 2',
            'embedder_queue_seconds_count{kind="query"} 2',
            'embedder_queue_seconds_count{kind="passage"} 0',
            "embedder_body_bytes 0",
        ):
            assert line in lines
        assert text.endswith("\n")
        assert len([line for line in lines if line.startswith("# TYPE")]) == len(
            {line.split()[2] for line in lines if line.startswith("# TYPE")}
        )


async def test_bodies_are_bounded_in_sum() -> None:
    async with running(FakeEngine(0.2), body_bytes=90_000) as it:
        large = {"kind": "passage", "inputs": ["a" * 60_000, "b" * 60_000]}
        first = asyncio.create_task(it.client.post("/embed", json=large))
        # The first 64 KB of each are not counted, so that small requests go on.
        await until(lambda: "embedder_body_bytes 54" in it.service.metrics.render())
        assert_error(await it.client.post("/embed", json=large), 503, "overloaded")
        assert (await it.client.post("/embed", json={"kind": "query", "inputs": ["q"]})).status_code == 200
        assert (await first).status_code == 200
        assert "embedder_body_bytes 0" in it.service.metrics.render().splitlines()
        assert (await it.client.post("/embed", json=large)).status_code == 200


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async with running() as it:

        async def stuck() -> AsyncIterator[bytes]:
            yield b"{"
            await asyncio.sleep(30)

        answer = await it.client.post("/embed", content=stuck(), headers={"x-deadline-ms": "50"})
        assert_error(answer, 503, "deadline_passed")


async def test_a_path_of_the_callers_words_is_in_no_metric() -> None:
    async with running() as it:
        assert (await it.client.post("/embed%0Aevil", json={})).status_code == 404
        await it.client.post("/embed%0A", json={})
        lines = it.service.metrics.render().splitlines()
    assert all(line.startswith(("#", "embedder_")) and line.count('"') % 2 == 0 for line in lines)


async def test_a_cached_answer_says_so_to_its_scope_alone() -> None:
    async with running(cache_bytes=1 << 20) as it:
        body = {"kind": "query", "inputs": ["abc"]}
        binary = {"accept": "application/octet-stream"}

        async def ask(**headers: str) -> httpx.Response:
            return await it.client.post(
                "/embed", json=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
            )

        plain = (await ask()).json()
        first, again = (await ask(x_cache_scope="one")).json(), (await ask(x_cache_scope="one")).json()
        assert [answer["cached"] for answer in (plain, first, again)] == [False, False, True]
        assert again == {**plain, "cached": True}
        assert (await ask(x_cache_scope="one", **binary)).headers["x-cached"] == "1"
        for other in ({}, {"x_cache_scope": "two"}):
            assert "x-cached" not in (await ask(**other, **binary)).headers
        assert "embedder_query_cache_hits_total 2" in it.service.metrics.render()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-encoding": "gzip"}, 415),
        ({"content-encoding": "identity"}, 200),
        ({"content-type": "application/json; charset=utf-8"}, 200),
        ({"content-type": ""}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"x-deadline-ms": "9" * 5000}, 422),
        ({"x-deadline-ms": "+5"}, 422),
        ({"x-deadline-ms": "0x10"}, 422),
        ({"x-deadline-ms": "0"}, 503),
        ({"x-cache-scope": ""}, 422),
        ({"x-cache-scope": "a b"}, 422),
        ({"x-cache-scope": "é"}, 422),
        ({"x-cache-scope": "a" * 129}, 422),
        ({"x-cache-scope": "a" * 128}, 200),
        ({"accept": "application/octet-stream; dtype="}, 422),
        ({"accept": "application/octet-stream;;;"}, 200),
        ({"accept": ",;=,;q"}, 200),
        ({"accept": "\xff" * 3000}, 200),
        ({"x-request-id": "a" * 65}, 200),
        ({"x-request-id": "<script>"}, 200),
        ({"content-length": "\xb2"}, 200),
        ({"content-length": "9" * 400}, 413),
    ],
)
async def test_odd_headers_are_told_or_passed_over(headers: dict[str, str], status: int) -> None:
    async with running() as it:
        raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
        body = b'{"kind":"query","inputs":["a"]}'
        answer = await it.client.post("/embed", content=body, headers={b"content-type": b"application/json", **raw})
        assert answer.status_code == status
        assert len(answer.headers["x-request-id"]) <= 64
        if status != 200:
            assert_error(answer, status, answer.json()["code"])


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "CONFIDENTIAL"])
async def test_other_methods_are_405_and_no_made_up_one_is_logged(method: str) -> None:
    async with running() as it:
        assert (await it.client.request(method, "/embed")).status_code == 405
        assert "CONFIDENTIAL" not in it.log.getvalue()
        assert (await it.client.head("/model")).status_code == 200


async def test_too_little_memory_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("embedder.app.parse_request", short)
    async with running() as it:
        assert_error(await it.client.post("/embed", json={"kind": "query", "inputs": ["a"]}), 503, "unavailable")
