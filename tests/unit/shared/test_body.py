"""Bodies and query strings: decoded once, and a fault is told with its place."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from shared.admission import CollectionRef
from shared.errors import FluxVectorError, InvalidRequest, UnsupportedMediaType, ValidationFailed
from shared.records import Record, prepare
from shared.web import body
from shared.web.faults import described


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    vectors: list[Record] = []


Kind = Literal["query", "passage"]


class Worded(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    kind: Kind | None = None
    kinds: Annotated[list[Kind], msgspec.Meta(max_length=3)] = []
    label: Annotated[str, msgspec.Meta(pattern=described(r"^[^\n]*\Z", "holds a line break"))] = ""
    count: Annotated[int, msgspec.Meta(ge=1, le=10)] | None = None
    vectors: list[Record] = []


class Listing(msgspec.Struct, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=1, le=10)] = 5
    ids: list[str] = []


def request(query: str = "", headers: dict[str, str] | None = None) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return Request({"type": "http", "method": "POST", "path": "/", "query_string": query.encode(), "headers": raw})


def fields(raised: pytest.ExceptionInfo[FluxVectorError]) -> list[str]:
    return [detail.field for detail in raised.value.details]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'{"name": 1}', "name"),
        (b'{"name": ""}', "name"),
        (b"{}", "name"),
        (b"[]", ""),
        (b'"x"', ""),
        (b'{"name": "x", "nome": 1}', "nome"),
        (b'{"name": "x", "vectors": [{"id": "a"}, {"id": 1}]}', "vectors[1].id"),
        (b'{"name": "x", "vectors": [{"id": "a", "values": [1, "2"]}]}', "vectors[0].values[1]"),
        (b'{"name": "x", "vectors": [{"id": "a", "values": [1e400]}]}', "vectors[0].values[0]"),
        (b'{"name": "x", "vectors": [{"id": "a", "values": [NaN]}]}', "vectors[0].values[0]"),
        (b'{"name": "x", "vectors": [{"id": "a", "values": [1, -Infinity]}]}', "vectors[0].values[1]"),
        (b'{"name": "x", "vectors": [{"id": "a", "text": "\\ud800"}]}', "vectors[0].text"),
        (b'{"name": "x", "vectors": [{"id": "a", "metadata": {"k\\udfff": 1}}]}', "vectors[0].metadata"),
        (b'{"name": "x", "vectors": [{"id": "a", "colour": 1}]}', "vectors[0].colour"),
        (b'{"name": "x", "vectors": [{"text": "a"}]}', "vectors[0].id"),
        (b'{"name": "x", "vectors": [{"id": "a", "ttl_seconds": 0}]}', "vectors[0].ttl_seconds"),
        (b'{"name": "x", "vectors": [{"id": "a", "expires_at": "soon"}]}', "vectors[0].expires_at"),
    ],
)
def test_a_fault_is_told_with_its_path(raw: bytes, field: str) -> None:
    with pytest.raises(ValidationFailed) as raised:
        body.decode_json(raw, Shape)
    assert fields(raised) == [field]


@pytest.mark.parametrize("levels", [70, 300, 450, 600, 900, 5_000, 9_000, 50_000])
@pytest.mark.parametrize("inner", [b"", b'"\\u0000"'])
def test_deep_nesting_is_read_or_refused_as_our_error(levels: int, inner: bytes) -> None:
    """How deep the decoder reads differs by Python; what it reads is refused by the metadata's own bound."""
    deep = b"[" * levels + inner + b"]" * levels
    raw = b'{"name": "x", "vectors": [{"id": "a", "text": "x", "metadata": {"a": ' + deep + b"}}]}"
    with pytest.raises(ValidationFailed, match="nested"):
        prepare(body.decode_json(raw, Shape).vectors, CollectionRef(1, "c", 1024, "cosine", "m", "1"))


@pytest.mark.parametrize("levels", [300, 900, 5_000, 50_000])
def test_deep_nesting_beside_nan_is_refused_as_our_error(levels: int) -> None:
    with pytest.raises((ValidationFailed, InvalidRequest)):
        body.decode_json(b"[" * levels + b"NaN" + b"]" * levels, Shape)


def test_telling_the_place_of_nan_takes_memory_as_the_body_does() -> None:
    """A long key over many items once took the length of the key for each of them."""
    raw = b'{"name": "x", "' + b"k" * 60_000 + b'": [' + b"0," * 30_000 + b"NaN]}"
    tracemalloc.start()
    with pytest.raises(ValidationFailed) as raised:
        body.decode_json(raw, Shape)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * len(raw)
    assert len(raised.value.message) < 1_000


