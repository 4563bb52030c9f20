from __future__ import annotations

import time

import pytest

from embedder.errors import Invalid, InvalidJson
from embedder.wire import parse_accept, parse_deadline, parse_request, parse_scope


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"kind":"query","inputs":["a"]} x',
        b'{"kind":"query","inputs":[NaN]}',
        b'{"kind":"query","inputs":["\\ud800"]}',
        b'{"kind":"query","inputs":["\\udc00\\ud800"]}',
        b'{"kind":"query","inputs":["\xff"]}',
        b'{"kind":"query","inputs":["\xed\xa0\x80"]}',
        '{"kind":"query","inputs":["a"]}'.encode("utf-16"),
    ],
)
def test_what_is_not_json_in_utf_8(body: bytes) -> None:
    with pytest.raises(InvalidJson) as refused:
        parse_request(body)
    assert (refused.value.status, refused.value.code) == (400, "invalid_json")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"[]", ["body"]),
        (b"null", ["body"]),
        (b"{}", ["body"]),
        (b'{"kind":"query"}', ["body"]),
        (b'{"kind":"document","inputs":["a"]}', ["kind"]),
        (b'{"kind":"query","inputs":"a"}', ["inputs"]),
        (b'{"kind":"query","inputs":["a",1]}', ["inputs[1]"]),
        (b'{"kind":"query","inputs":[null]}', ["inputs[0]"]),
        (b'{"kind":"query","inputs":["a"],"more":1}', ["body"]),
        (b'{"kind":"query","inputs":[]}', ["inputs"]),
        (b'{"kind":"query","inputs":["a","","b",""]}', ["inputs[1]", "inputs[3]"]),
        (b'{"kind":"query","inputs":["' + b"a" * 65_537 + b'"]}', ["inputs[0]"]),
        ('{"kind":"query","inputs":["' + "é" * 32_769 + '"]}', ["inputs[0]"]),
        (b'{"kind":"query","inputs":["' + b'","'.join([b"a"] * 1025) + b'"]}', ["inputs"]),
    ],
)
def test_what_is_json_but_no_request(body: bytes | str, fields: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        parse_request(body.encode() if isinstance(body, str) else body)
    assert (refused.value.status, refused.value.code) == (422, "validation_failed")
    assert [detail["field"] for detail in refused.value.details] == fields
    assert all(detail["error"] for detail in refused.value.details)


def test_a_message_never_repeats_a_text() -> None:
    with pytest.raises(Invalid) as refused:
        parse_request(b'{"kind":"secret words","inputs":["a"]}')
    assert "secret" not in str(refused.value.details)


@pytest.mark.parametrize("text", ["a", "a" * 65_536, "é" * 32_768, "木" * 21_845, "\\u0000", "\\ud83d\\ude00", " "])
def test_texts_up_to_the_bounds_are_taken(text: str) -> None:
    request = parse_request(f'{{"kind":"passage","inputs":["{text}"]}}'.encode())
    assert request.kind == "passage"
    assert len(request.inputs) == 1


def test_1024_texts_are_taken() -> None:
    assert len(parse_request(b'{"kind":"query","inputs":["' + b'","'.join([b"a"] * 1024) + b'"]}').inputs) == 1024


@pytest.mark.parametrize(
    ("accept", "dtype"),
    [
        ("", None),
        ("*/*", None),
        ("application/json", None),
        ("application/octet-stream", "float32"),
        ("application/octet-stream; dtype=float16", "float16"),
        ('application/octet-stream;q=0.9;dtype="float32"', "float32"),
        ("text/html, Application/Octet-Stream;DTYPE=float16", "float16"),
    ],
)
def test_accept_chooses_the_answer(accept: str, dtype: str | None) -> None:
    assert parse_accept(accept) == dtype


def test_an_unknown_dtype_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        parse_accept("application/octet-stream; dtype=int8")
    assert refused.value.details[0]["field"] == "Accept"


@pytest.mark.parametrize("value", ["", "-1", "1.5", "soon", "1" * 13, "²"])
def test_a_deadline_is_whole_milliseconds(value: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_deadline(value, 60)
    assert refused.value.details[0]["field"] == "X-Deadline-Ms"


def test_deadlines_count_from_now_and_never_exceed_the_default() -> None:
    now = time.monotonic()
    assert 0.9 < parse_deadline("1000", 60) - now < 1.5
    assert 59 < parse_deadline(None, 60) - now < 61
    assert 59 < parse_deadline("999999999999", 60) - now < 61


@pytest.mark.parametrize("value", ["", " ", "a b", "a\tb", "é", "a" * 129, "a\n", "\x7f"])
def test_a_scope_is_printable_ascii_without_blanks(value: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_scope(value)
    assert refused.value.details[0]["field"] == "X-Cache-Scope"


def test_scopes_that_are_taken() -> None:
    assert [parse_scope(value) for value in (None, "a", "~!" * 64)] == [None, "a", "~!" * 64]
