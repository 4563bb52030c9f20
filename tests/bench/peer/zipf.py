"""Documents of made-up words whose frequencies follow Zipf's law, as those of a language do."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

VOCABULARY = 50_000
DOCUMENT_WORDS, QUERY_WORDS = 65, 6

_ONSETS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "st", "tr", "pl", "gr", "kl")
_VOWELS = ("a", "e", "i", "o", "u")


def words() -> list[str]:
    """50,000 distinct words, the most frequent one first. They are no stems of each other: each ends in "x"."""
    syllables = [onset + vowel for onset in _ONSETS for vowel in _VOWELS]
    lengths = itertools.count(1)
    spelled = ("".join(parts) + "x" for length in lengths for parts in itertools.product(syllables, repeat=length))
    return list(itertools.islice(spelled, VOCABULARY))


class Texts:
    """Texts whose words are drawn independently, the word of rank r with a probability in proportion to 1/r."""

    def __init__(self, *, seed: int) -> None:
        self._words = words()
        self._cumulative = list(itertools.accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
        self._chance = random.Random(seed)

    def documents(self, count: int) -> Iterator[str]:
        """Texts of 65 words."""
        return (self._text(DOCUMENT_WORDS) for _ in range(count))

    def queries(self, count: int) -> list[str]:
        """Texts of 6 words, drawn as they occur: two of three hold one of the ten most common words."""
        return [self._text(QUERY_WORDS) for _ in range(count)]

    def _text(self, length: int) -> str:
        return " ".join(self._chance.choices(self._words, cum_weights=self._cumulative, k=length))
