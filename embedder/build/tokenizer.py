"""The tokenizer as served: the source's, without truncation or padding, and deaf to control tokens in a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from embedder.manifest import ModelError

CONTROL_MARK = " "
"""Set before the control pieces of a Unigram vocabulary. Blanks become "▁" before the search: no text matches them."""


@dataclass(frozen=True)
class ServedTokenizer:
    """``tokenizer.json``, and the most characters that one token stands for (but for a word that is unknown)."""

    json: bytes
    max_piece_chars: int


def served_tokenizer(source_json: bytes) -> ServedTokenizer:
    """Derive the served tokenizer.

    A caller's ``</s>`` or ``[SEP]`` is text like any other: the added tokens, which are looked for in raw text, are
    taken out (the post-processor names its tokens by id), and in a Unigram vocabulary, whose search would find them by
    their spelling too, the control pieces get a spelling that no text has. A served tokenizer comes out as it is.

    Raises:
        ModelError: a tokenizer of another kind than Unigram or WordPiece.
    """
    try:
        tokenizer: dict[str, Any] = msgspec.json.decode(source_json)
        model, vocabulary = tokenizer["model"], tokenizer["model"]["vocab"]
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise ModelError("tokenizer.json is not a tokenizer.") from error
    controls = {token["content"] for token in tokenizer.get("added_tokens", []) if token.get("special")}
    tokenizer |= {"truncation": None, "padding": None, "added_tokens": []}
    # Older files of tokenizers do not name the type of the model.
    if "type" in model and model["type"] not in {"Unigram", "WordPiece"}:
        raise ModelError(f"The tokenizer's model {model['type']!r} is not supported: only Unigram and WordPiece are.")
    if isinstance(vocabulary, list):
        longest = max(len(text.removeprefix(CONTROL_MARK)) for text, _score in model["vocab"])
        model["vocab"] = [[CONTROL_MARK + text if text in controls else text, score] for text, score in model["vocab"]]
    else:
        # A word of more characters than these is one unknown token; a blank comes with each word.
        longest = max(*map(len, model["vocab"]), model.get("max_input_chars_per_word", 0) + 1)
    return ServedTokenizer(json=msgspec.json.encode(tokenizer), max_piece_chars=longest)
