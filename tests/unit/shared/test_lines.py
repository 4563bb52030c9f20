"""Lines of JSON: each read once, faults named by their lines."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidRequest, ValidationFailed
from shared.web.lines import decode_lines


class Thing(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    values: list[float] | None = None


def faults(body: bytes) -> list[str]:
    with pytest.raises(ValidationFailed) as refused:
        decode_lines(body, Thing, max_lines=100)
    return [detail.field for detail in refused.value.details]


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=10), st.sampled_from(["\n", "\r\n", "\n\n"])
)
def test_each_line_is_a_record(ids: list[str], end: str) -> None:
    body = end.join(msgspec.json.encode({"id": one}).decode() for one in ids)
    for ending in ("", end, end + '{"next_cursor":"x"}', end + ' {"next_cursor": null}' + end):
        found = decode_lines((body + ending).encode(), Thing, max_lines=10)
        assert [thing.id for _, thing in found] == ids
        assert [number for number, _ in found] == [1 + len(end.strip("\r")) * n for n in range(len(ids))]


def test_faults_are_named_by_their_lines() -> None:
    assert faults(b'{"id": "a"}\n\n{}\n{"id": "b", "values": [1, "x"]}\n[]') == [
        "line 3: id",
        "line 4: values[1]",
        "line 5",
    ]
    assert faults(b'{"id": "a", "next_cursor": null}') == ["line 1: next_cursor"]
    assert faults(b'{"id": 1}\n' * 100) == [f"line {n}: id" for n in range(1, 21)]
    assert faults(b'{"id": "a"}\n' * 101) == ["line 101"]
    assert faults(b'{"id": "a", "values": [' + b"1e308," * 2_000 + b"1]}") == [""]


@pytest.mark.parametrize("line", [b"{", b"\xff", b'{"id": "a"} {"id": "b"}', b"nothing"])
def test_what_is_not_json_is_named_by_its_line(line: bytes) -> None:
    assert faults(b'{"id": "a"}\n' + line) == ["line 2"]
    assert faults(line + b'\n{"id": "a"}\n{"id": 1}') == ["line 1", "line 3: id"]
    with pytest.raises(InvalidRequest, match=r"see line 2\.$"):
        decode_lines(b"\n" + line + b'\n{"next_cursor": null}\n' + line, Thing, max_lines=10)
