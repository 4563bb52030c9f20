"""The published models: files of a repository on a model hub at one commit, with their sizes and SHA-256.

The numbers are those that the hub publishes for the large files (they lie there under their SHA-256), and for
``config.json`` those of its content, of 600 to 700 bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from embedder.fetch.download import RemoteFile, download
from embedder.manifest import ModelError

ENDPOINT = "https://huggingface.co"


@dataclass(frozen=True)
class Repository:
    """Some files of a repository at a commit."""

    name: str
    commit: str
    files: tuple[RemoteFile, ...]

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(file.bytes for file in self.files)


_XLM_ROBERTA_TOKENIZER = RemoteFile(
    "tokenizer.json", 17_082_660, "62c24cdc13d4c9952d63718d6c9fa4c287974249e16b7ade6d5a85e7bbb75626"
)

E5_LARGE = Repository(
    "intfloat/multilingual-e5-large",
    "3d7cfbdacd47fdda877c5cd8a79fbcc4f2a574f3",
    (
        RemoteFile("config.json", 690, "e42d98d0c211928d788467aa951000391017f647c76ca8ce2ef6dd8d0c9ce5ca"),
        _XLM_ROBERTA_TOKENIZER,
        RemoteFile(
            "model.safetensors", 2_239_611_368, "020afdebf2762b29fcaf286629a96c3b3b65af241f6a08226b1cfee60a21def6"
        ),
    ),
)
E5_BASE = Repository(
    "intfloat/multilingual-e5-base",
    "d128750597153bb5987e10b1c3493a34e5a4502a",
    (
        RemoteFile("config.json", 694, "9dab198f24c8c0879e481cf7822005d5ecbceedbacb390ffafa594e28d31bac4"),
        _XLM_ROBERTA_TOKENIZER,
        RemoteFile(
            "model.safetensors", 1_112_201_288, "a18a44fad1d0b46ded15928144138cff1135d5cc8233bdd90be5f18822de09a7"
        ),
    ),
)
E5_SMALL = Repository(
    "intfloat/multilingual-e5-small",
    "614241f622f53c4eeff9890bdc4f31cfecc418b3",
    (
        RemoteFile("config.json", 655, "69137736cab8b8903a07fe8afaafdda25aac55415a12a55d1bffa9f581abf959"),
        RemoteFile("tokenizer.json", 17_082_730, "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39"),
        RemoteFile(
            "model.safetensors", 470_641_600, "1a55775f53449dac10a2bcbc312469fac40b96d53198c407081a831f81c98477"
        ),
    ),
)
E5_LARGE_ONNX = Repository(
    "Xenova/multilingual-e5-large",
    "00fc3aeb3dbb95842de2ac1961d33c6319acf57b",
    (
        RemoteFile(
            "onnx/model_quantized.onnx",
            561_768_762,
            "0a8d65db9a36f810ba5da15249f13145fcdc7890e6656f1fd38cd8b7c4db1fca",
        ),
    ),
)


def fetch_repository(repository: Repository, directory: Path, endpoint: str, say: Callable[[str], None]) -> None:
    """Bring the files into ``directory``, by their last names; what is there whole is left alone.

    ``endpoint`` is the hub or a mirror of it, asked for ``<endpoint>/<repository>/resolve/<commit>/<path>``.

    Raises:
        ModelError: as `embedder.fetch.download.download`, or ``endpoint`` is not a plain address.
        OSError: the disk is full or not writable.
    """
    if not endpoint.startswith(("https://", "http://")) or "@" in endpoint or "?" in endpoint:
        raise ModelError("The endpoint must be an http or https address without a login or a query.")
    for file in repository.files:
        url = f"{endpoint.rstrip('/')}/{repository.name}/resolve/{repository.commit}/{file.path}"
        download(url, file, directory / file.name, say)
