"""Search: exact, by every metric, by text, by vector, by a stored vector."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from tests.support.api import Api

TOPICS = [
    {"id": "cat", "text": "A cat sleeps on the warm windowsill.", "metadata": {"topic": "animals"}},
    {"id": "invoice", "text": "The invoice is due at the end of the month.", "metadata": {"topic": "money"}},
    {"id": "bread", "text": "Knead the dough and let it rise for an hour."},
    {"id": "train", "text": "Der Zug nach Hamburg fährt um acht Uhr ab."},
    {"id": "rain", "text": "明日は雨が降るでしょう。"},
]


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("When is the bill to be paid?", "invoice"),
        ("pets that nap", "cat"),
        ("Wie macht man Brotteig?", "bread"),
        ("departure time of the railway", "train"),
        ("weather forecast for tomorrow", "rain"),
    ],
)
async def test_texts_are_found_by_meaning_across_languages(api: Api, question: str, best: str) -> None:
    await api.collection()
    await api.upsert(TOPICS)
    body = (await api.post("/v1/search", {"collection": "things", "text": question})).json()
    assert body["results"][0]["id"] == best
    assert [result["score"] for result in body["results"]] == sorted(
        (result["score"] for result in body["results"]), reverse=True
    )
    assert 0 < body["confidence"] <= 1
    assert body["usage"]["embeddings"] == 1
    assert body["usage"]["searches"] == 1
    assert body["usage"]["embedding_tokens"] > 3
    assert body["usage"]["model"] == "multilingual-e5-small"
    assert body["took_ms"] > 0


async def test_the_answer_has_the_contracts_shape(api: Api) -> None:
    await api.collection()
    await api.upsert(TOPICS)
    query = {"collection": "things", "text": "cat", "top_k": 1, "mode": "vector"}
    body = (await api.post("/v1/search", query)).json()
    assert set(body) == {"results", "confidence", "warning", "cached", "usage", "took_ms"}
    [result] = body["results"]
    assert set(result) == {"id", "score", "text", "metadata", "scores"}
    assert result["metadata"] == {"topic": "animals"}
    assert result["scores"] == {"vector": result["score"], "bm25": None, "combined": result["score"]}
    assert (body["warning"], body["cached"]) == (None, False)


async def test_what_is_included_is_what_was_asked_for(api: Api) -> None:
    await api.collection()
    await api.upsert(TOPICS)
    query = {"collection": "things", "text": "cat", "top_k": 1}
    bare = {"include_text": False, "include_metadata": False, "include_values": True}
    for path in ("/v1/search", "/v1/vectors/query"):
        [result] = (await api.post(path, query | bare)).json()["results"]
        assert (result["text"], result["metadata"]) == (None, None)
        assert len(result["values"]) == 1024
        assert math.hypot(*result["values"]) == pytest.approx(1.0, abs=1e-3)


def expected(metric: str, query: list[float], rows: dict[str, list[float]]) -> list[tuple[str, float]]:
    """The ranking by the contract's own definition."""

    def score(values: list[float]) -> float:
        inner = sum(a * b for a, b in zip(query, values, strict=True))
        if metric == "cosine":
            return inner / (math.hypot(*query) * math.hypot(*values))
        return inner if metric == "dotproduct" else 1 / (1 + math.dist(query, values))

    return sorted(((name, score(values)) for name, values in rows.items()), key=lambda pair: (-pair[1], pair[0]))


@pytest.mark.parametrize("metric", ["cosine", "dotproduct", "euclidean"])
async def test_the_ranking_is_the_metrics_own(api: Api, metric: str) -> None:
    chance = random.Random(metric)
    rows = {f"r{number:03}": [chance.gauss(0, 3) for _ in range(8)] for number in range(200)}
    await api.collection(dimension=8, metric=metric)
    await api.upsert([{"id": name, "values": values} for name, values in rows.items()])
    for _ in range(5):
        query = [chance.gauss(0, 3) for _ in range(8)]
        body = (await api.post("/v1/vectors/query", {"collection": "things", "vector": query, "top_k": 20})).json()
        found = [(result["id"], result["score"]) for result in body["results"]]
        wanted = expected(metric, query, rows)
        for (_, score), (_, reference) in zip(found, wanted, strict=False):
            assert score == pytest.approx(reference, rel=5e-3, abs=5e-3)
        assert len({name for name, _ in found} & {name for name, _ in wanted[:20]}) >= 19  # halfvec rounds
        best_cosine = max(value for _, value in expected("cosine", query, {n: rows[n] for n, _ in found}))
        assert body["confidence"] == pytest.approx(min(max((best_cosine - 0.7) / 0.3, 0), 1), abs=0.02)


async def test_equal_scores_are_ordered_by_id(api: Api) -> None:
    await api.collection(dimension=2)
    names = ["b", "a", "Z", "é", "z", "10", "9"]
    await api.upsert([{"id": name, "values": [1.0, 1.0]} for name in names])
    query = {"collection": "things", "vector": [1.0, 0.0]}
    found = [result["id"] for result in (await api.post("/v1/vectors/query", query)).json()["results"]]
    assert found == sorted(names)
    few = (await api.post("/v1/vectors/query", query | {"top_k": 3})).json()["results"]
    assert [result["id"] for result in few] == sorted(names)[:3]


