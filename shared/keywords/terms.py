"""The terms of a text: its stems as numbers, and how often each occurs.

A term is a number because PostgreSQL compares and packs numbers faster than text, and pgvector's `sparsevec` has room
for 1,000,000,000 of them. The collection's number is part of what is hashed: no two collections share the postings of a
word, and what collides in one does not in another. Of 100,000 distinct words about five pairs share a number.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import islice

from shared.keywords.stems import stems
from shared.keywords.tokens import tokens

TERM_NUMBERS = 1_000_000_000
"""Terms are 0 to this, exclusive: the largest dimension of a sparsevec."""

MAX_TERMS = 12_000
"""Distinct terms of a text that are kept, the first ones; a sparsevec holds 16,000."""

MAX_FREQUENCY = 32_767
"""What a smallint holds; BM25 is flat long before."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Term numbers, ascending and distinct; the frequency of each, in the same order; the number of tokens in all."""

    numbers: tuple[int, ...]
    frequencies: tuple[int, ...]
    length: int


def terms_of(
    text: str, *, language: str | None, collection_no: int, query: bool = False, limit: int = MAX_TERMS
) -> Terms:
    """The terms of a document, or of a query, of a collection; of its distinct words the first `limit`.

    `language` is the collection's, which stems, or None. KeyError for one that snowball does not have.
    """
    found = tokens(text, turkish=language == "turkish", query=query)
    # Of a long text's words no more are looked at than could be kept: each costs a stem and a hash.
    words = dict(islice(Counter(found).items(), limit))
    counts: dict[int, int] = {}
    for stem, count in zip(stems(list(words), language), words.values(), strict=True):
        number = term_number(collection_no, stem)
        counts[number] = counts.get(number, 0) + count
    numbers = tuple(sorted(counts))
    return Terms(numbers, tuple([min(counts[number], MAX_FREQUENCY) for number in numbers]), len(found))


@lru_cache(32_768)
def term_number(collection_no: int, stem: str) -> int:
    """The number of a stem in a collection: the same in every process, for it is stored."""
    digest = blake2b(stem.encode(), digest_size=8, salt=collection_no.to_bytes(16, "big")).digest()
    return int.from_bytes(digest, "big") % TERM_NUMBERS
