"""Words to stems, by the snowball algorithms (https://snowballstem.org), where a collection names its language."""

from __future__ import annotations

from Stemmer import Stemmer


def stems(words: list[str], language: str | None) -> list[str]:
    """One stem for each folded word; the words themselves without a language.

    `language` is the English name of one, in lower case ("german"); KeyError where snowball has no such algorithm.
    """
    if language is None:
        return words
    # A stemmer may not be used by two threads at once. A new one costs 3 µs, its own cache off: a text's distinct words
    # come but once.
    stemmed: list[str] = Stemmer(language, 0).stemWords(words)
    return stemmed
