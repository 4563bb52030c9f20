"""The encoder in plain numpy float32: slow, short, and what the quantized graph is compared with.

Follows Devlin et al. 2018 (BERT) as Hugging Face's ``BertModel`` computes it: post-layer-norm, exact GELU.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from embedder.build.source import EncoderConfig, Floats, Source


def reference_vectors(source: Source, texts: Sequence[NDArray[np.int64]]) -> list[Floats]:
    """The normalized mean-pooled vector ``[hidden]`` of each text's ids ``[tokens]``, special tokens included.

    All texts go through a layer before the next one is read: the weights of a large model are read once.
    """
    tensors, config = source.tensors, source.config
    words = tensors["embeddings.word_embeddings.weight"]
    positions = tensors["embeddings.position_embeddings.weight"][config.position_offset :]
    positions = positions + tensors["embeddings.token_type_embeddings.weight"][0]
    embedded = [words[ids] + positions[: len(ids)] for ids in texts]
    norm = _tensors(source, "embeddings.LayerNorm")
    hidden = [_layer_norm(norm, config.layer_norm_eps, values) for values in embedded]
    for index in range(config.num_hidden_layers):
        weights = _tensors(source, f"encoder.layer.{index}")
        hidden = [_layer(weights, config, values) for values in hidden]
    means = [values.mean(axis=0) for values in hidden]
    return [mean / np.linalg.norm(mean) for mean in means]


def reference_vector(source: Source, ids: NDArray[np.int64]) -> Floats:
    """`reference_vectors` of one text."""
    return reference_vectors(source, [ids])[0]


def _tensors(source: Source, prefix: str) -> dict[str, Floats]:
    names = [name for name in source.tensors if name.startswith(f"{prefix}.")]
    return {name.removeprefix(f"{prefix}."): source.tensors[name] for name in names}


def _layer(weights: Mapping[str, Floats], config: EncoderConfig, hidden: Floats) -> Floats:
    def norm(name: str, values: Floats) -> Floats:
        named = {kind: weights[f"{name}.{kind}"] for kind in ("weight", "bias")}
        return _layer_norm(named, config.layer_norm_eps, values)

    attended = _attention(weights, config.num_attention_heads, hidden)
    hidden = norm("attention.output.LayerNorm", hidden + attended)
    wide = _gelu(_linear(weights, "intermediate.dense", hidden))
    return norm("output.LayerNorm", hidden + _linear(weights, "output.dense", wide))


def _gelu(values: Floats) -> Floats:
    """The exact one, by Abramowitz and Stegun's approximation of the error function (7.1.26, within 1.5e-7)."""
    scaled = np.abs(values) / np.float32(math.sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * scaled)
    factors = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    series = np.zeros_like(t)
    for factor in factors:
        series = (series + np.float32(factor)) * t
    erf = np.sign(values) * (1 - series * np.exp(-(scaled**2)))
    result: Floats = (values * np.float32(0.5) * (1 + erf)).astype(np.float32)
    return result


def _linear(weights: Mapping[str, Floats], name: str, values: Floats) -> Floats:
    result: Floats = values @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    return result


def _layer_norm(weights: Mapping[str, Floats], epsilon: float, values: Floats) -> Floats:
    centred = values - values.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(epsilon))
    # float32 already; numpy's types from 2.5 on take the root for float64.
    scaled: Floats = (centred / deviation).astype(np.float32, copy=False)
    result: Floats = scaled * weights["weight"] + weights["bias"]
    return result


def _attention(weights: Mapping[str, Floats], heads: int, hidden: Floats) -> Floats:
    tokens, width = hidden.shape

    def project(part: str) -> Floats:
        values = _linear(weights, f"attention.self.{part}", hidden)
        return values.reshape(tokens, heads, width // heads).transpose(1, 0, 2)

    query, key, value = project("query"), project("key"), project("value")
    scores = query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(width // heads))
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    joined = (shares @ value).transpose(1, 0, 2).reshape(tokens, width)
    return _linear(weights, "attention.output.dense", joined)
