"""The programs that building a container takes, and where they come from."""

from __future__ import annotations

import shutil


def need(*programs: str) -> None:
    """Raises SystemExit with one sentence when a program is missing."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        here = f"Missing here: {' '.join(missing)}."
        raise SystemExit(f"{here} On Debian and Ubuntu: apt-get install podman buildah runc debootstrap")
