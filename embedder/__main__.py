"""``python -m embedder``: serve the model of ``EMBEDDER_MODEL_DIR`` over HTTP."""

from __future__ import annotations

import signal
import sys

from embedder.config import ConfigError, Settings
from embedder.manifest import ModelError


def main() -> int:
    """Read the settings and serve; the exit status. Each fault is one sentence on standard error."""
    # The first process of a container ignores what it has not asked for, and loading takes a while.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        settings = Settings.from_env()
    except ConfigError as error:
        sys.stderr.write("".join(f"{fault}\n" for fault in error.faults))
        return 1
    from embedder.serve import StartError, serve  # noqa: PLC0415 - a fault of the settings shows without loading numpy

    try:
        return serve(settings)
    except (ModelError, StartError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
