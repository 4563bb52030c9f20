"""on_long_text=reject: what the model would not read to its end is refused, and nothing is stored."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.api import Api

FITS = "word " * 500


async def upsert(api: Api, vectors: list[dict[str, Any]]) -> httpx.Response:
    return await api.post("/v1/vectors/upsert", {"collection": "things", "vectors": vectors, "on_long_text": "reject"})


async def test_each_text_that_is_too_long_is_named_and_nothing_is_stored(api: Api) -> None:
    await api.collection()
    answer = await upsert(
        api,
        [
            {"id": "a", "text": FITS},
            {"id": "b", "text": "word " * 700},
            {"id": "c", "text": "short"},
            {"id": "d", "text": "木" * 20_000},
            {"id": "e", "text": "word " * 700, "values": [1.0] * 1024},
            {"id": "f", "text": "ﷺ" * 400},  # 400 characters, and many more tokens
        ],
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    told = {detail["field"]: detail["error"] for detail in answer.json()["details"]}
    assert set(told) == {"vectors[1].text", "vectors[3].text", "vectors[5].text"}
    assert told["vectors[1].text"] == "has 704 tokens; the model reads 512"
    assert told["vectors[3].text"] == "has more tokens than the 512 that the model reads"
    assert api.sql("SELECT count(*) FROM vectors") == [(0,)]
    assert api.sql("SELECT count(*) FROM usage_events") == [(0,)]


async def test_what_fits_is_stored_and_not_truncated(api: Api) -> None:
    await api.collection()
    answer = await upsert(api, [{"id": "a", "text": FITS}, {"id": "b", "text": "x"}])
    assert answer.status_code == 200
    assert (answer.json()["truncated"], answer.json()["pending"]) == (0, 0)


async def test_exactly_what_would_be_truncated_is_refused(api: Api) -> None:
    await api.collection()
    texts = {f"{words}": "the " * (words - 1) + "the" for words in range(500, 514)}
    truncated = {
        vector_id for vector_id, text in texts.items() if (await api.upsert([{"id": "t", "text": text}]))["truncated"]
    }
    refused = {
        vector_id for vector_id, text in texts.items()
        if (await upsert(api, [{"id": vector_id, "text": text}])).status_code == 422
    }  # fmt: skip
    assert refused == truncated
    assert 0 < len(refused) < len(texts)


async def test_with_the_embedder_down_only_what_needs_no_counting_is_stored(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    answer = await upsert(api, [{"id": "a", "text": "word " * 200}])
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert api.sql("SELECT count(*) FROM vectors") == [(0,)]
    answer = await upsert(api, [{"id": "a", "text": "a" * 448}, {"id": "b", "values": [1.0] * 1024}])
    assert (answer.status_code, answer.json()["pending"]) == (200, 1)


async def test_another_fault_is_told_before_anything_is_counted(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    answer = await upsert(api, [{"id": "", "text": "word " * 700}])
    assert [detail["field"] for detail in answer.json()["details"]] == ["vectors[0].id"]
