"""Cranfield: 1,400 abstracts, 225 questions, graded judgements (tests/data/cranfield/README.md)."""

from __future__ import annotations

import json
import lzma
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "data" / "cranfield" / "cranfield.json.xz"


@dataclass(frozen=True, slots=True)
class Cranfield:
    """Texts by document id (title and abstract), questions by query id, and the gain of a document for a query."""

    documents: Mapping[str, str]
    queries: Mapping[str, str]
    gains: Mapping[str, Mapping[str, int]]

    def part(self, queries: int, documents: int) -> Cranfield:
        """The first queries, all that is judged for them, and the first of the other documents up to a number."""
        ids = list(self.queries)[:queries]
        judged = {document for query in ids for document in self.gains[query]}
        others = [document for document in self.documents if document not in judged]
        kept = judged | set(others[: max(documents - len(judged), 0)])
        return Cranfield(
            {document: text for document, text in self.documents.items() if document in kept},
            {query: self.queries[query] for query in ids},
            {query: self.gains[query] for query in ids},
        )


@cache
def load() -> Cranfield:
    """The whole collection but for its two empty documents."""
    content = json.loads(lzma.decompress(FILE.read_bytes()))
    documents = {document: f"{title} {abstract}".strip() for document, title, abstract in content["documents"]}
    return Cranfield(
        {document: text for document, text in documents.items() if text},
        dict(content["queries"]),
        {query: {d: _gain(code) for d, code in codes.items()} for query, codes in content["judgements"].items()},
    )


def _gain(code: int) -> int:
    """From 4 for a complete answer (code 1) to 1 for one of minimum interest (code 4); -1 is of no interest."""
    return 5 - code if 1 <= code <= 4 else 0


def ndcg(ranked: Sequence[str], gains: Mapping[str, int], depth: int = 10) -> float:
    """Discounted gain of a ranking over the best one's (Järvelin and Kekäläinen 2002, as trec_eval computes it)."""
    best = _discounted(sorted(gains.values(), reverse=True)[:depth])
    return _discounted([gains.get(document, 0) for document in ranked[:depth]]) / best if best else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))
