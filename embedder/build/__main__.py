"""``python -m embedder.build SOURCE_DIR OUT_DIR --name … --revision …``: a quantized model directory, without torch.

``python -m embedder.build --shape-only ARCHITECTURE --seed 1 OUT_DIR`` makes the same graph with random weights, to
measure speed with where the real ones cannot be had. What is heavy is imported once the command line is read, and where
Ctrl-C is heard.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from embedder.build.stopped import say_stopped
from embedder.build.version import BUILD
from embedder.manifest import ModelError, is_present

SHAPES = {
    "multilingual-e5-large": "multilingual-e5-small",
    "multilingual-e5-base": "multilingual-e5-small",
    "multilingual-e5-small": "multilingual-e5-small",
    "all-minilm-l6-v2": "all-minilm-l6-v2",
}
"""What --shape-only takes, and the model whose tokenizer is the same."""

MODELS = Path(".local/models")


def main() -> int:
    """Parse the command line and build; the exit status."""
    arguments = _arguments()
    try:
        if arguments.if_needed and is_present(arguments.out, arguments.name, arguments.revision):
            say(f"{arguments.out} is there")
            return 0
        _build(arguments)
    except (ModelError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:  # temporary folders are gone by now, and what was at `out` is as it was
        return say_stopped()
    say(f"built {arguments.out}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m embedder.build", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "source", type=Path, nargs="?", help="directory of model.safetensors, tokenizer.json and config.json"
    )
    parser.add_argument("out", type=Path, help="model directory to make or to replace")
    parser.add_argument("--name", help="the model's name, for the manifest")
    parser.add_argument("--revision", help="what weights these are; the number of the build is the caller's to add")
    parser.add_argument("--licence", default="unknown")
    parser.add_argument("--origin", default="", help="where the weights come from, for the manifest")
    parser.add_argument("--no-prefixes", action="store_true", help="for models that are not of the e5 family")
    parser.add_argument("--shape-only", choices=sorted(SHAPES), help="no SOURCE: random weights, to measure speed with")
    parser.add_argument("--seed", type=int, default=1, help="of the random weights")
    parser.add_argument("--tokenizer", type=Path, help="tokenizer.json for --shape-only (default: a built model's)")
    parser.add_argument("--if-needed", action="store_true", help="do nothing if OUT holds that name and revision")
    arguments = parser.parse_intermixed_args()
    if arguments.shape_only is None:
        missing = [flag for flag in ("source", "name", "revision") if getattr(arguments, flag) is None]
        if missing:
            parser.error(f"the following arguments are required: {', '.join(missing)}")
        return arguments
    if arguments.source is not None:
        parser.error("--shape-only takes no SOURCE")
    # Nobody can take it for the real one: the name says what shape it is, and the revision what it is not.
    arguments.name = arguments.shape_only
    arguments.revision = f"shape-only-seed-{arguments.seed}-{BUILD}"
    arguments.origin = "random weights: for measuring speed only"
    arguments.licence = "none"
    arguments.no_prefixes = not arguments.shape_only.startswith("multilingual-e5")
    return arguments


def _build(arguments: argparse.Namespace) -> None:
    from embedder.build.directory import E5_PREFIXES, Description, build_directory  # noqa: PLC0415 - heavy
    from embedder.build.shape import shape_source  # noqa: PLC0415 - heavy
    from embedder.build.source import read_source  # noqa: PLC0415 - heavy

    description = Description(
        name=arguments.name,
        revision=arguments.revision,
        licence=arguments.licence,
        source=arguments.origin or arguments.source.name,
        prefixes=dict.fromkeys(E5_PREFIXES, "") if arguments.no_prefixes else E5_PREFIXES,
    )
    if arguments.shape_only is None:
        source = read_source(arguments.source)
    else:
        source = shape_source(arguments.shape_only, arguments.seed, _tokenizer(arguments))
    build_directory(source, arguments.out, description, say)


def _tokenizer(arguments: argparse.Namespace) -> bytes:
    model = SHAPES[arguments.shape_only]
    path = arguments.tokenizer or MODELS / model / "tokenizer.json"
    try:
        content: bytes = path.read_bytes()
    except FileNotFoundError:
        target = "model" if model == "multilingual-e5-small" else "minilm"
        raise ModelError(
            f"There is no tokenizer {path}: `make {target}` makes it, or --tokenizer names another."
        ) from None
    return content


def say(line: str) -> None:
    """A line of progress."""
    sys.stdout.write(f"embedder.build: {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
