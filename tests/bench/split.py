"""Where the time of requests went, by the gateway's log lines."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.client import Answer

PARTS = ("admission", "embedding", "database")


@dataclass(frozen=True, slots=True)
class Split:
    """Median milliseconds of the parts; `rest` is the function's own, `outside` is HTTP: the server and the client."""

    admission: float
    embedding: float
    database: float
    rest: float
    outside: float

    def __str__(self) -> str:
        search = f"admission {self.admission:.1f}, embedding {self.embedding:.1f}, search {self.database:.1f}"
        return f"{search}, rest {self.rest:.1f}, HTTP {self.outside:.1f} ms"


def split(answers: Sequence[Answer], log: Path) -> Split:
    """The split of those requests, joined with their log lines by request id."""
    lines = _lines({answer.request_id for answer in answers}, log)
    parts = {name: [line.get(f"{name}_ms", 0.0) for line in lines.values()] for name in PARTS}
    known = zip(*parts.values(), strict=True)
    rest = [line["ms"] - sum(of_line) for line, of_line in zip(lines.values(), known, strict=True)]
    outside = [answer.ms - lines[answer.request_id]["ms"] for answer in answers]
    admission, embedding, database = (median(parts[name]) for name in PARTS)
    return Split(admission, embedding, database, rest=median(rest), outside=median(outside))


def _lines(ids: Iterable[str], log: Path) -> dict[str, dict[str, float]]:
    """The log lines of those requests; the last ones may be written a moment after their answer was read."""
    wanted = set(ids)
    deadline = time.monotonic() + 2
    while True:
        lines = (json.loads(line) for line in log.read_text().splitlines() if line.startswith("{"))
        found = {line["request_id"]: line for line in lines if line.get("event") == "request"}
        if wanted <= found.keys():
            return {request_id: found[request_id] for request_id in wanted}
        assert time.monotonic() < deadline, "the gateway's log lacks requests: was it cut?"
        time.sleep(0.05)
