"""Keyword search: BM25 as the bm25s package reckons it, in any language, always exact."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import bm25s
import pytest

from tests.support.api import Api

K1, B = 1.5, 0.75


async def store(api: Api, texts: Mapping[str, str], collection: str = "things", **more: Any) -> None:
    """Texts with values, so that nothing is embedded."""
    records = [{"id": name, "text": text, "values": [1.0, 0.0], **more} for name, text in texts.items()]
    for start in range(0, len(records), 500):
        await api.upsert(records[start : start + 500], collection)


async def search(api: Api, text: str, **more: Any) -> list[dict[str, Any]]:
    query = {"collection": "things", "text": text, "mode": "keyword", **more}
    answer = await api.post("/v1/search", query)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def corpus(chance: random.Random, *, documents: int, words: int, vocabulary: int) -> dict[str, str]:
    """Texts of words drawn as words occur: few very often, most hardly ever."""
    names = [f"word{number}" for number in range(vocabulary)]
    weights = list(accumulate(1 / (rank + 1) for rank in range(vocabulary)))
    return {
        f"doc{number:05}": " ".join(chance.choices(names, cum_weights=weights, k=chance.randint(1, 2 * words)))
        for number in range(documents)
    }


def reference(texts: Mapping[str, str], query: str) -> dict[str, float]:
    """Scores above zero by bm25s on the same tokens."""
    names = list(texts)
    engine = bm25s.BM25(method="lucene", k1=K1, b=B)
    engine.index([texts[name].split() for name in names], show_progress=False)
    scores = engine.get_scores(query.split())
    return {name: float(score) for name, score in zip(names, scores, strict=True) if score > 0}


def assert_ranked(found: Sequence[Mapping[str, Any]], expected: Mapping[str, float], top_k: int, rel: float) -> None:
    """The found are as many as there can be, with the reference's scores, and no better one is missing."""
    assert len(found) == min(top_k, len(expected))
    for result in found:
        assert result["score"] == pytest.approx(expected[result["id"]], rel=rel)
        assert result["scores"] == {"vector": None, "bm25": result["score"], "combined": result["score"]}
    order = [(-result["score"], result["id"]) for result in found]
    assert order == sorted(order)
    if found:
        ids = {result["id"] for result in found}
        missed = max((score for name, score in expected.items() if name not in ids), default=0.0)
        assert missed <= found[-1]["score"] * (1 + rel)


@pytest.mark.parametrize("seed", range(4))
async def test_the_ranking_is_that_of_bm25s(api_without_embedder: Api, seed: int) -> None:
    """In batches whose lengths differ, so that the mean length moves; what lags is reckoned anew at once here."""
    api, chance = api_without_embedder, random.Random(seed)
    await api.collection(dimension=2)
    texts = corpus(chance, documents=900, words=chance.choice([5, 30]), vocabulary=chance.choice([50, 2_000]))
    await store(api, texts)
    [(lag,)] = api.sql(
        "SELECT abs(sum(n.words) / sum(n.documents) / c.average_length - 1) FROM collections c"
        " JOIN collection_counts n USING (account_no, collection_no) GROUP BY c.average_length"
    )
    assert lag <= 0.02
    used = list(texts.values())
    for _ in range(25):
        top_k = chance.choice([1, 3, 10, 100, 1_000])
        words = chance.sample(chance.choice(used).split() * 2, k=2) + chance.choice(used).split()[:4] + ["nowhere"]
        query = " ".join(words)
        # A mean length that is off by a share moves a score by less than that share.
        assert_ranked(await search(api, query, top_k=top_k), reference(texts, query), top_k, rel=lag + 1e-4)


async def test_scores_are_exact_where_the_mean_length_is(api_without_embedder: Api) -> None:
    api, chance = api_without_embedder, random.Random(5)
    await api.collection(dimension=2)
    texts = corpus(chance, documents=400, words=20, vocabulary=300)
    await store(api, texts)
    for word in (0, 1, 7, 40, 250):
        query = f"word{word} word{word} word3"
        assert_ranked(await search(api, query, top_k=400), reference(texts, query), 400, rel=1e-5)


