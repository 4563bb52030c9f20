"""What a measurement tells, and the table of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

Number = float | int


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what is promised, what was measured, and the floor or peer of the same run.

    `ratio` is measured to peer. `met` is None where nothing is promised. `numbers` is for machines.
    """

    name: str
    measured: str
    goal: str = ""
    peer: str = ""
    ratio: str = ""
    met: bool | None = None
    numbers: Mapping[str, Number] = field(default_factory=dict)


def table(rows: Iterable[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| What | Goal | Measured | Floor or peer, same run | Ratio |", "|---|---|---|---|---|"]
    for row in rows:
        mark = "" if row.met is None else (" ✓" if row.met else " ✗")
        lines.append(f"| {row.name} | {row.goal} | {row.measured}{mark} | {row.peer} | {row.ratio} |")
    return "\n".join(lines)


def as_json(rows: Iterable[Row], **about: object) -> str:
    """Everything on one line."""
    return json.dumps({**about, "rows": [asdict(row) for row in rows]}, ensure_ascii=False)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def p50_p95(values: Sequence[float]) -> str:
    """Both, for a table."""
    return f"{median(values):.1f} / {percentile(values, 0.95):.1f} ms"
