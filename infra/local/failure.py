from __future__ import annotations


class StartFailure(Exception):
    """What keeps `make run` from running, as one sentence for the person at the terminal.

    The message is shown as it is and the process exits with 1, so it says what happened and what to do, and holds no
    secret.
    """
