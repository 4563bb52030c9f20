"""The texts of the privacy policy: one file for each version, named by the date from which it holds.

A file that was published or announced never changes; a new wording is a new file.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "privacy"
# Where a text names whom to write to: that is a deployment's own.
CONTACT = "{{contact}}"

_TITLE = "Privacy Policy"
_DATED = re.compile(r"Effective Date: (?P<date>\S.*)")
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A version's text, with CONTACT where the contact belongs."""

    # The date from which it holds, `2026-11-24`.
    version: str
    text: str = field(repr=False)

    @property
    def effective_at(self) -> datetime:
        """The moment from which it holds: the beginning of its date, UTC."""
        return datetime.fromisoformat(self.version).replace(tzinfo=UTC)

    @property
    def text_hash(self) -> bytes:
        """The SHA-256 of the text in UTF-8, the marker for the contact included."""
        return hashlib.sha256(self.text.encode()).digest()

    def written_for(self, contact: str) -> str:
        """The text with a deployment's contact in it."""
        return self.text.replace(CONTACT, contact)


def policy_texts() -> tuple[PolicyText, ...]:
    """All texts that are here, the oldest first; at least one. Raises ValueError on a file that is none."""
    return _read(FOLDER)


@cache
def _read(folder: Path) -> tuple[PolicyText, ...]:
    texts = tuple(_parse(path) for path in sorted(folder.glob("*")) if not path.name.startswith("."))
    if not texts:
        raise ValueError(f"{folder} holds no text.")
    return texts


def _parse(path: Path) -> PolicyText:
    version = path.stem
    if path.suffix != ".txt" or not _VERSION.fullmatch(version):
        raise ValueError(f"{path.name} is not named like 2026-11-24.txt.")
    # Universal newlines: a checkout with other line ends holds the same text.
    found = PolicyText(version, path.read_text(encoding="utf-8"))
    title, dated = (*found.text.splitlines(), "", "")[:2]
    said = _DATED.fullmatch(dated)
    if title != _TITLE or said is None or said["date"] != _in_words(found.effective_at):
        raise ValueError(
            f"{path.name} must begin with the lines `{_TITLE}` and `Effective Date: {_in_words(found.effective_at)}`."
        )
    if CONTACT not in found.text:
        raise ValueError(f"{path.name} names no contact: write {CONTACT} where it belongs.")
    return found


def _in_words(date: datetime) -> str:
    """`November 24, 2026`, whatever the locale of the process."""
    return f"{_MONTHS[date.month - 1]} {date.day}, {date.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
