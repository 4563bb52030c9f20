"""What a text reserves is never less than what the embedder counts."""

from __future__ import annotations

import pytest

from shared.limits import tokens_at_most
from tests.support.api import Api

# Signs that stand for whole words, letters beyond the basic plane, what is normalised away, and plain text.
TEXTS = [
    "a",
    "a plain sentence of some words",
    "\u331a",
    "\u331a ",
    "\u3356",
    "\ufdfa",
    "\u2a0c",
    "\U0001d573",
    "\u0301",
]


@pytest.mark.parametrize("times", [1, 12, 60])
async def test_no_text_has_more_tokens_than_it_reserves(api: Api, times: int) -> None:
    """Of all characters U+331A makes the most tokens of its bytes."""
    for text in TEXTS:
        answer = await api.post("/v1/embed", {"text": text * times})
        assert answer.status_code == 200, answer.text
        assert answer.json()["usage"]["embedding_tokens"] <= tokens_at_most(text * times), ascii(text)
