"""BM25 as Lucene computes it: what a term adds to a document's score is its idf times its impact.

    idf    = ln(1 + (N - df + 0.5) / (df + 0.5))
    impact = tf / (tf + k1 * (1 - b + b * length / average length))

after Kamphuis, de Vries, Boytsov and Lin, "Which BM25 do you mean?" (ECIR 2020), "Lucene (accurate)": the length is not
rounded, and no factor k1 + 1 scales all scores alike. The impacts stand with the document and the idf comes with the
query, so a score is the inner product of two of pgvector's `sparsevec`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from shared.keywords.terms import TERM_NUMBERS, Terms

K1 = 1.5
"""How much a term's repetition still adds; the default of a collection, as bm25s's."""

B = 0.75
"""How much of a document's length counts against it, 0 to 1; the default of a collection, as bm25s's."""


def idf(documents: int, frequency: int) -> float:
    """The weight of a term that `frequency` of `documents` hold; above zero, even where `documents` lags behind."""
    return math.log1p((max(documents - frequency, 0) + 0.5) / (frequency + 0.5))


def impacts(terms: Terms, *, k1: float, b: float, average_length: float) -> list[float]:
    """Each term's impact in a document, in the order of the terms: above 0, at most 1.

    `average_length` is the collection's, in tokens; 0 while that is not known, which is as if all were of this length.
    """
    relative_length = terms.length / average_length if average_length > 0 else 1.0
    norm = k1 * (1 - b + b * relative_length)
    return [frequency / (frequency + norm) for frequency in terms.frequencies]


def sparsevec_binary(indices: Sequence[int], values: Sequence[float]) -> bytes:
    """A `sparsevec` of 1,000,000,000 dimensions in binary form: ascending indices from 0, and the values, none zero.

    The dimension, the number of values, an unused number, the indices, the values: 32 bits each, big-endian (pgvector,
    src/sparsevec.c sparsevec_send).
    """
    count = len(indices)
    return struct.pack(f"!iii{count}i{count}f", TERM_NUMBERS, count, 0, *indices, *values)
