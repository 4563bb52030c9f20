"""A source model: float weights, a tokenizer and a config in Hugging Face's names and shapes.

A directory of ``model.safetensors``, ``tokenizer.json``, ``config.json`` and perhaps ``sentence_bert_config.json`` is
the form on disk; `Source` is the same in memory. Two model types are read, ``bert`` and ``xlm-roberta``: the same
encoder, apart from where positions start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from embedder.manifest import ModelError

Floats = NDArray[np.float32]

CONFIG_NAME = "config.json"
TOKENIZER_NAME = "tokenizer.json"
WEIGHTS_NAME = "model.safetensors"
SENTENCE_NAME = "sentence_bert_config.json"


class EncoderConfig(msgspec.Struct, frozen=True):
    """The fields of a Hugging Face ``config.json`` that shape the encoder; the others are ignored."""

    model_type: str
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    vocab_size: int
    layer_norm_eps: float = 1e-12
    hidden_act: str = "gelu"
    pad_token_id: int = 0
    position_embedding_type: str = "absolute"
    type_vocab_size: int = 2
    max_seq_length: int | None = None
    """From ``sentence_bert_config.json``: the length that a model was trained for, where it is below its positions."""

    @property
    def position_offset(self) -> int:
        """The row of the position table that the first token takes: 0 in BERT, padding index + 1 in XLM-RoBERTa.

        So XLM-RoBERTa's 514 positions are 512 tokens (transformers, ``create_position_ids_from_input_ids``).
        """
        return self.pad_token_id + 1 if self.model_type == "xlm-roberta" else 0

    @property
    def max_tokens(self) -> int:
        """The longest sequence, special tokens included: that of training, or what the position table has rows for."""
        rows = self.max_position_embeddings - self.position_offset
        return rows if self.max_seq_length is None else min(rows, self.max_seq_length)

    def check(self) -> None:
        """Refuse what the graph does not know.

        Raises:
            ModelError: another architecture, activation or kind of positions.
        """
        if self.model_type not in {"bert", "xlm-roberta"}:
            raise ModelError(f"The model type {self.model_type!r} is not supported: only bert and xlm-roberta are.")
        if self.hidden_act != "gelu":
            raise ModelError(f"The activation {self.hidden_act!r} is not supported: only gelu (the exact one) is.")
        if self.position_embedding_type != "absolute":
            raise ModelError(
                f"Positions of type {self.position_embedding_type!r} are not supported: only absolute are."
            )
        if self.hidden_size % self.num_attention_heads:
            raise ModelError("hidden_size is not a multiple of num_attention_heads.")


@dataclass(frozen=True)
class Source:
    """A model before quantization. ``tensors`` gives float32 arrays by Hugging Face's BERT names, without a prefix."""

    config: EncoderConfig
    config_json: bytes
    tokenizer_json: bytes
    tensors: Mapping[str, Floats]

    def write(self, directory: Path) -> None:
        """Write the plain directory (for other tools, transformers among them); about 470 MB for e5-small.

        The weights come last and appear whole or not at all. All of them are in memory meanwhile.
        """
        directory.mkdir(parents=True, exist_ok=True)
        (directory / CONFIG_NAME).write_bytes(self.config_json)
        (directory / TOKENIZER_NAME).write_bytes(self.tokenizer_json)
        if self.config.max_seq_length is not None:
            sentence = {"max_seq_length": self.config.max_seq_length, "do_lower_case": False}
            (directory / SENTENCE_NAME).write_bytes(msgspec.json.encode(sentence))
        part = directory / f"{WEIGHTS_NAME}.part"
        try:
            save_file(dict(self.tensors), part, metadata={"format": "pt"})
        except SafetensorError as error:  # its own class, for a full disk too
            part.unlink(missing_ok=True)
            raise OSError(f"the weights could not be written to {directory}: {error}") from error
        part.replace(directory / WEIGHTS_NAME)


class SafetensorsFile(Mapping[str, Floats]):
    """The tensors of a file, read when asked for, as float32; a leading ``bert.`` or ``roberta.`` is taken off."""

    def __init__(self, path: Path) -> None:
        self._file: Any = safe_open(path, framework="numpy")
        self._names = {_plain_name(name): name for name in self._file.keys()}  # type: ignore[no-untyped-call,unused-ignore]  # noqa: SIM118 - no mapping

    def __getitem__(self, name: str) -> Floats:
        tensor: Floats = self._file.get_tensor(self._names[name]).astype(np.float32)
        return tensor

    def __iter__(self) -> Any:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def read_source(directory: Path) -> Source:
    """Open a source directory; weights are read as they are used.

    Raises:
        ModelError: a file is missing or cannot be read, or the architecture is not supported.
    """
    try:
        config_json = (directory / CONFIG_NAME).read_bytes()
        sentence = directory / SENTENCE_NAME
        config = decode_config(config_json, sentence.read_bytes() if sentence.exists() else None)
        tokenizer_json = (directory / TOKENIZER_NAME).read_bytes()
        tensors = SafetensorsFile(directory / WEIGHTS_NAME)
    except FileNotFoundError as error:
        raise ModelError(f"The source model lacks {error.filename or directory / WEIGHTS_NAME}.") from error
    except Exception as error:  # safetensors has an exception class of its own that derives from Exception alone
        raise ModelError(f"The source model in {directory} cannot be read: {error}.") from error
    config.check()
    return Source(config=config, config_json=config_json, tokenizer_json=tokenizer_json, tensors=tensors)


def decode_config(config_json: bytes, sentence_json: bytes | None) -> EncoderConfig:
    """``config.json``, with the length from ``sentence_bert_config.json`` if there is one."""
    config = msgspec.json.decode(config_json, type=EncoderConfig)
    if sentence_json is None:
        return config
    length = msgspec.json.decode(sentence_json, type=_SentenceConfig).max_seq_length
    return config if length is None else msgspec.structs.replace(config, max_seq_length=length)


class _SentenceConfig(msgspec.Struct, frozen=True):
    max_seq_length: int | None = None


def _plain_name(name: str) -> str:
    for prefix in ("bert.", "roberta.", "model."):
        name = name.removeprefix(prefix)
    return name
