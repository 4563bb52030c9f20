"""Rebuilds XLM-RoBERTa's ``tokenizer.json`` from its pieces and scores.

Normalization is sentencepiece's ``nmt_nfkc`` as a precompiled character map. The map is sentencepiece's own
(Apache-2.0), kept compressed in ``embedder/data/``; its README says how it was made and how to make it again.
"""

from __future__ import annotations

import base64
import hashlib
import lzma
from pathlib import Path
from typing import NamedTuple

import msgspec

from embedder.manifest import ModelError

CHARSMAP_PATH = Path(__file__).parent.parent / "data" / "nmt_nfkc.charsmap.xz"
CHARSMAP_SHA256 = "1e2c7b43d3ee9755ceaa2ac335e253d8703604e0249ee1e81156c92b46423844"
"""Of the map itself, uncompressed (240,007 bytes)."""


class Piece(NamedTuple):
    """An entry of the vocabulary; its place is its id."""

    text: str
    score: float


def charsmap() -> bytes:
    """The ``nmt_nfkc`` precompiled character map.

    Raises:
        ModelError: the committed file is damaged.
    """
    data = lzma.decompress(CHARSMAP_PATH.read_bytes())
    if hashlib.sha256(data).hexdigest() != CHARSMAP_SHA256:
        raise ModelError(f"The character map {CHARSMAP_PATH} is damaged.")
    return data


def unigram_tokenizer(pieces: list[Piece], *, start: int, end: int, padding: int, unknown: int) -> bytes:
    """``tokenizer.json`` of a Unigram model that answers ``<s> text </s>``; the four numbers are ids."""
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    controls = {index: pieces[index].text for index in (start, padding, end, unknown)}
    controls |= {index: piece.text for index, piece in enumerate(pieces) if piece.text == "<mask>"}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added_token(index, text) for index, text in sorted(controls.items())],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(charsmap()).decode()},
                {"type": "Strip", "strip_left": False, "strip_right": True},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            ],
        },
        "pre_tokenizer": metaspace,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": controls[start], "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": controls[end], "type_id": 0}},
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {
                controls[index]: {"id": controls[index], "ids": [index], "tokens": [controls[index]]}
                for index in (start, end)
            },
        },
        "decoder": metaspace,
        "model": {"type": "Unigram", "unk_id": unknown, "vocab": pieces, "byte_fallback": False},
    }
    return msgspec.json.encode(tokenizer)


def _added_token(index: int, text: str) -> dict[str, object]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": index, "content": text, **flags, "special": True}
