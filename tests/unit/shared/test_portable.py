"""Vectors as lines: numbers that are read back bit by bit."""

from __future__ import annotations

import math
import struct
from array import array
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.admission import CollectionRef
from shared.portable import PortableVector, _exact, line_of, model_of, prepared_of
from shared.records import content_hash
from shared.vector_values import halfvec_binary_of_row, length_of_row, row_of_halfvec_binary
from shared.web.lines import decode_lines

COLLECTION = CollectionRef(1, "texts", 2, "cosine", "m", "1")


def test_signs_of_zeros_are_told_and_nothing_else_is_touched() -> None:
    assert _exact("[-0]") == "[-0.0]"
    assert _exact("[-0,-0,0,-0.5,-0]") == "[-0.0,-0.0,0,-0.5,-0.0]"
    assert _exact("[1e-05,-1e-05,10,-10]") == "[1e-05,-1e-05,10,-10]"
    assert struct.pack("<2f", *msgspec.json.decode(_exact("[-0,0]"), type=list[float])) == struct.pack("<2f", -0.0, 0.0)


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_one_float32_that_its_shortest_decimal_is_not_read_as(sign: str) -> None:
    bits = 0x15AE43FD | (0x80000000 if sign else 0)
    assert array("f", [float(f"{sign}7.038531e-26")]).tobytes() != struct.pack("=I", bits)
    [number] = msgspec.json.decode(_exact(f"[{sign}7.038531e-26]"), type=list[float])
    assert array("f", [number]).tobytes() == struct.pack("=I", bits)


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=20))
def test_a_row_of_float16_comes_back(halves: list[int]) -> None:
    row = struct.pack(f"<{len(halves)}H", *halves)
    assert row_of_halfvec_binary(halfvec_binary_of_row(row)) == row
    assert math.isfinite(length_of_row(row)) == all(half & 0x7C00 != 0x7C00 for half in halves)


# What msgspec reads and PostgreSQL's jsonb keeps; -0.0 is 0 to jsonb.
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
TIMES = st.datetimes(datetime(1970, 1, 2), datetime(9997, 12, 30), timezones=st.just(UTC))


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=512),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(str.strip),
    st.dictionaries(st.text(max_size=5), JSON, max_size=4),
    st.none() | TIMES,
    TIMES,
)
def test_a_line_is_read_as_the_row_that_it_was(
    vector_id: str, text: str, metadata: dict[str, object], expires_at: datetime | None, created_at: datetime
) -> None:
    embedding = halfvec_binary_of_row(struct.pack("<2e", 0.6, -0.8))
    told = msgspec.json.encode(metadata).decode()
    row = (1, "a.b", vector_id, text, None, embedding, told, False, expires_at, created_at, created_at)
    line = line_of(row, model_of(COLLECTION))
    assert line.count(b"\n") == 1
    [(_, vector)] = decode_lines(line, PortableVector, max_lines=1)
    assert (vector.namespace, vector.id, vector.text) == ("a.b", vector_id, text)
    prepared = prepared_of(vector, COLLECTION)
    assert prepared.embedding == embedding
    assert prepared.content_hash == content_hash(text, None)
    assert msgspec.json.decode(prepared.metadata) == msgspec.json.decode(told)
    assert (prepared.expires_at, prepared.created_at, prepared.updated_at) == (expires_at, created_at, created_at)
    for change in ({"text": text + "."}, {"model": "another@1"}, {"embedded_sha256": None}, {"values": [1.0, 0.0]}):
        assert prepared_of(msgspec.structs.replace(vector, **change), COLLECTION).embedding is None
