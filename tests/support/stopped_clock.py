"""The clock by which the database limits requests, standing still until a test moves it.

Only the functions of admission read it: in a test's own database their `clock_timestamp()` and `now()` become a row of
a table. So a test waits for an hour without waiting, and knows every moment to the microsecond.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import psycopg

from tests.support.database import TestDatabase

FUNCTIONS = ("reserve_work", "admit_request", "check_stored_limit")
_CLOCK = re.compile(r"\b(?:clock_timestamp|now)\(\)")


class StoppedClock:
    """Use it before the first request: functions that a connection has planned already would keep the old clock."""

    def __init__(self, database: TestDatabase, now: datetime | None = None) -> None:
        self.now = datetime.now(UTC) if now is None else now
        self._owner = psycopg.connect(database.owner_url, autocommit=True)
        self._owner.execute("CREATE TABLE test_time (at timestamptz NOT NULL)")
        self._owner.execute("INSERT INTO test_time (at) VALUES (%s)", (self.now,))
        self._owner.execute(
            "CREATE FUNCTION test_now() RETURNS timestamptz LANGUAGE sql VOLATILE SECURITY DEFINER"
            " AS 'SELECT at FROM public.test_time'"
        )
        self._owner.execute("GRANT EXECUTE ON FUNCTION test_now() TO PUBLIC")
        for name in FUNCTIONS:
            self._stop(name)
        self._owner.execute("ALTER TABLE usage_events ALTER COLUMN occurred_at SET DEFAULT test_now()")

    def set(self, moment: datetime) -> None:
        self.now = moment
        self._owner.execute("UPDATE test_time SET at = %s", (moment,))

    def advance(self, seconds: float) -> None:
        """To the microsecond, which is all that a timestamp holds; never less than asked for."""
        self.set(self.now + timedelta(microseconds=-int(-seconds * 1_000_000 // 1)))

    def close(self) -> None:
        self._owner.close()

    def _stop(self, name: str) -> None:
        row = self._owner.execute("SELECT pg_get_functiondef(%s::regproc)", (name,)).fetchone()
        assert row is not None
        stopped, count = _CLOCK.subn("public.test_now()", row[0])
        assert count, f"{name} reads no clock"
        self._owner.execute(stopped.encode())
