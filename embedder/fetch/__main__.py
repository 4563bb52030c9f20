"""``python -m embedder.fetch multilingual-e5-small``: obtains a known model and builds its directory.

Nothing heavy is imported until there is work: a second run with the model in place takes a moment.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from embedder.build.stopped import say_stopped
from embedder.fetch.catalogue import CATALOGUE
from embedder.manifest import ModelError, read_manifest


def main() -> int:
    """Parse the command line, fetch and build what is missing; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m embedder.fetch", description=__doc__)
    parser.add_argument("model", choices=sorted(CATALOGUE))
    parser.add_argument("--models", type=Path, default=Path(".local/models"), help="where model directories live")
    parser.add_argument("--keep-source", type=Path, help="also write the float32 source (safetensors) here")
    arguments = parser.parse_args()
    entry = CATALOGUE[arguments.model]
    out = arguments.models / arguments.model
    if arguments.keep_source is None and _present(out, entry.revision):
        say(f"{out} is there")
        return 0
    started = time.monotonic()
    try:
        entry.make(out, arguments.keep_source, say)
    except ModelError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"The model {arguments.model} could not be written to {out}: {error.strerror or error}.\n")
        return 1
    except KeyboardInterrupt:  # temporary folders are gone by now, and the model in place is as it was
        return say_stopped()
    say(f"{out} is ready ({time.monotonic() - started:.0f} s)")
    return 0


def say(line: str) -> None:
    """A line of progress."""
    sys.stdout.write(f"model: {line}\n")
    sys.stdout.flush()


def _present(out: Path, revision: str) -> bool:
    try:
        return read_manifest(out).revision == revision
    except ModelError:
        return False


if __name__ == "__main__":
    sys.exit(main())
