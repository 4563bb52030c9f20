"""Bodies and query strings: decoded once, and a fault is told with its place."""

from __future__ import annotations

import json
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from shared.errors import FluxVectorError, InvalidRequest, PayloadTooLarge, UnsupportedMediaType, ValidationFailed
from shared.records import Record
from shared.web import body


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    vectors: list[Record] = []


class Listing(msgspec.Struct, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=1, le=10)] = 5
    ids: list[str] = []


def request(query: str = "", headers: dict[str, str] | None = None, chunks: tuple[bytes, ...] = ()) -> Request:
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    waiting = iter(messages)

    async def receive() -> Any:
        return next(waiting)

    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": query.encode(), "headers": raw}
    return Request(scope, receive)


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
        (b'{"name": "x", "vectors": [{"id": "a", "metadata": {"a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}]}", ""),
    ],
)
def test_a_fault_is_told_with_its_path(raw: bytes, field: str) -> None:
    with pytest.raises(ValidationFailed) as raised:
        body.decode_json(raw, Shape)
    assert fields(raised) == [field]


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


async def test_a_body_is_bounded_by_what_it_declares_and_by_what_comes() -> None:
    assert await body.read_body(request(chunks=(b"ab", b"cd")), 4) == b"abcd"
    with pytest.raises(PayloadTooLarge):
        await body.read_body(request(chunks=(b"ab", b"cde")), 4)
    with pytest.raises(PayloadTooLarge):
        await body.read_body(request(headers={"content-length": "5"}), 4)


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
