"""What may be set of a collection, when it is made and later."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.web.faults import described

# The languages that PostgreSQL 16 has stemmers for (snowball).
Language = Literal[
    "arabic", "armenian", "basque", "catalan", "danish", "dutch", "english", "finnish", "french", "german", "greek",
    "hindi", "hungarian", "indonesian", "irish", "italian", "lithuanian", "nepali", "norwegian", "portuguese",
    "romanian", "russian", "serbian", "spanish", "swedish", "tamil", "turkish", "yiddish",
]  # fmt: skip

NO_NUL = described(r"^[^\x00]*\Z", "holds a NUL character")
Description = Annotated[str, Meta(max_length=1_000, pattern=NO_NUL)]


class Bm25(Struct, forbid_unknown_fields=True):
    """BM25's parameters; one that is not named is left as it is, 1.5 and 0.75 in a new collection."""

    k1: Annotated[float, Meta(ge=0, le=10)] | None = None
    b: Annotated[float, Meta(ge=0, le=1)] | None = None
