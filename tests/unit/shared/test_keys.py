"""API keys: shape, checksum, and what of them may be seen."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from shared import keys
from shared.ids import BASE62


def test_a_new_key_is_well_formed_and_known_by_its_sha256() -> None:
    key = keys.new_key("live")
    assert key.text.startswith("fv_live_")
    assert keys.is_well_formed(key.text)
    assert key.key_hash == hashlib.sha256(key.text.encode()).digest()
    assert key.prefix == key.text.removeprefix("fv_live_")[:8]


def test_keys_do_not_repeat() -> None:
    assert len({keys.new_key("test").text for _ in range(1_000)}) == 1_000


@given(position=st.integers(0, 45), replacement=st.sampled_from(BASE62))
def test_one_mistyped_character_is_refused(position: int, replacement: str) -> None:
    text = keys.new_key("live").text
    mistyped = text[:position] + replacement + text[position + 1 :]
    assert keys.is_well_formed(mistyped) == (mistyped == text)


@given(st.text(max_size=60))
def test_other_texts_are_refused(text: str) -> None:
    assert not keys.is_well_formed(text)


def test_the_text_of_a_key_is_not_in_its_repr() -> None:
    key = keys.new_key("live")
    assert key.text not in repr(key)
    assert key.key_hash.hex() not in repr(key)
    assert repr(key.key_hash) not in repr(key)


def test_a_key_with_non_ascii_digits_is_refused() -> None:
    assert not keys.is_well_formed("fv_live_" + "٣" * 38)
