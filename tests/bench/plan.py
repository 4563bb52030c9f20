"""What PostgreSQL means to do for a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shared.db import arrays
from shared.db.sql_files import statements
from shared.places import Place
from shared.vector_values import unit_halfvec_binary
from tests.bench.target import Target

SEARCH = statements("search")["search_inner_product"]


def leaves_read(target: Target, collection: str, question: Sequence[float]) -> set[str]:
    """The partitions of `vectors` in the plan of the very statement that searches."""
    with target.database() as database:
        arrays.register(database.adapters)
        found = database.execute(
            "SELECT account_no, collection_no FROM collections WHERE name = %s", [collection]
        ).fetchone()
        assert found is not None
        params = {
            **Place(found[0], found[1], "").params,
            "query": arrays.Binary(unit_halfvec_binary(question)),
            "query_norm": 1.0,
            "top_k": 10,
            "min_score": None,
            "include_text": True,
            "include_metadata": True,
            "include_values": False,
        }
        database.execute("SET plan_cache_mode = force_custom_plan")
        row = database.execute(b"EXPLAIN (FORMAT json) " + SEARCH, params).fetchone()
    assert row is not None
    relations = (node.get("Relation Name", "") for node in _nodes(row[0][0]["Plan"]))
    return {name for name in relations if name.startswith("vectors")}


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)
