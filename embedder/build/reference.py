"""The encoder in plain numpy float32: slow, short, and what the quantized graph is compared with.

Follows Devlin et al. 2018 (BERT) as Hugging Face's ``BertModel`` computes it: post-layer-norm, exact GELU.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from embedder.build.source import Floats, Source

_erf = np.vectorize(math.erf, otypes=[np.float32])


def reference_vector(source: Source, ids: NDArray[np.int64]) -> Floats:
    """The normalized mean-pooled vector ``[hidden]`` of one text's ids ``[tokens]``, special tokens included."""
    tensors, config = source.tensors, source.config
    offset = config.position_offset
    hidden = (
        tensors["embeddings.word_embeddings.weight"][ids]
        + tensors["embeddings.position_embeddings.weight"][offset : offset + len(ids)]
        + tensors["embeddings.token_type_embeddings.weight"][0]
    )
    hidden = _layer_norm(source, "embeddings.LayerNorm", hidden)
    for index in range(config.num_hidden_layers):
        prefix = f"encoder.layer.{index}"
        hidden = _layer_norm(
            source, f"{prefix}.attention.output.LayerNorm", hidden + _attention(source, prefix, hidden)
        )
        wide = _linear(source, f"{prefix}.intermediate.dense", hidden)
        wide = wide * np.float32(0.5) * (1 + _erf(wide / np.float32(math.sqrt(2))))
        hidden = _layer_norm(
            source, f"{prefix}.output.LayerNorm", hidden + _linear(source, f"{prefix}.output.dense", wide)
        )
    mean = hidden.mean(axis=0)
    vector: Floats = mean / np.linalg.norm(mean)
    return vector


def _linear(source: Source, name: str, values: Floats) -> Floats:
    result: Floats = values @ source.tensors[f"{name}.weight"].T + source.tensors[f"{name}.bias"]
    return result


def _layer_norm(source: Source, name: str, values: Floats) -> Floats:
    centred = values - values.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(source.config.layer_norm_eps))
    # float32 already; numpy's types from 2.5 on take the root for float64.
    scaled: Floats = (centred / deviation).astype(np.float32, copy=False)
    result: Floats = scaled * source.tensors[f"{name}.weight"] + source.tensors[f"{name}.bias"]
    return result


def _attention(source: Source, prefix: str, hidden: Floats) -> Floats:
    heads = source.config.num_attention_heads
    tokens, width = hidden.shape

    def project(part: str) -> Floats:
        values = _linear(source, f"{prefix}.attention.self.{part}", hidden)
        return values.reshape(tokens, heads, width // heads).transpose(1, 0, 2)

    query, key, value = project("query"), project("key"), project("value")
    scores = query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(width // heads))
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    joined = (weights @ value).transpose(1, 0, 2).reshape(tokens, width)
    return _linear(source, f"{prefix}.attention.output.dense", joined)
