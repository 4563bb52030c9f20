"""The hours of the day in which tables are rewritten."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATTERN = re.compile(r"([0-9]{1,2})-([0-9]{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hours:
    """From the start of one hour (0 to 23, UTC) to the start of another, over midnight maybe; equal ones: all day."""

    start: int
    end: int

    def holds(self, hour: int) -> bool:
        """Whether an hour of the day, 0 to 23, lies in them."""
        return (hour - self.start) % 24 < ((self.end - self.start) % 24 or 24)


def parse_hours(raw: str) -> Hours | None:
    """Hours of "2-4"; None of "never". Raises ValueError."""
    if raw.strip() == "never":
        return None
    match = _PATTERN.fullmatch(raw.strip())
    if match is None or not (int(match[1]) < 24 and int(match[2]) <= 24):
        raise ValueError("is neither two hours of the day, such as 2-4, nor never")
    return Hours(int(match[1]), int(match[2]) % 24)
