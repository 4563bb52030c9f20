"""Reads infra/privacy.md, the map of the privacy policy, and the policy itself sentence by sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
MAP = REPOSITORY / "infra" / "privacy.md"

_HEADING = re.compile(r"\d+(\.\d+)?\.? [A-Z][^.:]*|EU Residents \(GDPR\)|California Residents \(CCPA\)")
_SECTION = re.compile(r"(\d+(?:\.\d+)?)\.? ")
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `cells` are its texts."""

    line: int
    cells: tuple[str, ...]

    def quoted(self, column: int) -> list[str]:
        """What stands between backticks in a column."""
        return _CODE.findall(self.cells[column])


def sentences(policy: str) -> list[tuple[str, str]]:
    """The policy's sentences, each with the number of its section; titles and the date are none."""
    found: list[tuple[str, str]] = []
    section = ""
    # The text breaks lines within the parentheses of section 9.
    for line in re.sub(r"\(\n", "(", policy).splitlines()[2:]:
        if _HEADING.fullmatch(line):
            if numbered := _SECTION.match(line):
                section = numbered[1]
            continue
        for item in re.split(r"(?:^| )- (?=[A-Z])", line):
            found += [(section, sentence) for sentence in re.split(r"(?<=[.!?]) (?=[A-Z])", item) if sentence]
    return found


def table(title: str) -> list[Row]:
    """The rows of the table below a heading of the map, without its head."""
    lines = MAP.read_text(encoding="utf-8").splitlines()
    start = lines.index(f"## {title}")
    rows = []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if line.startswith("## "):
            break
        if line.startswith("|"):
            rows.append(Row(number, tuple(cell.strip() for cell in line.strip("|").split("|"))))
    assert set(rows[1].cells) == {"---"}, f"the table of {title} has no head"
    return rows[2:]
