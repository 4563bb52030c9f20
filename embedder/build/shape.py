"""Known architectures with random weights: for measuring speed, and for tests, where the real ones cannot be had.

Tensors are made when they are asked for, each from the seed and its own name, so that no more than one is in memory:
the largest is the word table of multilingual-e5-large, 1 GB.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np

from embedder.build.source import EncoderConfig, Floats, Source
from embedder.manifest import ModelError

_BERT = {
    "architectures": ["BertModel"],
    "model_type": "bert",
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "pad_token_id": 0,
}
_XLM_ROBERTA = {
    "architectures": ["XLMRobertaModel"],
    "model_type": "xlm-roberta",
    "max_position_embeddings": 514,
    "type_vocab_size": 1,
    "layer_norm_eps": 1e-5,
    "pad_token_id": 1,
    "bos_token_id": 0,
    "eos_token_id": 2,
}


def _sizes(hidden: int, layers: int, heads: int, vocabulary: int) -> dict[str, object]:
    return {
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": 4 * hidden,
        "vocab_size": vocabulary,
        "hidden_act": "gelu",
        "position_embedding_type": "absolute",
    }


ARCHITECTURES: Mapping[str, Mapping[str, object]] = {
    "multilingual-e5-large": _XLM_ROBERTA | _sizes(1024, 24, 16, 250_002),
    "multilingual-e5-base": _XLM_ROBERTA | _sizes(768, 12, 12, 250_002),
    # Its word table has 35 rows that no piece has, as the published weights do.
    "multilingual-e5-small": _BERT | _sizes(384, 12, 12, 250_037),
    "all-minilm-l6-v2": _BERT | _sizes(384, 6, 12, 30_522) | {"max_seq_length": 256},
}
"""``config.json`` by name, as published, as far as it shapes the encoder."""


def shape_source(architecture: str, seed: int, tokenizer_json: bytes) -> Source:
    """A source with the names and shapes of ``architecture`` (a key of `ARCHITECTURES`) and random weights.

    The same seed gives the same weights. ``tokenizer_json`` is the tokenizer that the vocabulary belongs to, as
    published or as served.

    Raises:
        ModelError: the tokenizer has more pieces than the architecture has words.
    """
    return random_source(ARCHITECTURES[architecture], seed, tokenizer_json)


def random_source(config: Mapping[str, object], seed: int, tokenizer_json: bytes) -> Source:
    """As `shape_source`, for any ``config.json``: a smaller one of a family, for instance."""
    config_json = msgspec.json.format(msgspec.json.encode(config), indent=2)
    parsed = msgspec.json.decode(config_json, type=EncoderConfig)
    parsed.check()
    pieces = len(msgspec.json.decode(tokenizer_json)["model"]["vocab"])
    if pieces > parsed.vocab_size:
        raise ModelError(
            f"The tokenizer has {pieces:,} pieces and the architecture {parsed.vocab_size:,}: it belongs to another."
        )
    tensors = RandomTensors(parsed, seed)
    return Source(config=parsed, config_json=config_json, tokenizer_json=tokenizer_json, tensors=tensors)


class RandomTensors(Mapping[str, Floats]):
    """Weights by name, made anew at each look-up; the same each time.

    Linear weights are normal with a spread that keeps activations near the size that they have in trained models
    (LayerNorm after each half of a layer does the rest). Query and key are wider, so that scores have a standard
    deviation of about 1.6 and attention picks some tokens over others; what attention adds is small beside what a token
    has, or all tokens of a text would be alike after a few layers and attention even.
    """

    def __init__(self, config: EncoderConfig, seed: int) -> None:
        self._seed = seed
        self._shapes = dict(_shapes(config))

    def __getitem__(self, name: str) -> Floats:
        shape, spread, mean = self._shapes[name]
        digest = hashlib.sha256(f"{self._seed}/{name}".encode()).digest()
        random = np.random.Generator(np.random.SFC64(list(np.frombuffer(digest, "<u4"))))
        values: Floats = np.empty(shape, np.float32)
        random.standard_normal(dtype=np.float32, out=values)
        values *= np.float32(spread)
        if mean:
            values += np.float32(mean)
        return values

    def __iter__(self) -> Iterator[str]:
        return iter(self._shapes)

    def __len__(self) -> int:
        return len(self._shapes)


def _shapes(config: EncoderConfig) -> Iterator[tuple[str, tuple[tuple[int, ...], float, float]]]:
    """Of each tensor its name, shape, standard deviation and mean."""
    width, wide = config.hidden_size, config.intermediate_size

    def linear(name: str, out: int, into: int, gain: float) -> Iterator[Any]:
        yield f"{name}.weight", ((out, into), gain / into**0.5, 0.0)
        yield f"{name}.bias", ((out,), 0.05, 0.0)

    def norm(name: str) -> Iterator[Any]:
        yield f"{name}.weight", ((width,), 0.1, 1.0)
        yield f"{name}.bias", ((width,), 0.05, 0.0)

    yield "embeddings.word_embeddings.weight", ((config.vocab_size, width), 0.05, 0.0)
    yield "embeddings.position_embeddings.weight", ((config.max_position_embeddings, width), 0.01, 0.0)
    yield "embeddings.token_type_embeddings.weight", ((config.type_vocab_size, width), 0.01, 0.0)
    yield from norm("embeddings.LayerNorm")
    for index in range(config.num_hidden_layers):
        name = f"encoder.layer.{index}"
        yield from linear(f"{name}.attention.self.query", width, width, 1.25)
        yield from linear(f"{name}.attention.self.key", width, width, 1.25)
        yield from linear(f"{name}.attention.self.value", width, width, 1.0)
        yield from linear(f"{name}.attention.output.dense", width, width, 0.25)
        yield from norm(f"{name}.attention.output.LayerNorm")
        yield from linear(f"{name}.intermediate.dense", wide, width, 1.0)
        yield from linear(f"{name}.output.dense", width, wide, 0.7)
        yield from norm(f"{name}.output.LayerNorm")
