"""Times on the wire: RFC 3339, UTC, with `Z`."""

from __future__ import annotations

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """`2026-01-31T12:00:00.123456Z`; the fraction is left out where it is zero. `moment` is aware."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)
