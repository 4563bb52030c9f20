"""The loads that are measured: lengths in tokens, and texts that stand for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embedder.tokens import TextTokenizer, Tokens

QUERY = "1x16"
MIXED = "mixed"
MEAN_TOKENS, SPREAD, COUNT = 91, 0.7, 96


def mixed_lengths() -> list[int]:
    """96 lengths, log-normal, mean 91 tokens, at most 512; the same each time."""
    drawn = np.random.default_rng(1).lognormal(0, SPREAD, COUNT)
    lengths = np.clip(drawn * MEAN_TOKENS / drawn.mean(), 4, 512)
    return [round(length) for length in lengths]


LOADS: dict[str, list[int]] = {
    QUERY: [16],
    "1x128": [128],
    "1x512": [512],
    "8x128": [128] * 8,
    MIXED: mixed_lengths(),
}


def ids_of(length: int, vocabulary: int = 5_000) -> NDArray[np.int64]:
    """Token ids of a text of so many tokens, the same each time."""
    return np.random.default_rng(length).integers(4, vocabulary, length)


def text_of(length: int) -> str:
    """A text that `LengthTokenizer` takes for so many tokens, and about as long as one of so many would be."""
    return str(length).ljust(3 * length)


class LengthTokenizer:
    """Takes a text for the number of its tokens; loads the real tokenizer, whose memory belongs to the embedder."""

    def __init__(self, real: TextTokenizer) -> None:
        self.real = real

    def encode(self, kind: str, texts: Sequence[str]) -> list[Tokens]:
        """Ids of each text; the warm-up's words are tokenized as they are."""
        if not texts[0].strip().isdigit():
            return self.real.encode(kind, texts)
        return [Tokens(ids_of(int(text)), truncated=False) for text in texts]
