"""Setting fields of metadata."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ValidationFailed
from shared.metadata_updates import merged

NAMES = st.sampled_from(["a", "b", "é", ""])
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text("x")
)
OBJECTS = st.dictionaries(NAMES, st.one_of(VALUES, st.lists(VALUES, max_size=2), st.dictionaries(NAMES, VALUES)))


@given(OBJECTS, OBJECTS)
def test_fields_are_set_or_removed_and_the_others_stay(before: dict[str, Any], fields: dict[str, Any]) -> None:
    document = msgspec.json.encode(before).decode()
    after, encoded = merged("v", document, fields)
    wanted = {name: value for name, value in before.items() if name not in fields}
    wanted |= {name: value for name, value in fields.items() if value is not None}
    assert after == wanted
    if encoded is None:
        assert msgspec.json.encode(after) == document.encode()
    else:
        assert msgspec.json.decode(encoded) == wanted
        again, unchanged = merged("v", encoded.decode(), fields)
        assert (again, unchanged) == (wanted, None)


def test_unlike_types_are_a_change() -> None:
    assert merged("v", '{"a": true}', {"a": 1})[1] == b'{"a":1}'
    assert merged("v", '{"a": 1}', {"a": 1.0})[1] == b'{"a":1.0}'


def test_what_becomes_too_large_is_named() -> None:
    large = msgspec.json.encode({"a": "x" * 40_000}).decode()
    assert merged("v", large, {"b": "x" * 900})[1] is not None
    with pytest.raises(ValidationFailed, match=r"set_metadata: .* vector 'v', .* 41015 bytes"):
        merged("v", large, {"b": "x" * 1_000})
    assert merged("v", large, {"a": None, "b": "x" * 1_000})[0] == {"b": "x" * 1_000}
