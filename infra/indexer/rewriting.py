"""Which tables are to be written anew, so that deleted bytes leave their files. Nothing here touches the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from infra.indexer.space import Space

WAITS = timedelta(hours=24)
"""How long something dead is left alone: a bulk deletion is over by then, and so is whatever could still read it."""

REST = timedelta(days=7)
"""From one rewrite of a large table to the next, where little of it is dead."""

WORN_SHARE = 0.3
"""Of a table's rows: when so many were deleted or updated, it need not have rested."""


def due(spaces: Iterable[Space]) -> list[Space]:
    """Those whose time has come: the small ones, which nobody notices, then the ones that wait longest.

    The catalogue's own comes last: each of the others replaces its statistics there.
    """
    found = [space for space in spaces if _is_due(space)]
    return sorted(found, key=lambda each: (each.is_of_the_catalogue, not each.is_small, -each.dirty_for))


def _is_due(space: Space) -> bool:
    if space.dirty_for < WAITS:
        return False
    if space.is_small or space.dead_share >= WORN_SHARE:
        return True
    # A large table in which rows were updated only waits until it is worn: embedding a text is an update as well.
    return space.deleted > 0 and (space.rewritten_ago is None or space.rewritten_ago >= REST)
