"""Shapes that several answers share, and the calls' common parts of requests."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from shared.api_keys import ApiKey
from shared.clock import rfc3339
from shared.collections import Collection, IndexState
from shared.pages import DEFAULT_LIMIT, MAX_LIMIT
from shared.records import NAMESPACE_PATTERN
from shared.vector_values import values_of_binary
from shared.web.faults import described

_ALPHABET = "letters, digits, '.', '_' or '-', the first a letter or a digit"
CollectionName = Annotated[
    str, Meta(pattern=described(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z", f"is not 1 to 128 {_ALPHABET}"))
]
described(NAMESPACE_PATTERN, f"is neither empty nor 1 to 128 {_ALPHABET}")


class PageRequest(Struct, forbid_unknown_fields=True):
    """The query string of a listing."""

    limit: Annotated[int, Meta(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    cursor: str = ""


class Bm25View(Struct):
    """BM25's parameters: how much a word's repetition adds, and how much the length of a text counts against it."""

    k1: float
    b: float


class IndexView(Struct):
    """How vectors are searched: `exact` is one by one, `building` the same while an index is made, `ready` by it.

    `rows` is how many vectors there were when the last build began.
    """

    state: IndexState
    rows: int | None


class CollectionView(Struct):
    """A collection on the wire.

    `pending_count` vectors have no embedding yet; `failed_count` of them have a text that cannot be embedded, and
    `oldest_pending_at` is since when the first of the others waits.
    """

    name: str
    dimension: int
    metric: str
    description: str | None
    language: str | None
    bm25: Bm25View
    vectors_count: int
    pending_count: int
    failed_count: int
    oldest_pending_at: str | None
    index: IndexView
    model: str | None
    model_revision: str | None
    created_at: str

    @classmethod
    def of(cls, collection: Collection) -> CollectionView:
        return cls(
            name=collection.name,
            dimension=collection.dimension,
            metric=collection.metric,
            description=collection.description,
            language=collection.language,
            bm25=Bm25View(collection.k1, collection.b),
            vectors_count=collection.vectors_count,
            pending_count=collection.pending_count,
            failed_count=collection.failed_count,
            oldest_pending_at=rfc3339(collection.oldest_pending_at) if collection.oldest_pending_at else None,
            index=IndexView(collection.index_state, collection.indexed_rows),
            model=collection.model,
            model_revision=collection.model_revision,
            created_at=rfc3339(collection.created_at),
        )


class Replaced(Struct):
    """The key that another one takes over from, and until when it works."""

    id: str
    expires_at: str


class ApiKeyView(Struct, omit_defaults=True):
    """An API key on the wire; `key` and `warning` only in the one answer that shows it.

    `collection` is the name of the one collection that it is for; null: it is for all.
    """

    id: str
    prefix: str
    name: str
    env: str
    scopes: list[str]
    collection: str | None
    created_at: str
    last_used_at: str | None
    expires_at: str | None
    key: str | None = None
    warning: str | None = None
    replaces: Replaced | None = None

    def __repr__(self) -> str:
        return f"ApiKeyView({self.id!r})"

    @classmethod
    def of(cls, key: ApiKey) -> ApiKeyView:
        return cls(
            id=key.key_id,
            prefix=f"fv_{key.env}_{key.prefix}",
            name=key.name,
            env=key.env,
            scopes=list(key.scopes),
            collection=key.collection,
            created_at=rfc3339(key.created_at),
            last_used_at=rfc3339(key.last_used_at) if key.last_used_at else None,
            expires_at=rfc3339(key.expires_at) if key.expires_at else None,
            key=key.text,
            warning="Store this key now: it is shown only this once." if key.text else None,
        )


def metadata_view(document: str) -> dict[str, Any]:
    """Metadata as the database gave it, put into the answer as it is, without being parsed."""
    return msgspec.Raw(document.encode())  # type: ignore[return-value]  # Raw is written as the JSON that it holds


def values_view(binary: bytes | None) -> list[float] | None:
    """A vector's numbers for the answer."""
    return None if binary is None else values_of_binary(binary)
