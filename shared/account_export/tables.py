"""Sections that are rows of a table, or nearly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from shared import clock
from shared.account_export.lines import (
    AccountLine,
    ActivityLine,
    ApiKeyLine,
    CollectionLine,
    IdempotencyKeyLine,
    NoticeLine,
    OneTimeLinkLine,
    PendingEmailLine,
    QuotaNoticeLine,
    SessionLine,
    UsageDayLine,
    UsageEventLine,
    UsageHourLine,
    UserLine,
)
from shared.account_export.section import Chunk, Found, Number, Position, Source
from shared.db.connection import Row, Statement
from shared.db.sql_files import statements

_SQL = statements("account_export")
_DAWN = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = "1970-01-01"
# Kept answers have up to 64 KB: as many as fit into a page.
_FEW_ROWS = 50


@dataclass(frozen=True, slots=True)
class TableSection:
    """Rows of the statement, read behind `start` at first.

    `most` bounds the rows of one read; `document` is a field that the database wrote as JSON.
    """

    name: str
    statement: str
    shape: Any
    start: Position
    line: type[Struct]
    most: int = 1_000
    document: str | None = None

    async def read(self, source: Source, behind: Position | None, limit: int) -> Chunk:
        """Up to `limit` rows behind a position."""
        limit = min(limit, self.most)
        position = self.start if behind is None else behind
        params = {"account_no": source.account_no, "as_of": source.as_of, "limit": limit} | {
            f"after_{place}": value for place, value in enumerate(position)
        }
        [rows] = await source.database.transact(source.account_no, Statement(_SQL[self.statement], params))
        found = [self._found(row) for row in rows]
        return Chunk(found, found[-1].position if len(found) == limit else None)

    def _found(self, row: Row) -> Found:
        keys = len(self.start)
        fields = map(self._told, self.line.__struct_fields__, row[keys:])
        return Found(msgspec.json.encode(self.line(*fields)) + b"\n", tuple(row[:keys]))

    def _told(self, name: str, value: Any) -> Any:
        """A column as its line holds it."""
        if isinstance(value, datetime):
            return clock.rfc3339(value)
        if name == self.document and value is not None:
            return msgspec.Raw(value.encode())
        return value


ACCOUNT = TableSection("account", "read_account", tuple[str], ("",), AccountLine)
USERS = TableSection("user", "read_users", tuple[str], ("",), UserLine)
SESSIONS = TableSection("session", "read_sessions", tuple[str], ("",), SessionLine)
API_KEYS = TableSection("api_key", "read_api_keys", tuple[str], ("",), ApiKeyLine)
ACTIVITY = TableSection("activity", "read_activity", tuple[Number], (0,), ActivityLine)
COLLECTIONS = TableSection("collection", "read_collections", tuple[str, str], ("", ""), CollectionLine)
USAGE_EVENTS = TableSection("usage_event", "read_usage_events", tuple[datetime, Number], (_DAWN, 0), UsageEventLine)
USAGE_HOURS = TableSection("usage_hour", "read_usage_hours", tuple[datetime, str, str], (_DAWN, "", ""), UsageHourLine)
USAGE_DAYS = TableSection(
    "usage_day", "read_usage_days", tuple[str, str, str, str, Number], (_FIRST_DAY, "", "", "", 0), UsageDayLine
)
QUOTA_NOTICES = TableSection(
    "quota_notice",
    "read_quota_notices",
    tuple[datetime, str, Number, Number],
    (_DAWN, "", 0, 0),
    QuotaNoticeLine,
)
IDEMPOTENCY_KEYS = TableSection(
    "idempotency_key",
    "read_idempotency_keys",
    tuple[str, bytes],
    ("", b""),
    IdempotencyKeyLine,
    most=_FEW_ROWS,
    document="answer",
)
PENDING_EMAILS = TableSection(
    "pending_email", "read_pending_emails", tuple[Number], (0,), PendingEmailLine, document="params"
)
ONE_TIME_LINKS = TableSection(
    "one_time_link",
    "read_links",
    tuple[datetime, str, Number, datetime, str],
    (_DAWN, "", 0, _DAWN, ""),
    OneTimeLinkLine,
)
NOTICES = TableSection("notice", "read_notices", tuple[Number, str, str], (0, "", ""), NoticeLine)