async def test_changed_and_deleted_texts_are_counted_out(api_without_embedder: Api) -> None:
    api, chance = api_without_embedder, random.Random(6)
    await api.collection(dimension=2)
    texts = corpus(chance, documents=300, words=15, vocabulary=100)
    await store(api, texts)
    names = list(texts)
    await api.post("/v1/vectors/delete", {"collection": "things", "ids": names[:100]})
    changed = {name: f"word1 word2 fresh{number}" for number, name in enumerate(names[100:150])}
    await store(api, changed)
    await store(api, changed)  # again: nothing is counted twice
    bare = [{"id": name, "values": [0.0, 1.0]} for name in names[150:160]]
    await api.upsert(bare)  # no text any more
    left = {name: texts[name] for name in names[160:]} | changed
    for query in ("word1", "word2 word3 fresh7", "word50 word60", "fresh49"):
        expected = reference(left, query)
        [(lag,)] = api.sql(
            "SELECT abs(sum(n.words) / sum(n.documents) / c.average_length - 1) FROM collections c"
            " JOIN collection_counts n USING (account_no, collection_no) GROUP BY c.average_length"
        )
        assert_ranked(await search(api, query, top_k=300), expected, 300, rel=lag + 1e-4)
    assert api.sql("SELECT sum(documents), sum(words) FROM collection_counts") == [
        (len(left), sum(len(text.split()) for text in left.values()))
    ]
    counts = "SELECT term, sum(documents) FROM keyword_terms GROUP BY term HAVING sum(documents) <> 0 ORDER BY term"
    again = "SELECT term, count(*) FROM keywords, unnest(terms) term GROUP BY term ORDER BY term"
    assert api.sql(counts) == api.sql(again)


@pytest.mark.parametrize(
    ("language", "text", "query"),
    [
        (None, "The quick brown fox", "FOX"),
        ("english", "She was running through the houses", "run house"),
        ("german", "Die Häuser am Fluss", "haus"),
        ("french", "Les chevaux de l'école", "école"),
        (None, "我昨天在北京吃了烤鸭", "北京"),
        (None, "我喜欢猫", "猫"),
        (None, "明日は東京で雨が降るでしょう", "東京"),
        (None, "서울에서 만나요", "서울"),
        (None, "ฉันชอบกินข้าวผัดในกรุงเทพ", "ข้าวผัด"),
        (None, "order AB-1234 of ann@example.org", "ab 1234"),
        (None, "Привет, мир", "мир"),
    ],
)
async def test_text_of_any_language_is_found_by_its_words(
    api_without_embedder: Api, language: str | None, text: str, query: str
) -> None:
    api = api_without_embedder
    await api.collection(dimension=2, **({"language": language} if language else {}))
    await store(api, {"it": text, "other": "nothing of the kind / 別の話 / คนละเรื่อง"})
    assert [result["id"] for result in await search(api, query)] == ["it"]


async def test_a_text_is_found_at_once_while_it_waits_for_its_embedding(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    assert (await api.upsert([{"id": "a", "text": "A purple elephant."}]))["pending"] == 1
    assert [result["id"] for result in await search(api, "elephant")] == ["a"]


async def test_namespaces_expiry_and_signs_alone(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await store(api, {"a": "common word"})
    await store(api, {"gone": "common word"}, expires_at="2020-01-01T00:00:00Z")
    await store(api, {"signs": "!!! ???"})
    record = {"id": "b", "text": "common word", "values": [1.0, 0.0]}
    await api.upsert([record], namespace="other")
    assert [result["id"] for result in await search(api, "common")] == ["a"]
    assert [result["id"] for result in await search(api, "common", namespace="other")] == ["b"]
    assert await search(api, "!!!") == []
    assert await search(api, "nowhere") == []


async def test_an_expiry_that_changes_is_heeded(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    await store(api, {"a": "some words"})
    await store(api, {"a": "some words"}, expires_at="2020-01-01T00:00:00Z")
    assert await search(api, "words") == []
    await store(api, {"a": "some words"})
    assert [result["id"] for result in await search(api, "words")] == ["a"]


async def test_a_filter_keeps_the_ranking_and_loses_nothing(api_without_embedder: Api) -> None:
    """Few and many matches take different ways through the database."""
    api, chance = api_without_embedder, random.Random(8)
    await api.collection(dimension=2)
    texts = corpus(chance, documents=3_000, words=10, vocabulary=200)
    for start in range(0, 3_000, 500):
        part = list(texts.items())[start : start + 500]
        records = [
            {
                "id": name,
                "text": text,
                "values": [1.0, 0.0],
                "metadata": {"n": int(name[3:]), "half": int(name[3:]) % 2},
            }
            for name, text in part
        ]
        await api.upsert(records)
    for filter_, holds in (
        ({"n": {"$lt": 20}}, lambda number: number < 20),
        ({"half": 1}, lambda number: number % 2 == 1),
        ({"half": {"$ne": 1}}, lambda number: number % 2 != 1),
        ({"n": {"$gte": 0}}, lambda number: True),
        ({"n": -1}, lambda number: False),
    ):
        for query in ("word0", "word3 word150", "word1 word2 word77"):
            every = await search(api, query, top_k=1_000)
            filtered = await search(api, query, top_k=1_000, filter=filter_)
            scores = reference(texts, query)
            holding = {name: score for name, score in scores.items() if holds(int(name[3:]))}
            assert_ranked(filtered, holding, 1_000, rel=0.06)
            assert len(every) == min(1_000, len(scores))
