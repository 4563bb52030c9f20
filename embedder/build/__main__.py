"""``python -m embedder.build SOURCE_DIR OUT_DIR --name … --revision …``: a quantized model directory, without torch.

What is heavy is imported once the command line is read, and where Ctrl-C is heard.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from embedder.build.stopped import say_stopped
from embedder.manifest import ModelError


def main() -> int:
    """Parse the command line and build; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m embedder.build", description=__doc__)
    parser.add_argument("source", type=Path, help="directory of model.safetensors, tokenizer.json and config.json")
    parser.add_argument("out", type=Path, help="model directory to make or to replace")
    parser.add_argument("--name", required=True)
    parser.add_argument("--revision", required=True)
    parser.add_argument("--licence", default="unknown")
    parser.add_argument("--origin", default="", help="where the weights come from, for the manifest")
    parser.add_argument("--no-prefixes", action="store_true", help="for models that are not of the e5 family")
    arguments = parser.parse_args()
    try:
        _build(arguments)
    except (ModelError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:  # temporary folders are gone by now, and what was at `out` is as it was
        return say_stopped()
    say(f"built {arguments.out}")
    return 0


def _build(arguments: argparse.Namespace) -> None:
    from embedder.build.directory import E5_PREFIXES, Description, build_directory  # noqa: PLC0415 - heavy
    from embedder.build.source import read_source  # noqa: PLC0415 - heavy

    description = Description(
        name=arguments.name,
        revision=arguments.revision,
        licence=arguments.licence,
        source=arguments.origin or arguments.source.name,
        prefixes=dict.fromkeys(E5_PREFIXES, "") if arguments.no_prefixes else E5_PREFIXES,
    )
    build_directory(read_source(arguments.source), arguments.out, description, say)


def say(line: str) -> None:
    """A line of progress."""
    sys.stdout.write(f"embedder.build: {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
