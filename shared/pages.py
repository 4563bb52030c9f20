"""Pages of a listing and their cursors: opaque to the caller, the last position to us."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.errors import ValidationFailed

T = TypeVar("T")

DEFAULT_LIMIT = 100
MAX_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page; `next_cursor` is None on the last."""

    data: list[T]
    next_cursor: str | None

    @classmethod
    def cut(cls, found: Sequence[T], limit: int, *, position: Callable[[T], str]) -> Page[T]:
        """A page of `limit` from up to `limit + 1` found: the one more tells that there is a next."""
        data = list(found[:limit])
        return cls(data, encode_cursor(position(data[-1])) if len(found) > limit else None)


def encode_cursor(position: str) -> str:
    """The cursor behind `position`."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """The position of a cursor; "" for none. Raises ValidationFailed for what never was one."""
    try:
        position = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise ValidationFailed.of("cursor", "is not a cursor of this listing") from None
    if "\0" in position:
        raise ValidationFailed.of("cursor", "is not a cursor of this listing")
    return position