def test_an_error_echoes_no_more_than_an_error_should_be() -> None:
    for field in ("n" * 240_000, "a - at `$." + "n" * 240_000):
        with pytest.raises(ValidationFailed) as raised:
            body.decode_json(json.dumps({"name": "x", field: 1}).encode(), Shape)
        assert len(raised.value.message) < 1_000
        assert len(raised.value.details[0].field) < 1_000


def test_thousands_of_numbers_that_are_slow_to_read_are_refused() -> None:
    """Each takes the decoder 20 microseconds: a body of 32 MB held the process for two minutes."""
    slow = b'{"name": "x", "vectors": [{"id": "a", "values": [' + b"1e308," * 20_000 + b"1]}]}"
    with pytest.raises(ValidationFailed, match="more than 1000 numbers"):
        body.decode_json(slow, Shape)
    few = b'{"name": "x", "vectors": [{"id": "a", "values": [' + b"1e100," * 900 + b"1]}]}"
    assert len(body.decode_json(few, Shape).vectors) == 1
    hashes = {f"h{number}": hashlib.sha256(bytes([number % 256])).hexdigest() for number in range(15_000)}
    hexadecimal = json.dumps({"name": json.dumps(hashes), "vectors": []}).encode()
    assert len(hexadecimal) > 1_000_000
    assert body.decode_json(hexadecimal, Shape).vectors == []
    words = json.dumps({"name": "e " * 100_000}).encode()
    assert body.decode_json(words, Shape).name.startswith("e ")


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"name": 1}, "name: is not a string"),
        ({"name": ""}, "name: is empty"),
        ({"name": "x", "kind": "y"}, "kind: is not one of passage, query"),
        ({"name": "x", "kinds": ["query", "y"]}, "kinds[1]: is not one of passage, query"),
        ({"name": "x", "label": "a\nb"}, "label: holds a line break"),
        ({"name": "x", "count": "1"}, "count: is not a whole number or null"),
        ({"name": "x", "count": 0}, "count: is less than 1"),
        ({"name": "x", "count": 11}, "count: is greater than 10"),
        ({"name": "x", "kinds": ["query"] * 4}, "kinds: has more than 3 items"),
        ({"name": "x", "vectors": [{"id": "a", "expires_at": "soon"}]}, "vectors[0].expires_at: is not a time as RFC"),
        ({"nome": "x"}, "nome: is not a field of this call"),
        ({}, "name: is required"),
    ],
)
def test_a_fault_is_told_in_a_persons_words(document: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationFailed) as raised:
        body.decode_json(json.dumps(document).encode(), Worded)
    assert raised.value.message.startswith(sentence)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b'{\n  "name": x}', "The body is not JSON: see line 2, column 11."),
        (b'{"name": "\xe4"}', "The body is not UTF-8."),
        (b'{"name": ' + b" " * (1 << 20), "The body is not JSON."),
    ],
)
def test_what_is_not_json_is_told_with_its_place(raw: bytes, sentence: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        body.decode_json(raw, Worded)
    assert raised.value.message == sentence


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'{"name": "\xff"}', b"nul", b'{"name": "x"} x', b"[" * 100_000])
def test_what_is_not_json_is_400(raw: bytes) -> None:
    with pytest.raises((InvalidRequest, ValidationFailed)) as raised:
        body.decode_json(raw, Shape)
    assert raised.value.status == (422 if raw.startswith(b"[[") else 400)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(json_values)
def test_whatever_is_sent_is_read_or_refused_as_our_error(value: Any) -> None:
    for raw in (json.dumps(value).encode(), json.dumps({"name": "x", "vectors": value}).encode()):
        try:
            decoded: object = body.decode_json(raw, Shape)
        except FluxVectorError as error:
            decoded = error
        assert isinstance(decoded, Shape | InvalidRequest | ValidationFailed)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_as_our_error(raw: bytes) -> None:
    with pytest.raises(FluxVectorError) as raised:
        body.decode_json(raw, Shape)
    assert raised.value.status in (400, 422)


@pytest.mark.parametrize(
    "value", ["application/json", "application/json; charset=UTF-8", "Application/JSON;charset=utf-8"]
)
def test_json_is_accepted(value: str) -> None:
    body.require_json(request(headers={"content-type": value}))


@pytest.mark.parametrize(
    "value", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"]
)
def test_other_media_types_are_refused(value: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        body.require_json(request(headers={"content-type": value}))


def test_a_query_string_is_decoded() -> None:
    assert body.decode_query(request("limit=7"), Listing) == Listing(limit=7)
    assert body.decode_query(request("ids=a,b&ids=c"), Listing) == Listing(ids=["a,b", "c"])


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=x", "limit"), ("limit=1&limit=2", "limit"), ("page=1", "page"), ("ids=%00", "ids")],
)
def test_a_fault_in_a_query_string_is_told(query: str, field: str) -> None:
    with pytest.raises(ValidationFailed) as raised:
        body.decode_query(request(query), Listing)
    assert fields(raised) == [field]
