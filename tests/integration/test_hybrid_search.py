"""Hybrid and fusion: both legs, combined as the contract says, also while one of them has nothing to say."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest

from shared.config import settings
from tests.support.api import Api

TEXTS = {
    "cat": "A cat sleeps on the warm windowsill.",
    "invoice": "The invoice is due at the end of the month.",
    "bread": "Knead the dough and let it rise for an hour.",
    "train": "Der Zug nach Hamburg fährt um acht Uhr ab.",
    "dog": "The dog barks at the cat in the garden.",
}


async def search(api: Api, text: str, path: str = "/v1/search", **more: Any) -> dict[str, Any]:
    answer = await api.post(path, {"collection": "things", "text": text, **more})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def scaled(values: list[float]) -> list[float]:
    """Min-max, as the contract has it."""
    low, high = min(values), max(values)
    if high == low:
        return [1.0 if high else 0.0 for _ in values]
    return [(value - low) / (high - low) for value in values]


async def store_random(api: Api, chance: random.Random, documents: int = 60) -> dict[str, list[float]]:
    """Records of values and a text, none of which is embedded; with their values."""
    await api.collection(dimension=4)
    vectors = {f"d{number:02}": [chance.gauss(0, 1) for _ in range(4)] for number in range(documents)}
    texts = [" ".join(chance.choices(["red", "green", "blue", "sky", "sea"], k=chance.randint(1, 8))) for _ in vectors]
    await api.upsert(
        [{"id": name, "values": vectors[name], "text": text} for name, text in zip(vectors, texts, strict=True)]
    )
    return vectors


@pytest.mark.parametrize("alpha", [None, 0.0, 0.3, 1.0])
async def test_hybrid_is_the_weighted_sum_of_scaled_scores(api_without_embedder: Api, alpha: float | None) -> None:
    api, chance = api_without_embedder, random.Random(1)
    vectors = await store_random(api, chance)
    query = [chance.gauss(0, 1) for _ in range(4)]
    more: dict[str, Any] = {"vector": query, "top_k": 100, "mode": "hybrid"}
    if alpha is not None:
        more["alpha"] = alpha
    results = (await search(api, "red sky", "/v1/vectors/query", **more))["results"]
    assert len(results) == len(vectors)
    words = (await search(api, "red sky", mode="keyword", top_k=100))["results"]
    bm25 = dict.fromkeys(vectors, 0.0) | {result["id"]: result["score"] for result in words}
    cosines = {
        name: sum(a * b for a, b in zip(query, values, strict=True)) / math.hypot(*query) / math.hypot(*values)
        for name, values in vectors.items()
    }
    weight = 0.7 if alpha is None else alpha
    by_vector = dict(zip(cosines, scaled(list(cosines.values())), strict=True))
    by_words = dict(zip(bm25, scaled(list(bm25.values())), strict=True))
    for result in results:
        name = result["id"]
        assert result["scores"]["vector"] == pytest.approx(cosines[name], abs=2e-3)
        assert result["scores"]["bm25"] == pytest.approx(bm25[name], abs=1e-6)
        assert result["scores"]["combined"] == result["score"]
        assert result["score"] == pytest.approx(weight * by_vector[name] + (1 - weight) * by_words[name], abs=5e-3)
    order = [(-result["score"], result["id"]) for result in results]
    assert order == sorted(order)


async def test_fusion_adds_reciprocal_ranks(api_without_embedder: Api) -> None:
    api, chance = api_without_embedder, random.Random(2)
    await store_random(api, chance)
    query = [chance.gauss(0, 1) for _ in range(4)]
    fused = (await search(api, "red sky", "/v1/vectors/query", vector=query, mode="fusion", top_k=100))["results"]
    nearest = (await api.post("/v1/vectors/query", {"collection": "things", "vector": query, "top_k": 100})).json()
    worded = await search(api, "red sky", mode="keyword", top_k=100)
    ranks: list[dict[str, int]] = [
        {result["id"]: rank for rank, result in enumerate(leg["results"], start=1)} for leg in (nearest, worded)
    ]
    expected = {
        name: sum(1 / (60 + leg[name]) for leg in ranks if name in leg) for name in ranks[0].keys() | ranks[1].keys()
    }
    assert {result["id"]: result["score"] for result in fused} == pytest.approx(expected)
    order = [(-result["score"], result["id"]) for result in fused]
    assert order == sorted(order)


async def test_what_only_one_leg_finds_has_both_raw_scores(api: Api) -> None:
    await api.collection(language="english")
    await api.upsert([{"id": name, "text": text} for name, text in TEXTS.items()])
    body = await search(api, "cats in gardens", top_k=5)
    assert {result["id"] for result in body["results"][:2]} == {"cat", "dog"}
    assert all(result["scores"]["vector"] is not None for result in body["results"])
    bm25 = {result["id"]: result["scores"]["bm25"] for result in body["results"]}
    assert bm25["dog"] > bm25["cat"] > 0
    assert bm25["train"] == 0
    assert 0 < body["confidence"] <= 1


async def test_without_an_embedder_the_words_are_searched_for_and_the_answer_says_so(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    assert (await api.upsert([{"id": name, "text": text} for name, text in TEXTS.items()]))["pending"] == 5
    for mode in ("hybrid", "fusion"):
        body = await search(api, "the cat", mode=mode)
        assert {result["id"] for result in body["results"]} >= {"cat", "dog"}
        assert "embedder" in body["warning"]
        assert body["confidence"] is None
        assert (body["usage"]["embeddings"], body["usage"]["searches"]) == (0, 1)
    answer = await api.post("/v1/search", {"collection": "things", "text": "the cat", "mode": "vector"})
    assert answer.status_code == 503


async def test_pending_texts_are_found_by_their_words_beside_embedded_ones(api: Api) -> None:
    await api.collection()
    await api.upsert([{"id": name, "text": TEXTS[name]} for name in ("cat", "dog")])
    api.sql("UPDATE vectors SET embedding = NULL WHERE id = 'cat'")
    body = await search(api, "a cat")
    scores = {result["id"]: result["scores"] for result in body["results"]}
    assert scores["cat"]["vector"] is None
    assert scores["cat"]["bm25"] > 0


async def test_a_stored_record_brings_its_vector_and_its_words(api: Api) -> None:
    await api.collection()
    await api.upsert([{"id": name, "text": text} for name, text in TEXTS.items()])
    answer = await api.post("/v1/vectors/query", {"collection": "things", "id": "cat", "mode": "hybrid"})
    best = answer.json()["results"][0]
    assert (best["id"], best["score"]) == ("cat", 1.0)
    await api.collection("values", dimension=2)
    await api.upsert([{"id": "a", "values": [1.0, 0.0]}], "values")
    answer = await api.post("/v1/vectors/query", {"collection": "values", "id": "a", "mode": "hybrid"})
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (422, "mode")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"vector": [1.0, 0.0], "mode": "keyword"}, "text"),
        ({"vector": [1.0, 0.0], "mode": "hybrid"}, "text"),
        ({"vector": [1.0, 0.0], "text": "x", "mode": "vector"}, ""),
        ({"vector": [1.0, 0.0], "text": "x", "mode": "keyword"}, ""),
        ({"id": "a", "mode": "keyword"}, "text"),
        ({"text": "x", "mode": "hybrid"}, "text"),  # no embedding has two values
        ({"text": "x", "mode": "lexical"}, "mode"),
        ({"text": "x", "mode": "keyword", "alpha": 1.5}, "alpha"),
        ({"text": "x", "mode": "keyword", "filter": {"a": {"$near": 1}}}, "filter.a.$near"),
        ({"vector": [1.0, 0.0], "ef_search": 0}, "ef_search"),
        ({"vector": [1.0, 0.0], "ef_search": 1001}, "ef_search"),
    ],
)
async def test_what_does_not_go_together_is_refused(
    api_without_embedder: Api, body: dict[str, Any], field: str
) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    answer = await api.post("/v1/vectors/query", {"collection": "things"} | body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["details"][0]["field"] == field


async def test_more_values_than_an_answer_holds_are_refused_before_the_work(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=3072)
    query = {"collection": "things", "vector": [1.0] * 3072, "top_k": 1_000, "include_values": True}
    answer = await api.post("/v1/vectors/query", query)
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (422, "top_k")


@pytest.mark.parametrize("scale", [1e-25, 1e-9, 1e-7, 1e4])
@pytest.mark.parametrize("mode", ["vector", "hybrid"])
async def test_the_length_of_a_vector_is_nothing_to_a_cosine(
    api_without_embedder: Api, mode: str, scale: float
) -> None:
    """float32 sums of squares vanish for short vectors, and halfvec's values do."""
    api, chance = api_without_embedder, random.Random(4)
    await store_random(api, chance, 30)
    await api.upsert([{"id": "short", "values": [scale, scale, 0.0, 0.0], "text": "sky"}])
    query = [chance.gauss(0, 1) for _ in range(4)]
    body: dict[str, Any] = {"collection": "things", "mode": mode, "top_k": 31}
    body |= {"text": "red sky"} if mode == "hybrid" else {}
    answers = []
    for factor in (1.0, scale):
        vector = [value * factor for value in query]
        answers.append((await api.post("/v1/vectors/query", body | {"vector": vector})).json()["results"])
    expected = (query[0] + query[1]) / math.sqrt(2) / math.hypot(*query)
    for results in answers:
        assert len(results) == 31
        [short] = [result for result in results if result["id"] == "short"]
        assert short["scores"]["vector"] == pytest.approx(expected, abs=2e-3)
    scores = [{result["id"]: result["score"] for result in results} for results in answers]
    assert scores[0] == pytest.approx(scores[1], abs=2e-3)


async def test_an_answer_that_nothing_could_carry_is_refused(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    texts = [{"id": f"t{number}", "values": [1.0, 0.0], "text": "word " * 12_000} for number in range(60)]
    await api.upsert(texts)
    query = {"collection": "things", "vector": [1.0, 0.0], "top_k": 60}
    assert (await api.post("/v1/vectors/query", query)).status_code == 200
    bound = replace(settings(), max_body_bytes=2_000_000)
    monkeypatch.setattr("shared.web.answers.settings", lambda: bound)
    answer = await api.post("/v1/vectors/query", query)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert (await api.post("/v1/vectors/query", query | {"include_text": False})).status_code == 200
