"""Upserts: durable first, all or nothing, idempotent, embedded within a budget."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from shared.db.connection import Database, Row, Statement
from shared.embedding import Embedder
from shared.errors import Unavailable
from shared.records import prepare
from tests.support.api import Api

TEXTS = [{"id": f"t{number}", "text": f"Text number {number}."} for number in range(3)]


def rows(api: Api) -> int:
    [(count,)] = api.sql("SELECT count(*) FROM vectors")
    return int(count)


async def counts(api: Api) -> tuple[int, int]:
    body = (await api.get("/v1/collections/things")).json()
    return body["vectors_count"], body["pending_count"]


async def test_texts_are_stored_embedded_and_found_at_once(api: Api) -> None:
    await api.collection()
    body = await api.upsert(TEXTS)
    assert {name: body[name] for name in ("upserted", "unchanged", "pending", "truncated")} == {
        "upserted": 3,
        "unchanged": 0,
        "pending": 0,
        "truncated": 0,
    }
    assert body["usage"]["embeddings"] == 3
    assert body["usage"]["embedding_tokens"] > 15
    found = (await api.post("/v1/search", {"collection": "things", "text": "Text number 1."})).json()
    assert found["results"][0]["id"] == "t1"
    assert api.sql("SELECT count(*) FROM pending_embeddings") == [(0,)]


async def test_the_same_again_changes_and_costs_nothing(api: Api) -> None:
    await api.collection()
    await api.upsert(TEXTS)
    before = api.sql("SELECT id, xmin::text, updated_at FROM vectors ORDER BY id")
    body = await api.upsert(TEXTS)
    assert (body["upserted"], body["unchanged"], body["usage"]["embeddings"]) == (3, 3, 0)
    assert api.sql("SELECT id, xmin::text, updated_at FROM vectors ORDER BY id") == before
    [(vectors, embeddings)] = api.sql("SELECT sum(vectors), sum(embeddings) FROM usage_events")
    assert (vectors, embeddings) == (3, 3)


async def test_new_metadata_keeps_the_embedding(api: Api) -> None:
    await api.collection()
    await api.upsert(TEXTS)
    body = await api.upsert([TEXTS[0] | {"metadata": {"a": 1}}])
    assert (body["unchanged"], body["pending"], body["usage"]["embeddings"]) == (0, 0, 0)
    [found] = (await api.post("/v1/vectors/fetch", {"collection": "things", "ids": ["t0"]})).json()["vectors"]
    assert found["metadata"] == {"a": 1}
    assert found["values"] is not None


async def test_an_upsert_replaces_and_merges_nothing(api: Api) -> None:
    await api.collection(dimension=2)
    await api.upsert([{"id": "a", "values": [1.0, 0.0], "text": "x", "metadata": {"a": 1}, "ttl_seconds": 1000}])
    await api.upsert([{"id": "a", "values": [0.0, 1.0]}])
    [found] = (await api.post("/v1/vectors/fetch", {"collection": "things", "ids": ["a"]})).json()["vectors"]
    assert (found["values"], found["text"], found["metadata"], found["expires_at"]) == ([0.0, 1.0], None, {}, None)
    assert await counts(api) == (1, 0)


async def test_a_new_text_is_not_found_by_its_old_meaning(api: Api) -> None:
    await api.collection()
    await api.upsert([{"id": "a", "text": "The cat sleeps."}])
    await api.upsert([{"id": "a", "text": "Invoices are due on Friday."}])
    [found] = (await api.post("/v1/search", {"collection": "things", "text": "When do I pay?"})).json()["results"]
    assert found["text"] == "Invoices are due on Friday."
    [(first,)] = api.sql("SELECT count(*) FROM usage_events WHERE embeddings > 0")
    assert first == 2 + 1  # two texts, one query


async def test_values_come_back_to_the_bit(api: Api) -> None:
    await api.collection(dimension=5)
    values = [0.1, -65504.0, 3.4028e-38, 1e-8, 12345.678]
    single = [float.fromhex(value.hex()) for value in values]
    await api.upsert([{"id": "a", "values": single}])
    [found] = (await api.post("/v1/vectors/fetch", {"collection": "things", "ids": ["a"]})).json()["vectors"]
    import struct

    assert struct.pack("5f", *found["values"]) == struct.pack("5f", *single)


async def test_text_with_values_is_searched_by_its_values(api: Api) -> None:
    await api.collection(dimension=2)
    body = await api.upsert([{"id": "a", "text": "anything", "values": [0.0, 3.0]}])
    assert (body["pending"], body["usage"]["embeddings"]) == (0, 0)
    query = {"collection": "things", "vector": [0.0, 1.0]}
    [found] = (await api.post("/v1/vectors/query", query)).json()["results"]
    assert found["text"] == "anything"
    assert found["score"] == pytest.approx(1.0, abs=1e-3)


async def test_of_equal_ids_in_a_request_the_last_stands(api: Api) -> None:
    await api.collection(dimension=2)
    body = await api.upsert([{"id": "a", "values": [1.0, 0.0]}, {"id": "a", "values": [0.0, 1.0]}])
    assert body["upserted"] == 1
    [found] = (await api.post("/v1/vectors/fetch", {"collection": "things", "ids": ["a"]})).json()["vectors"]
    assert found["values"] == [0.0, 1.0]


async def test_one_bad_record_stores_nothing_and_is_named(api: Api) -> None:
    await api.collection(dimension=2)
    records = [{"id": "a", "values": [1.0, 0.0]}, {"id": "b", "values": [1.0]}, {"id": "c", "text": "\0"}]
    answer = await api.post("/v1/vectors/upsert", {"collection": "things", "vectors": records})
    assert answer.status_code == 422
    assert [detail["field"] for detail in answer.json()["details"]] == ["vectors[1].values", "vectors[2].text"]
    assert rows(api) == 0


async def test_the_longest_ids_and_the_widest_vectors_fit(api: Api) -> None:
    await api.collection(dimension=3072)
    record = {
        "id": "\U0001f600" * 512,
        "values": [1.0] * 3072,
        "metadata": {"k": "é" * 19_000},
        "text": "x" * 65_536,
    }
    body = await api.upsert([record], namespace="n" * 128)
    assert body["upserted"] == 1
    fetch = {"collection": "things", "ids": [record["id"]], "namespace": "n" * 128}
    [found] = (await api.post("/v1/vectors/fetch", fetch)).json()["vectors"]
    assert found["metadata"] == record["metadata"]
    assert found["text"] == record["text"]


async def test_what_a_search_reads_stays_in_the_row(api: Api) -> None:
    """Text leaves the row; ids, metadata and embeddings do not, or every search would fetch them from elsewhere."""
    await api.collection()
    metadata = {f"key{number}": number for number in range(40)}
    await api.upsert([{"id": "an-id-of-some-length-" * 5, "values": [0.1] * 1024, "metadata": metadata}])
    columns = ("id", "namespace", "metadata", "embedding", "content_hash", "raw_values")
    chunks = ", ".join(f"pg_column_toast_chunk_id({column}) IS NOT NULL" for column in columns)
    out_of_line = api.sql(f"SELECT {chunks} FROM vectors")
    assert dict(zip(columns, out_of_line[0], strict=True)) == dict.fromkeys(columns, False) | {"raw_values": True}


async def test_with_the_embedder_down_writes_succeed_and_wait(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    body = await api.upsert(TEXTS)
    assert (body["upserted"], body["pending"]) == (3, 3)
    found = (await api.get("/v1/vectors/fetch", collection="things", ids="t0,t1")).json()["vectors"]
    assert [(vector["id"], vector["pending"], vector["values"]) for vector in found] == [
        ("t0", True, None),
        ("t1", True, None),
    ]
    assert await counts(api) == (3, 3)
    answer = await api.post("/v1/search", {"collection": "things", "text": "x", "mode": "vector"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) <= 60


async def nobody_answers(*_: object, **__: object) -> None:
    raise Unavailable("The embedder is not available.")


async def test_a_retried_upsert_resumes_where_the_last_one_stopped(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await api.collection()
    with monkeypatch.context() as down:
        down.setattr(Embedder, "embed", nobody_answers)
        assert (await api.upsert(TEXTS))["pending"] == 3
    body = await api.upsert([*TEXTS, {"id": "more", "text": "One more."}])
    assert (body["upserted"], body["unchanged"], body["pending"], body["usage"]["embeddings"]) == (4, 3, 0, 4)
    assert await counts(api) == (4, 0)


async def test_a_database_that_fails_while_embedding_leaves_the_rest_pending(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.collection()
    transact = Database.transact

    async def fails(self: Database, account_no: int, *statements: Statement) -> list[list[Row]]:
        if b"sent (id, content_hash, embedding, tokens)" in statements[0].sql:
            raise Unavailable("The database is not available.")
        return await transact(self, account_no, *statements)

    monkeypatch.setattr(Database, "transact", fails)
    body = await api.upsert(TEXTS)
    assert (body["upserted"], body["pending"]) == (3, 3)
    assert api.sql("SELECT count(*) FROM pending_embeddings WHERE ready_at <= now()") == [(3,)]


async def test_values_over_a_pending_text_take_it_from_the_queue(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    await api.upsert(TEXTS)
    body = await api.upsert([{"id": "t0", "values": [1.0] * 1024}])
    assert body["pending"] == 0
    assert await counts(api) == (3, 2)
    assert api.sql("SELECT id FROM pending_embeddings ORDER BY id") == [("t1",), ("t2",)]


async def test_concurrent_upserts_of_the_same_ids_end_whole(api: Api) -> None:
    await api.collection(dimension=4)
    ids = [f"id{number}" for number in range(50)]

    async def write(writer: int) -> None:
        order = ids if writer % 2 else list(reversed(ids))
        await api.upsert([{"id": vector_id, "values": [writer + 1.0] * 4} for vector_id in order])

    await asyncio.gather(*[write(writer) for writer in range(8)])
    assert await counts(api) == (50, 0)
    assert rows(api) == 50


async def test_values_that_waited_for_a_text_take_it_from_the_queue(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second write begins before the first commits, so no statement that began with it sees the queued text."""
    api = api_without_embedder
    await api.collection()
    transact = Database.transact

    async def slow(self: Database, account_no: int, *statements: Statement) -> list[list[Row]]:
        pause = Statement(b"SELECT pg_sleep(0.5)")
        return await transact(self, account_no, *statements[:-1], pause, statements[-1])

    monkeypatch.setattr(Database, "transact", slow)
    first = asyncio.create_task(api.upsert([{"id": "a", "text": "x"}]))
    await asyncio.sleep(0.2)
    monkeypatch.setattr(Database, "transact", transact)
    await api.upsert([{"id": "a", "values": [1.0] * 1024}])
    await first
    assert api.sql("SELECT count(*) FROM pending_embeddings") == [(0,)]
    assert await counts(api) == (1, 0)


