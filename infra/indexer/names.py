"""Names of the indexes that are the worker's; no other is ever touched."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATTERN = re.compile(r"vectors_([1-9][0-9]{0,18})_hnsw(_cc(?:new|old)[0-9]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class IndexName:
    """Whose index it is, and whether it is one that an interrupted REINDEX CONCURRENTLY left behind."""

    collection_no: int
    is_leftover: bool


def index_name(collection_no: int) -> str:
    """The name of a collection's index; collection numbers are never used again, and neither are the names."""
    return f"vectors_{collection_no}_hnsw"


def parse(name: str) -> IndexName | None:
    """What an index of that name is; None where the name is not one of ours."""
    match = _PATTERN.fullmatch(name)
    return None if match is None else IndexName(int(match[1]), match[2] is not None)
