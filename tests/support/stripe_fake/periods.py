"""Where the periods of a subscription end: whole intervals of the calendar, counted from the anchor."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from itertools import count

_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}


def boundary(anchor: int, interval: str, steps: int) -> int:
    """Unix seconds of the anchor `steps` intervals later. A day that a month lacks is its last."""
    moment = datetime.fromtimestamp(anchor, UTC)
    if interval in _DAYS:
        return int((moment + timedelta(days=_DAYS[interval] * steps)).timestamp())
    months = moment.year * 12 + moment.month - 1 + _MONTHS[interval] * steps
    year, month = months // 12, months % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return int(moment.replace(year=year, month=month, day=day).timestamp())


def next_boundary(anchor: int, interval: str, after: int) -> int:
    """The first boundary later than a moment; the anchor itself where that lies ahead."""
    if anchor > after:
        return anchor
    return next(end for steps in count(1) if (end := boundary(anchor, interval, steps)) > after)
