"""What a look at the database finds: collections, their indexes, and what is recorded of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Record:
    """A row of collection_indexes: vectors stored and vectors removed so far as the last build began."""

    state: Literal["building", "ready"]
    rows: int
    removed: int
    # Whether searches use the index.
    is_built: bool


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection that has, or may want, an index.

    `rows` have an embedding; `removed` embeddings were deleted or replaced since the collection was made.
    """

    account_no: int
    collection_no: int
    dimension: int
    metric: str
    rows: int
    removed: int
    record: Record | None

    @property
    def changes(self) -> int:
        """Grows by one with every embedding that is added or removed."""
        return self.rows + 2 * self.removed


@dataclass(frozen=True, slots=True)
class Index:
    """One of our indexes as the catalogue has it."""

    name: str
    collection_no: int
    # False while it is built, and for ever after a build that was interrupted.
    is_valid: bool
    is_leftover: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: every collection that is large enough or has an index or a record, and every index of ours."""

    collections: tuple[Collection, ...]
    indexes: tuple[Index, ...]
