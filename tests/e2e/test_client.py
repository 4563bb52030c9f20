"""The published Python client against the started product, as its users have it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fluxvector import AsyncFluxVector, FluxVector
from fluxvector.errors import AuthenticationError, FluxVectorError, NotFoundError, ValidationError

from tests.support.product import Product

DOCUMENTS: list[dict[str, Any]] = [
    {"id": "shoes", "text": "Running shoes with a soft sole", "metadata": {"price": 89.5, "tags": ["sport"]}},
    {"id": "boots", "text": "Waterproof leather boots for hiking in the mountains", "metadata": {"price": 149}},
    {"id": "lamp", "text": "A desk lamp with adjustable brightness"},
    {"id": "kettle", "text": "Wasserkocher aus Edelstahl, 1,7 Liter"},
]


@pytest.fixture
def client(product: Product) -> Iterator[FluxVector]:
    with FluxVector(api_key=product.credentials.api_key, base_url=product.credentials.base_url) as made:
        yield made


def test_the_quick_start_finds_what_a_person_would_expect(client: FluxVector) -> None:
    created = client.collections.create("products", description="What we sell")
    assert (created.name, created.dimension, created.metric, created.vectors_count) == ("products", 1024, "cosine", 0)
    assert client.collections.create("products", description="What we sell").created_at == created.created_at
    assert client.vectors.upsert("products", DOCUMENTS).upserted == 4
    for question, best in (
        ("comfortable shoes for jogging", "shoes"),
        ("something to wear in the rain on a hike", "boots"),
        ("light for my office", "lamp"),
        ("boiling water", "kettle"),
    ):
        found = client.search("products", question, top_k=2)
        assert found.results[0].id == best, question
        assert len(found) == 2
        assert found.usage is not None
        assert found.usage.model == "multilingual-e5-small"
        assert found.confidence is not None
        assert found.took_ms is not None
    [first, *_] = client.search("products", "running").results
    assert first.text == DOCUMENTS[0]["text"]
    assert first.metadata == DOCUMENTS[0]["metadata"]
    assert first.scores is not None
    assert first.scores.combined == first.score
    assert first.scores.vector is not None
    assert first.scores.bm25 is not None
    assert min(first.scores.vector, first.scores.bm25) > 0

    [shoes] = client.vectors.fetch("products", ["shoes", "nothing"]).vectors
    assert shoes.values is not None
    assert client.vectors.query("products", vector=shoes.values, top_k=1).results[0].id == "shoes"
    assert client.vectors.query("products", text="hiking", include_text=False).results[0].text is None
    assert client.vectors.delete("products", ids=["shoes"]).deleted is True
    assert client.collections.get("products").vectors_count == 3
    assert "products" in [collection.name for collection in client.collections.list(limit=1000)]
    assert client.collections.delete("products").deleted is True
    with pytest.raises(NotFoundError):
        client.collections.get("products")


def test_two_thousand_vectors_go_in_chunks(client: FluxVector) -> None:
    client.collections.create("many", dimension=8, metric="euclidean")
    vectors = [{"id": f"v{number}", "values": [number / 100, 1, 2, 3, 4, 5, 6, 7]} for number in range(2_001)]
    assert client.vectors.upsert("many", vectors).upserted == 2_001
    nearest = client.vectors.query("many", vector=[10.0, 1, 2, 3, 4, 5, 6, 7], top_k=3)
    assert [hit.id for hit in nearest] == ["v1000", "v1001", "v999"]
    assert nearest.results[0].score == 1.0
    client.collections.delete("many")


def test_embeddings(client: FluxVector) -> None:
    one = client.embeddings.create("hello")
    batch = client.embeddings.batch(["hello", "world"])
    assert (one.dimension, len(one.embedding), batch.dimension, len(batch.embeddings)) == (1024, 1024, 1024, 2)
    assert sum(value * value for value in one.embedding) == pytest.approx(1.0, abs=1e-4)


def test_api_keys(client: FluxVector, product: Product) -> None:
    made = client.api_keys.create("from the client", env="test")
    assert made.key is not None
    assert client.api_keys.update(made.id, name="renamed").name == "renamed"
    assert made.id in [key.id for key in client.api_keys.list()]
    with FluxVector(api_key=made.key, base_url=product.credentials.base_url) as other:
        assert other.collections.list().data == []  # test data is apart from live data
        client.api_keys.delete(made.id)
        with pytest.raises(AuthenticationError):
            other.collections.list()


def test_errors_arrive_as_the_clients_own(client: FluxVector) -> None:
    with pytest.raises(NotFoundError, match="no collection of that name"):
        client.search("unknown", "anything")
    client.collections.create("small", dimension=2)
    with pytest.raises(ValidationError) as raised:
        client.vectors.upsert("small", [{"id": "a", "values": [1.0, 2.0, 3.0]}])
    assert raised.value.body is not None
    assert raised.value.body["details"][0]["field"] == "vectors[0].values"
    with pytest.raises(FluxVectorError) as conflict:
        client.collections.create("small", dimension=3)
    assert conflict.value.status_code == 409
    client.collections.delete("small")


async def test_the_asynchronous_client(product: Product) -> None:
    async with AsyncFluxVector(api_key=product.credentials.api_key, base_url=product.credentials.base_url) as client:
        await client.collections.create("async")
        await asyncio.gather(*[client.vectors.upsert("async", [document]) for document in DOCUMENTS])
        answers = await asyncio.gather(*[client.search("async", "lamp", top_k=1) for _ in range(20)])
        assert {answer.results[0].id for answer in answers} == {"lamp"}
        assert (await client.collections.get("async")).vectors_count == 4
        await client.collections.delete("async")


def test_usage_is_what_the_client_expects(client: FluxVector) -> None:
    before = client.usage.get()
    assert before.plan is not None
    assert before.period_start is not None
    assert before.period_start.endswith("-01T00:00:00Z")
    client.collections.create("counted", dimension=2)
    client.vectors.upsert("counted", [{"id": "a", "values": [1.0, 0.0]}, {"id": "b", "values": [0.0, 1.0]}])
    after = client.usage.get()
    assert [(after.requests or 0) - (before.requests or 0), after.embeddings] == [1, before.embeddings]
    assert (after.vectors_stored or 0) - (before.vectors_stored or 0) == 2
    assert (after.collections or 0) - (before.collections or 0) == 1
    history = client.usage.history(days=7)
    assert [day.date for day in history] == sorted(day.date for day in history)
    assert len(history) == 7
    today = history.data[-1]
    assert (today.requests or 0, today.vectors or 0) >= (1, 2)
