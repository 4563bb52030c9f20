"""A process that must not outlive the one that started it.

Two mechanisms, since neither is enough: Linux's PR_SET_PDEATHSIG kills at once but exists on Linux only and is bound to
the *thread* that forked; a thread that watches `getppid` works everywhere, half a second late.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

PR_SET_PDEATHSIG = 1
"""Linux, `prctl(2)`: the signal this process gets when the thread that forked it ends. Lost on a change of user."""

POLL_SECONDS = 0.5


def _load_prctl() -> Callable[[int, int, int, int, int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        function = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return None
    function.argtypes = [ctypes.c_int, *([ctypes.c_ulong] * 4)]
    function.restype = ctypes.c_int
    return cast("Callable[[int, int, int, int, int], int]", function)


_prctl = _load_prctl()


def die_with_parent(signal_number: int = signal.SIGKILL) -> bool:
    """Ask the kernel to send `signal_number` to this process when its parent ends; False where no kernel can.

    Safe between fork and exec: it takes no lock and imports nothing.
    """
    return _prctl is not None and _prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0) == 0


def exit_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Make this process end when its parent does, however the parent ends (kill -9 included).

    Call it early in the main thread of EVERY process of a tree: granian's workers are children of granian's main
    process, so both call it. A parent that died earlier than this call goes unnoticed (in a container a parent of
    number 1 is as good as any), so whoever starts the process does it by `start_bound`.
    """
    parent = os.getppid()
    die_with_parent(signal_number)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL_SECONDS)
        # A parent that died is replaced by init or by a subreaper: whichever, it is not the one we belong to.
        os.kill(os.getpid(), signal_number)

    threading.Thread(target=watch, name="exit-with-parent", daemon=True).start()


def start_bound(command: Sequence[str], signal_number: int = signal.SIGKILL, **options: Any) -> subprocess.Popen[bytes]:
    """`subprocess.Popen`, with a kernel that sends `signal_number` to the new process when this one ends.

    Call it from the main thread. The command need not know of it, and there is no moment at which it is not bound yet.
    """
    with warnings.catch_warnings():
        # Python warns of code between fork and exec where threads run, for it may wait for a lock that a thread held:
        # this code takes none.
        warnings.filterwarnings("ignore", message=".*multi-threaded", category=DeprecationWarning)
        return subprocess.Popen(command, preexec_fn=partial(die_with_parent, signal_number), **options)  # noqa: S603, PLW1509
