"""Texts longer than the model reads, found before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence

from shared.deadline import Deadline
from shared.embedding import Embedder
from shared.errors import Detail, ValidationFailed
from shared.records import MAX_FAULTS, Record

# Every tokenizer makes at most one token of each of these characters, and 512 tokens, which all models here read, leave
# 64 to the prefix and the special tokens. (Elsewhere one character may become eighteen: U+FDFA by NFKC.)
SHORT_ASCII = 448


async def refuse_long_texts(embedder: Embedder, records: Sequence[Record], deadline: Deadline) -> None:
    """Refuses records whose text is embedded, but would not be read to its end; others need no look.

    Asks the embedder, which alone knows the tokens, and only about texts that could be too long. Raises
    ValidationFailed, naming up to 20, or Unavailable.
    """
    places = [place for place, record in enumerate(records) if record.values is None and _may_be_long(record.text)]
    if not places:
        return
    texts = [records[place].text or "" for place in places]
    counts = await embedder.count_tokens("passage", texts, budget_s=deadline.remaining_s)
    faults = [
        Detail(f"vectors[{places[index]}].text", _sentence(tokens, counts.max_tokens))
        for index, tokens in counts.too_long().items()
    ]
    if faults:
        raise ValidationFailed.all(faults[:MAX_FAULTS])


def _may_be_long(text: str | None) -> bool:
    return text is not None and not (text.isascii() and len(text) <= SHORT_ASCII)


def _sentence(tokens: int | None, max_tokens: int) -> str:
    if tokens is None:
        return f"has more tokens than the {max_tokens} that the model reads"
    return f"has {tokens} tokens; the model reads {max_tokens}"