async def test_concurrent_writers_and_deleters_leave_exact_counts(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()

    async def write(writer: int) -> None:
        for turn in range(8):
            ids = [f"id{(writer * 3 + turn * 5 + number) % 20}" for number in range(8)]
            if (writer + turn) % 3 == 0:
                await api.post("/v1/vectors/delete", {"collection": "things", "ids": ids})
            elif (writer + turn) % 3 == 1:
                await api.upsert([{"id": vector_id, "text": f"t{writer}"} for vector_id in ids])
            else:
                await api.upsert([{"id": vector_id, "values": [1.0 + writer] * 1024} for vector_id in ids])

    await asyncio.gather(*[write(writer) for writer in range(8)])
    [(stored, pending)] = api.sql("SELECT count(*), count(*) FILTER (WHERE embedding IS NULL) FROM vectors")
    assert await counts(api) == (stored, pending)
    assert api.sql("SELECT count(*) FROM pending_embeddings") == [(pending,)]


async def test_namespaces_are_apart(api: Api) -> None:
    await api.collection(dimension=2)
    await api.upsert([{"id": "a", "values": [1.0, 0.0]}])
    await api.upsert([{"id": "a", "values": [0.0, 1.0]}], namespace="other")
    assert await counts(api) == (2, 0)
    query: dict[str, Any] = {"collection": "things", "vector": [0.0, 1.0], "include_values": True}
    [default] = (await api.post("/v1/vectors/query", query)).json()["results"]
    [other] = (await api.post("/v1/vectors/query", query | {"namespace": "other"})).json()["results"]
    assert (default["values"], other["values"]) == ([1.0, 0.0], [0.0, 1.0])


async def test_an_expired_vector_is_invisible(api: Api) -> None:
    await api.collection(dimension=2)
    await api.upsert([{"id": "past", "values": [1.0, 0.0], "expires_at": "2020-01-01T00:00:00Z"}])
    await api.upsert([{"id": "soon", "values": [1.0, 0.0], "ttl_seconds": 3600}])
    found = (await api.post("/v1/vectors/query", {"collection": "things", "vector": [1.0, 0.0]})).json()["results"]
    assert [hit["id"] for hit in found] == ["soon"]
    fetched = (await api.get("/v1/vectors/fetch", collection="things", ids="past,soon")).json()["vectors"]
    assert [vector["id"] for vector in fetched] == ["soon"]
    assert (await api.post("/v1/vectors/query", {"collection": "things", "id": "past"})).status_code == 404


async def test_a_long_text_is_truncated_and_told(api: Api) -> None:
    await api.collection()
    body = await api.upsert([{"id": "long", "text": "word " * 5_000}, {"id": "short", "text": "word"}])
    assert (body["truncated"], body["pending"]) == (1, 0)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"vectors": []}, 422, "vectors"),
        ({"vectors": [{"id": str(number), "values": [1.0, 0.0]} for number in range(1001)]}, 422, "vectors"),
        ({"vectors": [{"id": "a", "values": [1.0, 0.0]}], "namespace": "-"}, 422, "namespace"),
        ({"vectors": [{"id": "a", "values": [1.0, "x"]}]}, 422, "vectors[0].values[1]"),
        ({"vectors": [{"id": "a", "values": [70000.0, 1.0]}]}, 422, "vectors[0].values[0]"),
        ({"vectors": [{"id": "a", "values": [0.0, 0.0]}]}, 422, "vectors[0].values"),
        ({"vectors": [{"id": "a", "values": [1.0, 0.0], "sparse": {}}]}, 422, "vectors[0].sparse"),
        ({"vectors": [{"id": "a", "text": "no dimension for text"}]}, 422, "vectors[0].text"),
    ],
)
async def test_bad_input_is_refused_by_its_field(api: Api, body: dict[str, Any], status: int, field: str) -> None:
    await api.collection(dimension=2)
    answer = await api.post("/v1/vectors/upsert", {"collection": "things"} | body)
    assert answer.status_code == status
    assert answer.json()["details"][0]["field"] == field
    assert rows(api) == 0


async def test_records_are_prepared_beside_the_event_loop(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words of long texts take seconds of processor time, in which others are answered."""
    api = api_without_embedder
    await api.collection(dimension=2)
    threads: list[int] = []

    def noted(*arguments: Any) -> Any:
        threads.append(threading.get_ident())
        return prepare(*arguments)

    monkeypatch.setattr("shared.upsert.prepare", noted)
    assert (await api.upsert([{"id": "a", "values": [1.0, 0.0], "text": "some words"}]))["upserted"] == 1
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


async def test_a_compressed_body_is_refused_by_name(api_without_embedder: Api) -> None:
    headers = {**api_without_embedder.tenant.headers, "Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await api_without_embedder.client.post("/v1/vectors/upsert", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert "Content-Encoding" in answer.json()["error"]


async def test_a_filter_of_megabytes_is_refused(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    filter_ = {"a": {"$in": ["x" * 1_500] * 200}}
    answer = await api.post("/v1/vectors/count", {"collection": "things", "filter": filter_})
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (422, "filter")