async def test_top_k_bounds_and_min_score_cuts(api: Api) -> None:
    await api.collection(dimension=2)
    await api.upsert([{"id": f"{number:04}", "values": [math.cos(number), math.sin(number)]} for number in range(1000)])
    query: dict[str, Any] = {"collection": "things", "vector": [1.0, 0.0]}
    assert len((await api.post("/v1/vectors/query", query)).json()["results"]) == 10
    assert len((await api.post("/v1/vectors/query", query | {"top_k": 1000})).json()["results"]) == 1000
    cut = (await api.post("/v1/vectors/query", query | {"top_k": 1000, "min_score": 0.5})).json()["results"]
    assert cut
    assert all(result["score"] >= 0.5 for result in cut)
    assert len(cut) == pytest.approx(333, abs=5)


async def test_a_stored_vector_is_the_query(api: Api) -> None:
    await api.collection()
    await api.upsert(TOPICS)
    body = (await api.post("/v1/vectors/query", {"collection": "things", "id": "cat", "top_k": 2})).json()
    assert body["results"][0]["id"] == "cat"
    assert body["results"][0]["score"] == pytest.approx(1.0, abs=1e-3)
    assert body["usage"] == {"embeddings": 0, "searches": 1, "embedding_tokens": 0, "model": None}
    assert body["confidence"] == pytest.approx(1.0, abs=1e-3)


async def test_the_length_of_a_query_does_not_change_a_cosine(api: Api) -> None:
    await api.collection(dimension=3)
    await api.upsert([{"id": "a", "values": [0.001, 0.002, 0.003]}, {"id": "b", "values": [30000.0, 1.0, 0.0]}])
    answers = [
        (await api.post("/v1/vectors/query", {"collection": "things", "vector": [scale, 2 * scale, 3 * scale]})).json()
        for scale in (1e-20, 1.0, 20_000.0)
    ]
    for answer in answers:
        assert answer["results"][0]["id"] == "a"
        assert answer["results"][0]["score"] == pytest.approx(1.0, abs=2e-3)


async def test_a_question_longer_than_the_model_reads_is_warned_of(api: Api) -> None:
    await api.collection()
    long = (await api.post("/v1/search", {"collection": "things", "text": "word " * 5_000})).json()
    short = (await api.post("/v1/search", {"collection": "things", "text": "word"})).json()
    assert "only its beginning" in long["warning"]
    assert long["usage"]["embedding_tokens"] == 512
    assert short["warning"] is None


async def test_a_stored_zero_vector_does_not_hide_the_confidence(api: Api) -> None:
    await api.collection(dimension=2, metric="euclidean")
    await api.upsert([{"id": "zero", "values": [0.0, 0.0]}, {"id": "near", "values": [0.1, 0.1]}])
    body = (await api.post("/v1/vectors/query", {"collection": "things", "vector": [0.1, 0.1]})).json()
    assert [hit["id"] for hit in body["results"]] == ["near", "zero"]
    assert body["confidence"] == pytest.approx(1.0, abs=1e-3)


async def test_nothing_stored_is_an_empty_answer(api: Api) -> None:
    await api.collection()
    body = (await api.post("/v1/search", {"collection": "things", "text": "x"})).json()
    assert (body["results"], body["confidence"]) == ([], 0.0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " "}, "text"),
        ({"text": "a\0"}, "text"),
        ({"text": "x" * 65_537}, "text"),
        ({"text": 1}, "text"),
        ({}, ""),
        ({"text": "x", "vector": [1.0] * 1024}, ""),
        ({"vector": [1.0]}, "vector"),
        ({"vector": []}, "vector"),
        ({"vector": [0.0] * 1024}, "vector"),
        ({"vector": [1e6] * 1024}, "vector[0]"),
        ({"id": ""}, "id"),
        ({"text": "x", "top_k": 0}, "top_k"),
        ({"text": "x", "top_k": 1001}, "top_k"),
        ({"text": "x", "top_k": 2.5}, "top_k"),
        ({"text": "x", "mode": "telepathy"}, "mode"),
        ({"text": "x", "alpha": 2}, "alpha"),
        ({"text": "x", "ef_search": 0}, "ef_search"),
        ({"text": "x", "filter": []}, "filter"),
        ({"text": "x", "topk": 3}, "topk"),
    ],
)
async def test_bad_queries_are_refused_by_their_field(api: Api, body: dict[str, Any], field: str) -> None:
    await api.collection()
    answer = await api.post("/v1/vectors/query", {"collection": "things"} | body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["details"][0]["field"] == field


async def test_what_is_not_built_yet_is_501_never_ignored(api: Api) -> None:
    await api.collection()
    answer = await api.post("/v1/search", {"collection": "things", "text": "x", "rerank": True})
    assert (answer.status_code, answer.json()["code"]) == (501, "not_implemented")


async def test_text_in_a_collection_of_another_dimension_is_refused(api: Api) -> None:
    await api.collection(dimension=3)
    answer = await api.post("/v1/search", {"collection": "things", "text": "x"})
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (422, "text")
