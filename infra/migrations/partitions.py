"""Partitions that depend on the calendar: made after every migration, kept ahead by the purge job."""

from __future__ import annotations

import psycopg

from shared.db.sql_files import statements
from shared.purge import USAGE_DAYS_AHEAD

_ENSURE = statements("usage")["ensure_usage_partitions"]


def ensure_usage_partitions(owner_url: str) -> None:
    """Makes the usage partitions of today and the days ahead before an event needs one. Raises psycopg.Error."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(_ENSURE, {"days_ahead": USAGE_DAYS_AHEAD})
