"""What the process asks of the operating system."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import sys
import threading

NICENESS = 10
_PR_SET_DUMPABLE = 4


def lower_priority() -> None:
    """Let this thread stand back behind the others. Linux alone gives each thread a priority of its own."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def forbid_core_dumps() -> None:
    """A crash writes no memory to a disk: it holds texts. Programs that the kernel pipes a dump to get none either."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
