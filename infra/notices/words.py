"""Times and counts as the operator reads them."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.clock import rfc3339


def at(moment: datetime) -> str:
    """`2026-11-24T10:00:00Z`, to the second."""
    return rfc3339(moment.replace(microsecond=0))


def span(length: timedelta) -> str:
    """`51 h 20 min`, of a length that is not negative."""
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min"


def people(count: int) -> str:
    """`1 person`, `12 people`."""
    return f"{count:,} {'person' if count == 1 else 'people'}"
