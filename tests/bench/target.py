"""What is measured: the product of this run, with the ways to reach its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from tests.bench.client import Client
from tests.bench.result import Row
from tests.support.product import Product, command_lines


class Target:
    """A product that is ready."""

    def __init__(self, product: Product) -> None:
        self.product = product
        environment = _environment(self._gateway())
        self._embedder_url = environment["FLUXVECTOR_EMBEDDER_URL"]
        self._embedder_token = environment["FLUXVECTOR_EMBEDDER_TOKEN"]

    def client(self) -> Client:
        """A new connection to the API as the demo account."""
        credentials = self.product.credentials
        return Client(credentials.base_url, credentials.api_key)

    def embedder(self) -> Client:
        """A new connection to the product's own embedder; answers are float16 rows, as the functions ask for them."""
        accept = "application/octet-stream; dtype=float16"
        return Client(self._embedder_url, self._embedder_token, Accept=accept)

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """A connection as the owner of the tables, each statement committed by itself."""
        with psycopg.connect(self.product.credentials.database_url, autocommit=True) as connection:
            yield connection

    def ask(self, question: LiteralString) -> Any:
        """The single value that a statement answers."""
        with self.database() as connection:
            row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]

    @property
    def gateway_log(self) -> Path:
        """One JSON line a request."""
        return self.product.data_dir / "logs" / "gateway.log"

    def _gateway(self) -> int:
        found = [pid for pid in self.product.processes() if "-m infra.local.gateway" in command_lines({pid})]
        return min(found)


Measure = Callable[[Target], list[Row]]
"""One part of the bench."""


def _environment(pid: int) -> dict[str, str]:
    entries = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)
