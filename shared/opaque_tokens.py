"""Random tokens that are kept as SHA-256 alone: refresh tokens and the tokens of mailed links."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Literal

from shared.ids import random_base62

Marker = Literal["fvr", "fvl"]

RANDOM_LENGTH = 43
"""256 bits."""

_SHAPE = re.compile(rf"(fvr|fvl)_[0-9A-Za-z]{{{RANDOM_LENGTH}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token at its birth; its text stays out of the repr."""

    text: str = field(repr=False)
    token_hash: bytes = field(repr=False)


def new_token(marker: Marker) -> NewToken:
    """A new random token, `fvr_…` to refresh a session, `fvl_…` of a link."""
    text = f"{marker}_{random_base62(RANDOM_LENGTH)}"
    return NewToken(text, token_hash(text))


def token_hash(text: str) -> bytes:
    """The 32 bytes by which a token is stored and looked up."""
    return hashlib.sha256(text.encode()).digest()


def is_token(text: str, marker: Marker) -> bool:
    """Whether the text has the shape of such a token."""
    return text.startswith(marker) and _SHAPE.fullmatch(text) is not None
