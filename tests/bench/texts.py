"""Texts and queries of chosen lengths, made of Cranfield's sentences; the same ones in every run."""

from __future__ import annotations

import random
from functools import cache

from tests.bench import cranfield

SHORTEST, LONGEST = 20, 90
QUERY_WORDS = 8


@cache
def passages() -> list[str]:
    """Distinct texts of 20 to 90 words, whole sentences where they suit."""
    lengths = random.Random(1)
    found: dict[str, None] = {}
    for text in cranfield.load().documents.values():
        words = text.split()
        start = 0
        while start + SHORTEST <= len(words):
            end = min(start + lengths.randint(SHORTEST, LONGEST), len(words))
            stops = [place + 1 for place in range(start + SHORTEST, end) if words[place] == "."]
            end = stops[-1] if stops else end
            found[" ".join(words[start:end])] = None
            start = end
    return list(found)


@cache
def queries() -> list[str]:
    """Distinct queries of 8 words, so that nothing can answer one from memory."""
    choice = random.Random(2)
    words = [[word for word in text.split() if word.isalpha()] for text in cranfield.load().documents.values()]
    long_enough = [text for text in words if len(text) > 2 * QUERY_WORDS]
    found: dict[str, None] = {}
    while len(found) < 5_000:
        text = choice.choice(long_enough)
        start = choice.randrange(len(text) - QUERY_WORDS)
        found[" ".join(text[start : start + QUERY_WORDS])] = None
    return list(found)
