"""Texts to token ids: the prefix, the cut of characters, 512 tokens."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embedder.manifest import Manifest

_SPACES = re.compile(r"[\s\u200b\u200e\u200f\ufeff]{2,}")
# Read by the library at each call. Its own threads are shared by all callers: a query would stand behind passages. One
# thread tokenizes many times what the session can run.
os.environ["TOKENIZERS_PARALLELISM"] = "false"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The ids of one text, int64 ``[tokens]``, special tokens and prefix included, and whether the text was cut.

    ``count`` is the tokens of the whole text; None where characters were cut, which nobody counted.
    """

    ids: NDArray[np.int64]
    truncated: bool
    count: int | None = None


class TextTokenizer:
    """Tokenizes texts of a kind. Safe to call from several threads; the work runs outside Python's lock."""

    def __init__(self, directory: Path, manifest: Manifest) -> None:
        self._tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self._prefixes = manifest.prefixes
        self._max_tokens = manifest.max_tokens
        self._max_chars = manifest.max_tokens * manifest.max_piece_chars

    def encode(self, kind: str, texts: Sequence[str]) -> list[Tokens]:
        """Tokens of each text, at most ``max_tokens`` each; ``kind`` is a key of the manifest's prefixes.

        Characters beyond what ``max_tokens`` can hold are cut beforehand, so that a text of 64 KB costs no more than
        one of 512 tokens. Runs of blanks count as one character, as they do in the tokenizer.
        """
        prefix = self._prefixes[kind]
        cut = [self._cut(prefix + text) for text in texts]
        encodings = self._tokenizer.encode_batch_fast([text for text, _ in cut])
        return [self._tokens(encoding.ids, was_cut) for encoding, (_, was_cut) in zip(encodings, cut, strict=True)]

    def _cut(self, text: str) -> tuple[str, bool]:
        if len(text) <= self._max_chars:
            return text, False
        text = _SPACES.sub(" ", text)
        return text[: self._max_chars], len(text) > self._max_chars

    def _tokens(self, ids: list[int], was_cut: bool) -> Tokens:
        count = None if was_cut else len(ids)
        too_long = len(ids) > self._max_tokens
        if too_long:
            ids = [*ids[: self._max_tokens - 1], ids[-1]]  # the last is the closing special token
        return Tokens(np.array(ids, np.int64), too_long or was_cut, count)
