"""One JSON object a line on standard output. Never a text, a vector or a token."""

from __future__ import annotations

import datetime
import sys
import threading
from typing import IO

import msgspec


class Log:
    """Writes events; a line is written whole. ``stream`` is for tests."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def event(self, name: str, **fields: str | int | float | bool | None) -> None:
        """Write one line. A closed pipe is no reason to stop serving."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = msgspec.json.encode({"time": now, "event": name, **fields}).decode()
        stream = self._stream or sys.stdout
        with self._lock:
            try:
                stream.write(line + "\n")
                stream.flush()
            except (OSError, ValueError):
                return


def where(error: BaseException) -> str:
    """The type of an exception and the line that raised it: its message may quote a caller's text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
    return type(error).__name__ + place
