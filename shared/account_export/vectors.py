"""The section of vectors: those of all collections, live and test, one collection after the other."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.account_export.section import Chunk, Found, Position, Source
from shared.admission import CollectionRef
from shared.conditions import EVERYTHING
from shared.db.connection import Statement
from shared.db.sql_files import statements
from shared.export import READ_BYTES
from shared.portable import line_of, model_of

_SQL = statements("account_export")
_EXPORT = statements("export")


class VectorSection:
    """Vectors by environment, collection, namespace and id. Expired ones are left out: they are as good as deleted.

    A position is `(env, collection, namespace, id)`; without the last two it is behind all of a collection.
    """

    name = "vector"
    shape: Any = tuple[str, str, str | None, str | None]

    async def read(self, source: Source, behind: Position | None, limit: int) -> Chunk:
        """Up to `limit` vectors, and no more than about 1 MB, of one collection."""
        env, name, namespace, vector_id = behind or ("", "", None, None)
        is_inside = namespace is not None and vector_id is not None
        place = {"account_no": source.account_no, "env": env, "name": name, "includes": is_inside}
        [found] = await source.database.transact(
            source.account_no, Statement(_SQL["next_collection_with_vectors"], place)
        )
        if not found:
            return Chunk([], None)
        collection_no, collection_env, collection_name, *described = found[0]
        collection = CollectionRef(collection_no, collection_name, *described)
        is_same = is_inside and (collection_env, collection_name) == (env, name)
        inside = (namespace, vector_id) if is_same else ("", "")
        return await _vectors(source, collection, collection_env, inside, limit)


async def _vectors(source: Source, collection: CollectionRef, env: str, behind: Position, limit: int) -> Chunk:
    params = {
        "account_no": source.account_no,
        "collection_no": collection.collection_no,
        "namespace": None,
        "dimension": collection.dimension,
        "after_namespace": behind[0],
        "after_id": behind[1],
        "limit": limit + 1,
        "max_bytes": READ_BYTES,
    } | EVERYTHING.params
    [rows] = await source.database.transact(source.account_no, Statement(_EXPORT["read_vectors"], params))
    model = model_of(collection)
    head = msgspec.json.encode({"type": "vector", "env": env, "collection": collection.name})[:-1] + b","
    found = [
        Found(head + line_of(row, model).removeprefix(b"{"), (env, collection.name, row[1], row[2]))
        for row in rows[:limit]
    ]
    has_more = bool(rows) and rows[0][0] > len(found)
    return Chunk(found, found[-1].position if has_more else (env, collection.name, None, None))
