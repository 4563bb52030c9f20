"""Cursors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ValidationFailed
from shared.pages import Page, decode_cursor, encode_cursor


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_a_cursor_comes_back(position: str) -> None:
    assert decode_cursor(encode_cursor(position)) == position


@pytest.mark.parametrize("cursor", ["!", "a b", "ü", "AA", "____", "gA=="])
def test_what_never_was_a_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ValidationFailed):
        decode_cursor(cursor)


@given(st.integers(0, 30), st.integers(1, 10))
def test_pages_give_everything_once_in_order(total: int, limit: int) -> None:
    everything = [f"{number:03}" for number in range(total)]
    seen: list[str] = []
    after = ""
    while True:
        found = [item for item in everything if item > after][: limit + 1]
        page = Page.cut(found, limit, position=lambda item: item)
        seen += page.data
        if page.next_cursor is None:
            break
        after = decode_cursor(page.next_cursor)
    assert seen == everything
