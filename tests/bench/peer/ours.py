"""FluxVector as `make run` starts it: with authentication, quota and metering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.bench import processes
from tests.bench.client import Answer, Client
from tests.bench.peer.server import Filter, Request
from tests.support.product import Product

EMBEDDER = "embedder"


class FluxVector:
    """A product that is ready, as its demo account."""

    name = "FluxVector"

    def __init__(self, product: Product) -> None:
        self.base_url = product.credentials.base_url
        self.token = product.credentials.api_key
        self._product = product

    def create(self, client: Client, collection: str, dimension: int) -> None:
        """A new, empty collection; cosine is the default."""
        client.create_collection(collection, dimension=dimension)

    def add(self, collection: str, ids: Sequence[str], values: list[list[float]], metadata: list[Any]) -> Request:
        """The upsert."""
        fields = zip(ids, values, metadata, strict=True)
        vectors = [{"id": one, "values": numbers, "metadata": more} for one, numbers, more in fields]
        return Request.of("/v1/vectors/upsert", {"collection": collection, "vectors": vectors})

    def query(self, collection: str, vector: list[float], top_k: int, only: Filter | None = None) -> Request:
        """The query by vector."""
        content: dict[str, Any] = {"collection": collection, "vector": vector, "top_k": top_k}
        return Request.of("/v1/vectors/query", content | ({"filter": only} if only else {}))

    def ids(self, answer: Answer) -> list[str]:
        """The ids that a query found, nearest first."""
        return [result["id"] for result in answer.json()["results"]]

    def index_state(self, client: Client, collection: str) -> str:
        """As the collection tells it."""
        found = client.call("GET", f"/v1/collections/{collection}").json().get("index", {"state": "ready"})
        return str(found["state"])

    def cpu_seconds(self) -> float:
        """Everything but the embedder."""
        return sum(spent for name, spent in processes.cpu_seconds(self._product).items() if name != EMBEDDER)

    def megabytes(self) -> dict[str, float]:
        """Everything but the embedder."""
        sizes = processes.megabytes(self._product)
        return {name: size for name, size in sizes.items() if name != EMBEDDER}
