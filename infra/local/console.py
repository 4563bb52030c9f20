from __future__ import annotations

import os
import sys


def say(line: str = "") -> None:
    """Write one line for the person at the terminal, at once, also through a pipe.

    A reader that went away (`make run | head`) is not a reason to stop serving.
    """
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end and would complain there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
