"""Makes ``nmt_nfkc.charsmap.xz`` again, from a toy model that the package ``sentencepiece`` trains. See README.md."""

from __future__ import annotations

import importlib
import io
import lzma
from collections.abc import Iterator
from pathlib import Path

OUT = Path(__file__).parent / "nmt_nfkc.charsmap.xz"
NORMALIZER_SPEC = 3
"""Field of sentencepiece's ``ModelProto``."""
PRECOMPILED_CHARSMAP = 2
"""Field of its ``NormalizerSpec``."""


def main() -> None:
    """Train, take the field out, compress, write."""
    model = io.BytesIO()
    importlib.import_module("sentencepiece").SentencePieceTrainer.train(
        sentence_iterator=iter(["the quick brown fox jumps over the lazy dog", "hello world again and again"] * 20),
        model_writer=model,
        vocab_size=40,
        hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc",
    )
    spec = next(value for number, value in _fields(model.getvalue()) if number == NORMALIZER_SPEC)
    charsmap = next(value for number, value in _fields(spec) if number == PRECOMPILED_CHARSMAP)
    OUT.write_bytes(lzma.compress(charsmap, preset=9 | lzma.PRESET_EXTREME))


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """The length-delimited fields of a protobuf message; others are skipped."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind = key & 7
        if kind == 2:
            length, place = _varint(message, place)
            yield key >> 3, message[place : place + length]
            place += length
        elif kind == 0:
            _, place = _varint(message, place)
        else:
            place += 8 if kind == 1 else 4


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        place += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place


if __name__ == "__main__":
    main()
