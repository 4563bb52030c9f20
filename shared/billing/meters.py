"""Stripe's meters: one for each unit of a plan, found by its event name, which never changes."""

from __future__ import annotations

from typing import Final

from shared.plans import UNITS, Unit

PREFIX: Final = "fluxvector_"


def event_name(unit: Unit) -> str:
    """What the meter of a unit is called in the events that are sent to it."""
    return PREFIX + unit


EVENT_NAMES: Final = tuple(event_name(unit) for unit in UNITS)
