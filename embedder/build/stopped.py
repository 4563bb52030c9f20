"""What Ctrl-C says while a model is being made."""

from __future__ import annotations

import sys

STATUS = 130
"""The exit status of a command that SIGINT ended, as shells give it: 128 and the signal's number."""


def say_stopped() -> int:
    """One line on standard error, below the terminal's ``^C``; the exit status."""
    line_break = "\n" if sys.stderr.isatty() else ""
    sys.stderr.write(f"{line_break}Stopped; run it again to go on.\n")
    return STATUS
