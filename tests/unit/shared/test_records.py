"""Records on their way in: what is refused, where, and what is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.admission import CollectionRef
from shared.errors import ValidationFailed
from shared.records import MAX_TEXT_BYTES, Record, check_ids, content_hash, prepare, text_fault

EAST = timezone(timedelta(hours=14))
WEST = timezone(-timedelta(hours=14))
TEXTS = CollectionRef(1, "texts", 1024, "cosine", "m", "1")
SMALL = CollectionRef(2, "small", 2, "cosine", None, None)
DOT = CollectionRef(3, "dot", 2, "dotproduct", None, None)


def faults(record: Record, collection: CollectionRef = SMALL) -> list[str]:
    """The faults of a record that stands behind a good one."""
    dimension = collection.dimension
    with pytest.raises(ValidationFailed) as raised:
        prepare([Record("good", values=[1.0] * dimension), record], collection)
    return [f"{detail.field}: {detail.error}" for detail in raised.value.details]


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (Record("", text="x"), "vectors[1].id"),
        (Record("a" * 513, text="x"), "vectors[1].id"),
        (Record("a\nb", text="x"), "vectors[1].id"),
        (Record("a\x7fb", text="x"), "vectors[1].id"),
        (Record("a\x85b", text="x"), "vectors[1].id"),
        (Record("a"), "vectors[1]"),
        (Record("a", text=""), "vectors[1].text"),
        (Record("a", text=" \n"), "vectors[1].text"),
        (Record("a", text="a\0b"), "vectors[1].text"),
        (Record("a", text="x" * (MAX_TEXT_BYTES + 1)), "vectors[1].text"),
        (Record("a", text="é" * (MAX_TEXT_BYTES // 2 + 1)), "vectors[1].text"),
        (Record("a", values=[]), "vectors[1].values"),
        (Record("a", values=[1.0]), "vectors[1].values"),
        (Record("a", values=[1.0] * 1024 + [float("nan")]), "vectors[1].values"),
        (Record("a", values=[1.0] * 1023 + [float("nan")]), "vectors[1].values[1023]"),
        (Record("a", values=[float("nan")] + [1.0] * 1023), "vectors[1].values[0]"),
        (Record("a", values=[float("inf")] + [1.0] * 1023), "vectors[1].values[0]"),
        (Record("a", values=[65505.0] + [1.0] * 1023), "vectors[1].values[0]"),
        (Record("a", values=[1.0, -65505.0] + [1.0] * 1022), "vectors[1].values[1]"),
        (Record("a", values=[0.0] * 1024), "vectors[1].values"),
        (Record("a", values=[1e-60] * 1024), "vectors[1].values"),
        (Record("a", text="x", metadata={"k": "a\0b"}), "vectors[1].metadata"),
        (Record("a", text="x", metadata={"a\0b": 1}), "vectors[1].metadata"),
        (Record("a", text="x", metadata={"k": ["x" * 50_000]}), "vectors[1].metadata"),
        (Record("a", text="x", expires_at=datetime(2030, 1, 1)), "vectors[1].expires_at"),
        (Record("a", text="x", expires_at=datetime(2030, 1, 1, tzinfo=UTC), ttl_seconds=1), "vectors[1].ttl_seconds"),
        (Record("a", text="x", expires_at=datetime(9999, 12, 31, 23, tzinfo=WEST)), "vectors[1].expires_at"),
        (Record("a", text="x", expires_at=datetime(1, 1, 1, tzinfo=EAST)), "vectors[1].expires_at"),
        (Record("a", text="x", metadata={"k": [1e-300] * 200}), "vectors[1].metadata"),
        (Record("a", text="x", metadata={"k": {"deep": [1e308] * 200}}), "vectors[1].metadata"),
    ],
)
def test_a_fault_is_named_by_its_path(record: Record, field: str) -> None:
    assert [fault.split(": ")[0] for fault in faults(record, TEXTS)] == [field]


def test_metadata_nested_too_deeply_is_refused() -> None:
    document: Any = 1
    for _ in range(65):
        document = [document]
    assert faults(Record("a", values=[1.0, 0.0], metadata={"k": document})) == [
        "vectors[1].metadata: is nested deeper than 64 levels"
    ]


def test_a_backslash_before_u0000_is_not_a_nul() -> None:
    [prepared] = prepare([Record("a", values=[1.0, 0.0], metadata={"k": "\\u0000"})], SMALL)
    assert msgspec.json.decode(prepared.metadata) == {"k": "\\u0000"}


def test_a_few_numbers_of_any_size_are_fine() -> None:
    metadata = {"planck": 6.62607015e-34, "huge": 1e300, "text": "1e308 " * 1_000}
    [prepared] = prepare([Record("a", values=[1.0, 0.0], metadata=metadata)], SMALL)
    assert msgspec.json.decode(prepared.metadata) == metadata


def test_text_alone_needs_the_dimension_of_embeddings() -> None:
    assert faults(Record("a", text="x")) == [
        "vectors[1].text: needs values too: embeddings have 1024, the collection 2"
    ]
    [prepared] = prepare([Record("a", text="x", values=[1.0, 0.0])], SMALL)
    assert prepared.raw_values is not None


def test_a_zero_vector_is_fine_where_direction_does_not_matter() -> None:
    assert len(prepare([Record("a", values=[0.0, 0.0])], DOT)) == 1


def test_of_equal_ids_the_last_one_stands() -> None:
    records = [Record("a", values=[1.0, 0.0]), Record("b", values=[1.0, 0.0]), Record("a", values=[0.0, 1.0])]
    prepared = prepare(records, SMALL)
    assert [record.id for record in prepared] == ["b", "a"]
    assert prepared[1].content_hash == content_hash(None, prepared[1].raw_values)


def test_at_most_twenty_faults_are_listed() -> None:
    with pytest.raises(ValidationFailed) as raised:
        prepare([Record("") for _ in range(100)], SMALL)
    assert len(raised.value.details) == 20


@given(st.text(min_size=1, max_size=50))
def test_ids_of_any_unicode_but_controls_pass(text: str) -> None:
    is_bad = any(ord(char) < 32 or 127 <= ord(char) < 160 or 0xD800 <= ord(char) <= 0xDFFF for char in text)
    if is_bad:
        with pytest.raises(ValidationFailed):
            check_ids([text])
    else:
        assert check_ids([text, text]) == [text]


@given(st.text(alphabet="aé漢😀", min_size=1, max_size=20), st.integers(0, 3))
def test_the_bound_of_a_text_is_exact(alphabet: str, over: int) -> None:
    text = alphabet * (MAX_TEXT_BYTES // len(alphabet.encode()))
    text += "x" * (MAX_TEXT_BYTES - len(text.encode()) + over)
    assert (text_fault(text) is None) == (over == 0)


@given(st.text(), st.text())
def test_content_hashes_differ_with_the_text(first: str, second: str) -> None:
    surrogates = [any(0xD800 <= ord(char) <= 0xDFFF for char in text) for text in (first, second)]
    if not any(surrogates):
        assert (content_hash(first, None) == content_hash(second, None)) == (first == second)
        assert content_hash(first, b"v") != content_hash(first, None)


def test_neither_text_nor_values_are_lost_in_the_hash() -> None:
    assert content_hash(None, b"v") != content_hash("", b"v")
    assert content_hash("t", b"v") != content_hash("t", b"w")
