"""Structured logs: one JSON line an event, on standard output.

What may be logged is named by the caller, field by field: there is no way to hand over a body, a text or a vector, and
an unexpected exception is logged by its type and its place, never by its message, which may quote a customer's data.

Libraries are kept silent: mangum tells each path, psycopg what the server said of a row, stripe whose subscription it
asks for, asyncio whatever a forgotten task raised; and Lambda keeps all that is logged from INFO on.
"""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

import msgspec

from shared.clock import now, rfc3339

Value = str | int | float | bool | None

for _library in ("asyncio", "boto3", "botocore", "mangum", "psycopg", "stripe", "urllib3"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


def event(name: str, **fields: Value) -> None:
    """Writes one line: the time, the event's name and the given fields."""
    line = msgspec.json.encode({"time": rfc3339(now()), "event": name, **fields})
    sys.stdout.write(line.decode() + "\n")
    sys.stdout.flush()


def where(error: BaseException) -> str:
    """The innermost places of an exception as `file:line function`, without its message."""
    return _places(error.__traceback__)


def _places(tb: TracebackType | None) -> str:
    frames = traceback.extract_tb(tb)[-4:]
    return " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
