"""What a freshly built model must show before it may be used."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedder.build.reference import reference_vectors
from embedder.build.samples import PAIRS
from embedder.build.source import Source
from embedder.engines.engine import Engine
from embedder.manifest import ModelError
from embedder.tokens import TextTokenizer

MIN_COSINE = 0.98
"""Between the quantized graph and the float32 reference, for each checked text."""

_CHECKED = 4


def check_accuracy(source: Source, engine: Engine, tokenizer: TextTokenizer) -> float:
    """Compare a few texts in several scripts with the float32 reference; the worst cosine.

    Raises:
        ModelError: a text is further away than `MIN_COSINE`, or its vector is not finite.
    """
    passages = [passage for _, passage in PAIRS[::-1][:: len(PAIRS) // _CHECKED]][:_CHECKED]
    ids = [tokens.ids for tokens in tokenizer.encode("passage", passages)]
    pairs = zip(engine.run(ids), reference_vectors(source, ids), strict=True)
    worst = min(float(vector[: len(expected)] @ expected) for vector, expected in pairs)
    if not worst >= MIN_COSINE:  # written so that NaN fails too
        raise ModelError(f"The built graph is wrong: cosine {worst:.4f} to float32, at least {MIN_COSINE} is needed.")
    return worst


def unrelated_cosine(engine: Engine, tokenizer: TextTokenizer) -> float:
    """The mean cosine of the queries with the passages of the other pairs."""

    def vectors(kind: str, texts: list[str]) -> NDArray[np.float32]:
        return engine.run([tokens.ids for tokens in tokenizer.encode(kind, texts)])

    queries, passages = zip(*PAIRS, strict=True)
    cosines = vectors("query", list(queries)) @ vectors("passage", list(passages)).T
    return round(float(cosines[~np.eye(len(PAIRS), dtype=bool)].mean()), 4)
