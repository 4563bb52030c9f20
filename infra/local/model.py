"""What `make run` must know of the model before it starts the embedder, which reads the rest itself."""

from __future__ import annotations

from pathlib import Path

import msgspec

from infra.local.failure import StartFailure

_AGAIN = "run `make model` again"


class _File(msgspec.Struct):
    bytes: int


class Model(msgspec.Struct, frozen=True):
    """The manifest's part that others than the embedder need; `files` are checked by size, not by hash (quick)."""

    name: str
    revision: str
    unrelated_cosine: float
    files: dict[str, _File]


def read_model(directory: Path, *, is_chosen: bool = False) -> Model:
    """The model in `directory`, its files there and whole. Raises StartFailure otherwise, saying what mends it.

    That is `make model` for the default directory, and not for one that FLUXVECTOR_MODEL_DIR chose.
    """
    again = "unset FLUXVECTOR_MODEL_DIR for the default, or build it there again" if is_chosen else _AGAIN
    try:
        model = msgspec.json.decode((directory / "manifest.json").read_bytes(), type=Model)
    except FileNotFoundError:
        if is_chosen:
            raise StartFailure(
                f"FLUXVECTOR_MODEL_DIR names {directory}, which holds no model; unset it for the default, or build one "
                "there."
            ) from None
        raise StartFailure(f"There is no model in {directory}: run `make model` first.") from None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StartFailure(f"The model's manifest in {directory} cannot be read: {again}.") from error
    for name, entry in model.files.items():
        path = directory / name
        if not path.is_file() or path.stat().st_size != entry.bytes:
            raise StartFailure(f"The model's file {path} is missing or damaged: {again}.")
    return model
