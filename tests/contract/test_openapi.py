"""The document says what the calls do: all of the built ones, with examples that fit their shapes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from infra import template
from shared.openapi.about import JSON
from shared.openapi.described import Described
from shared.openapi.document import document
from shared.openapi.endpoints import endpoint_apps
from tests.support.api import Api
from tests.support.shapes import SECURITY_HEADERS

UNBUILT = "functions.not_implemented"
BUILT = {route.key for function in template.load() if function.module != UNBUILT for route in function.routes}
CALLS = [Described(app) for app in endpoint_apps("functions")]
DOCUMENT = document("functions")
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}


def references(told: Any) -> Iterator[str]:
    """Every `$ref` at any depth."""
    if isinstance(told, list):
        for item in told:
            yield from references(item)
    elif isinstance(told, dict):
        for name, value in told.items():
            if name == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from references(value)


def test_every_built_call_is_told_of_and_no_other() -> None:
    assert set(OPERATIONS) == BUILT


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(DOCUMENT)):
        found: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def test_every_call_has_a_name_of_its_own_and_words_for_people() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(names) == len(set(names))
    for route, operation in OPERATIONS.items():
        assert operation["summary"], route
        assert operation["description"], route
        assert route not in operation["summary"]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.app.route)
def test_examples_fit_their_shapes(call: Described) -> None:
    about = call.about
    assert set(about.path) <= set(call.path_parameters)
    if about.request is not None and about.request_type == JSON:
        msgspec.convert(about.request, call.request_shape)
    if about.answer is not None and call.answer_shape is not None:
        texts = [about.answer] if about.answer_type == JSON else map(json.loads, about.answer.splitlines())
        for answer in texts:
            # There and back: an example has no field that is unknown, and lacks none that is always there.
            assert msgspec.to_builtins(msgspec.convert(answer, call.answer_shape)) == answer


async def test_it_is_public_and_may_be_cached(api_without_embedder: Api) -> None:
    client = api_without_embedder.client
    for path, media_type in (("/openapi.json", "application/json"), ("/docs", "text/html; charset=utf-8")):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert set(answer.headers) >= SECURITY_HEADERS
        assert "set-cookie" not in answer.headers


async def test_it_is_the_document(api_without_embedder: Api) -> None:
    answer = await api_without_embedder.client.get("/openapi.json")
    assert answer.json() == DOCUMENT
    assert answer.json()["openapi"].startswith("3.1.")


async def test_the_page_tells_of_every_call(api_without_embedder: Api) -> None:
    answer = await api_without_embedder.client.get("/docs")
    for route in BUILT:
        assert route in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.app.route)
def test_every_call_has_its_examples(call: Described) -> None:
    assert set(call.about.path) == set(call.path_parameters)
    assert call.about.request is not None or not call.takes_fields
    assert call.about.answer is not None or call.operation_id in {"docs", "openapi"}
