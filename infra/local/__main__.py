"""`python -m infra.local`, what `make run` runs: the whole service on this machine, until Ctrl-C."""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""The exit status of a command that SIGINT ended, as shells give it: 128 and the signal's number."""


def main() -> int:
    """Run until stopped: 0 after Ctrl-C or SIGTERM, 1 with one sentence on stderr after a failure.

    Ctrl-C before the service hears it itself, and nothing is started yet, is 130.
    """
    try:
        from infra.local.run import run  # noqa: PLC0415  # its imports take a moment, in which Ctrl-C may come

        return run()
    except KeyboardInterrupt:
        line_break = "\n" if sys.stderr.isatty() else ""
        sys.stderr.write(f"{line_break}Stopped; run it again to go on.\n")
        return INTERRUPTED


if __name__ == "__main__":
    raise SystemExit(main())
