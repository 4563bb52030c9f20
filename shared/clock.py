"""Times on the wire: RFC 3339, UTC, with `Z`."""

from __future__ import annotations

from datetime import UTC, datetime

# Years that every reader of a date can hold, in any time zone.
EARLIEST_YEAR = 1970
LATEST_YEAR = 9998


def rfc3339(moment: datetime) -> str:
    """`2026-01-31T12:00:00.123456Z`; the fraction is left out where it is zero. `moment` is aware."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def fault_of(moment: datetime) -> str | None:
    """What is wrong with a moment that a caller sent, or None: it has a zone and lies in years that all can read."""
    if moment.tzinfo is None:
        return "has no time zone"
    try:
        year = moment.astimezone(UTC).year
    except OverflowError:
        year = 0
    return None if EARLIEST_YEAR <= year < LATEST_YEAR else f"lies outside the years {EARLIEST_YEAR} to {LATEST_YEAR}"


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)
