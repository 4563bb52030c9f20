"""What the embedder's Containerfile says about itself."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONTAINERFILE = ROOT / "embedder" / "Containerfile"


def base_name(containerfile: str | None = None) -> str:
    """The image that the build stage starts from; the text is for tests.

    Raises:
        ValueError: the file starts from nothing.
    """
    text = CONTAINERFILE.read_text(encoding="utf-8") if containerfile is None else containerfile
    found = re.search(r"^FROM (\S+) AS build$", text, re.MULTILINE)
    if found is None:
        raise ValueError("The Containerfile has no build stage.")
    return found[1]
