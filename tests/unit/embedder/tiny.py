"""Small random models of both families, and a fake engine: for tests that need no real vectors."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from embedder.build.source import EncoderConfig
from embedder.fetch.unigram import Piece, unigram_tokenizer
from embedder.manifest import FORMAT, Manifest
from embedder.tokens import Tokens

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def tiny_config(model_type: str, /, **changes: object) -> dict[str, object]:
    """A config of two layers; XLM-RoBERTa has two positions more than tokens."""
    config: dict[str, object] = {
        "model_type": model_type,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": 18 if model_type == "xlm-roberta" else 16,
        "vocab_size": 40,
        "layer_norm_eps": 1e-5,
        "pad_token_id": 1 if model_type == "xlm-roberta" else 0,
    }
    return config | changes


def write_tiny_source(directory: Path, model_type: str, prefix: str = "", **changes: object) -> EncoderConfig:
    """A source directory with random weights; tensor names get ``prefix``, as some published files have it."""
    raw = tiny_config(model_type, **changes)
    config = msgspec.convert(raw, EncoderConfig)
    random = np.random.default_rng(7)
    width, wide = config.hidden_size, config.intermediate_size

    def weights(*shape: int) -> NDArray[np.float32]:
        return random.normal(0, 0.5 / shape[-1] ** 0.5, shape).astype(np.float32)

    tensors = {
        "embeddings.word_embeddings.weight": weights(config.vocab_size, width) * 4,
        "embeddings.position_embeddings.weight": weights(config.max_position_embeddings, width) * 4,
        "embeddings.token_type_embeddings.weight": weights(2 if model_type == "bert" else 1, width),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(config.num_hidden_layers):
        name = f"encoder.layer.{layer}"
        shapes = {f"attention.self.{part}": (width, width) for part in ("query", "key", "value")}
        shapes |= {"attention.output.dense": (width, width), "intermediate.dense": (wide, width)}
        shapes |= {"output.dense": (width, wide)}
        for part, shape in shapes.items():
            tensors[f"{name}.{part}.weight"] = weights(*shape)
            tensors[f"{name}.{part}.bias"] = weights(shape[0])
        norms += [f"{name}.attention.output.LayerNorm", f"{name}.output.LayerNorm"]
    for name in norms:
        tensors[f"{name}.weight"] = 1 + weights(width)
        tensors[f"{name}.bias"] = weights(width)
    directory.mkdir(parents=True, exist_ok=True)
    save_file({prefix + name: tensor for name, tensor in tensors.items()}, directory / "model.safetensors")
    (directory / "config.json").write_bytes(msgspec.json.encode(raw))
    (directory / "tokenizer.json").write_bytes(tiny_tokenizer())
    return config


def tiny_tokenizer() -> bytes:
    """Letters and the word mark, with XLM-RoBERTa's ids of the special tokens."""
    texts = ["<s>", "<pad>", "</s>", "<unk>", "▁", *LETTERS, "▁the"]
    pieces = [Piece(text, 0.0 if text.startswith("<") else -3.0) for text in texts]
    return unigram_tokenizer(pieces, start=0, padding=1, end=2, unknown=3)


FAKE_MANIFEST = Manifest(
    name="fake",
    revision="1",
    dimension=1024,
    native_dimension=2,
    max_tokens=512,
    max_piece_chars=16,
    prefixes={"query": "query: ", "passage": "passage: "},
    pooling="mean",
    normalize=True,
    licence="MIT",
    source="tests",
    unrelated_cosine=0.5,
    files={},
    format=FORMAT,
)


class FakeTokenizer:
    """A token a character; a text of X cannot be tokenized, and one of more than 1,000 is not counted."""

    def encode(self, kind: str, texts: Sequence[str]) -> list[Tokens]:
        if any(text.startswith("X") for text in texts):
            raise ValueError(texts)
        return [
            Tokens(
                np.full(min(len(text), 512), ord(text[0])),
                len(text) > 512,
                len(text) if len(text) <= 1_000 else None,
            )
            for text in texts
        ]


class FakeEngine:
    """Notes the first letter of what it runs; sleeps ``seconds``, and raises on a text of P."""

    batch_tokens = 1

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.ran: list[str] = []

    def run(self, batch: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        time.sleep(self.seconds)
        letters = [chr(ids[0]) for ids in batch]
        self.ran += letters
        if "P" in letters:
            raise RuntimeError("secret text in a message")
        vectors = np.zeros((len(batch), 1024), np.float32)
        vectors[:, 0] = [len(ids) for ids in batch]
        return vectors
