"""What is to be done, from what a look found. Nothing here touches the database."""

from __future__ import annotations

from dataclasses import dataclass

from infra.indexer.seen import Collection, Index, Seen

REBUILD_SHARE = 0.3
"""The share of vectors removed since the last build beyond which the graph is built anew: VACUUM mends the graph around
what was removed, less well than a build does."""


@dataclass(frozen=True, slots=True)
class Drop:
    """An index that is of no use; the record, where there is one, goes first, so that searches are exact by then."""

    index: Index
    collection: Collection | None

    @property
    def key(self) -> str:
        return f"drop {self.index.name}"


@dataclass(frozen=True, slots=True)
class Adopt:
    """A good index that searches do not use yet: whoever built it could not say so any more."""

    collection: Collection

    @property
    def key(self) -> str:
        return f"adopt {self.collection.collection_no}"


@dataclass(frozen=True, slots=True)
class Forget:
    """A record without an index."""

    collection: Collection

    @property
    def key(self) -> str:
        return f"forget {self.collection.collection_no}"


@dataclass(frozen=True, slots=True)
class Build:
    """A first index."""

    collection: Collection

    @property
    def key(self) -> str:
        return f"build {self.collection.collection_no}"


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A new graph in place of one that much was removed from, which searches use meanwhile."""

    collection: Collection

    @property
    def key(self) -> str:
        return f"rebuild {self.collection.collection_no}"


Tidying = Drop | Adopt | Forget
Building = Build | Rebuild


def tidying(seen: Seen, min_rows: int) -> list[Tidying]:
    """What is quick and wants no waiting; afterwards records and indexes agree."""
    collections = {one.collection_no: one for one in seen.collections}
    found: list[Tidying] = []
    with_index = set()
    for index in seen.indexes:
        collection = collections.get(index.collection_no)
        if index.is_leftover:
            found.append(Drop(index, None))
        elif collection is None or not index.is_valid or collection.rows < min_rows / 2:
            found.append(Drop(index, collection))
            with_index.add(index.collection_no)
        else:
            with_index.add(index.collection_no)
            if collection.record is None or not collection.record.is_built:
                found.append(Adopt(collection))
    found += [Forget(one) for one in seen.collections if one.record is not None and one.collection_no not in with_index]
    return found


def building(seen: Seen, min_rows: int) -> list[Building]:
    """What takes its time and may wait: collections without any index that want one, and worn indexes."""
    valid = {index.collection_no for index in seen.indexes if index.is_valid and not index.is_leftover}
    any_index = {index.collection_no for index in seen.indexes}
    found: list[Building] = []
    for one in seen.collections:
        if one.rows < min_rows:
            continue
        if one.collection_no not in any_index:
            found.append(Build(one))
        elif one.collection_no in valid and _is_worn(one):
            found.append(Rebuild(one))
    return found


def _is_worn(collection: Collection) -> bool:
    record = collection.record
    if record is None or not record.is_built:
        return False
    return collection.removed - record.removed > REBUILD_SHARE * max(collection.rows, record.rows)
