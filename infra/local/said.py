"""What a program said last, fit to be quoted in a sentence."""

from __future__ import annotations

MAX_LINE = 300
"""Characters that a sentence quotes."""


def last_line(text: str, prefix: str = "") -> str:
    """The last line that begins with `prefix`, without it, else the last that is not blank; bounded and printable."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["it said nothing"]
    line = next((line for line in reversed(lines) if line.startswith(prefix)), lines[-1]).removeprefix(prefix)
    shown = "".join(character if character.isprintable() else " " for character in line)
    return shown if len(shown) <= MAX_LINE else shown[:MAX_LINE] + "…"
