"""A section of an export: things of one kind, in an order that stays while others write."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Protocol

from msgspec import Meta

from shared.db.connection import Database

Position = tuple[Any, ...]
"""Where a row stands among those of its section."""
Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]


@dataclass(frozen=True, slots=True)
class Source:
    """Whose export it is, and when it began."""

    database: Database
    account_no: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """One line, its line feed with it, and the position of what it is about."""

    line: bytes = field(repr=False)
    position: Position


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one read found; the next one goes on behind `behind`, and None says that the section is at its end."""

    found: list[Found]
    behind: Position | None


class Section(Protocol):
    """What the pages are made of, one section after the other."""

    @property
    def name(self) -> str:
        """The `type` of its lines."""

    @property
    def shape(self) -> Any:
        """The type of its positions."""

    async def read(self, source: Source, behind: Position | None, limit: int) -> Chunk:
        """Up to `limit` lines behind a position; None is the start."""
