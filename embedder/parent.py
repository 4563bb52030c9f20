"""Ends this process when the one that started it has died, by whatever signal."""

from __future__ import annotations

import os
import signal
import threading
import time


def exit_with_parent(poll_seconds: float = 0.5, grace_seconds: float = 3.0) -> None:
    """Watch the parent from a thread; when it changes, ask for a stop, and a moment later insist.

    Polling, because Linux's PR_SET_PDEATHSIG fires when the starting thread ends, not the process, and macOS has none.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(poll_seconds)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace_seconds)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
