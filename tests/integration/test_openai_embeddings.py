"""POST /v1/embeddings answers as OpenAI's API does, errors too."""

from __future__ import annotations

import base64
import struct
from typing import Any

import httpx
import pytest

from shared.config import TEXT_DIMENSION
from tests.support.api import MODEL, Api
from tests.support.shapes import SECURITY_HEADERS

NAME = MODEL.partition("@")[0]
PATH = "/v1/embeddings"


async def ask(api: Api, **fields: Any) -> dict[str, Any]:
    answer = await api.post(PATH, {"model": NAME, **fields})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: httpx.Response, status: int, kind: str, code: str, param: str | None) -> str:
    """Asserts all of an error in OpenAI's shape but its sentence, which it answers."""
    assert answer.status_code == status, answer.text
    assert set(answer.headers) >= SECURITY_HEADERS | {"x-request-id"}
    [(name, error)] = answer.json().items()
    message = error.pop("message")
    assert (name, error) == ("error", {"type": kind, "code": code, "param": param})
    assert isinstance(message, str)
    return message


async def test_the_answer_has_openais_shape(api: Api) -> None:
    answer = await ask(api, input=["A cat sleeps.", "An invoice is due."], user="someone", dimensions=1024)
    assert set(answer) == {"object", "data", "model", "usage"}
    assert (answer["object"], answer["model"]) == ("list", NAME)
    assert [(one["object"], one["index"]) for one in answer["data"]] == [("embedding", 0), ("embedding", 1)]
    assert all(len(one["embedding"]) == TEXT_DIMENSION for one in answer["data"])
    assert answer["usage"]["prompt_tokens"] == answer["usage"]["total_tokens"] > 0


async def test_base64_is_the_same_values_as_float32(api: Api) -> None:
    [plain] = (await ask(api, input="A cat sleeps."))["data"]
    [packed] = (await ask(api, input="A cat sleeps.", encoding_format="base64"))["data"]
    values = struct.unpack(f"<{TEXT_DIMENSION}f", base64.b64decode(packed["embedding"], validate=True))
    assert list(values) == pytest.approx(plain["embedding"], abs=1e-6)
    assert sum(value * value for value in values) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("kind", ["passage", "query"])
async def test_texts_are_passages_unless_said_otherwise(api: Api, kind: str) -> None:
    said = {} if kind == "passage" else {"kind": kind}
    [one] = (await ask(api, input="A cat sleeps.", **said))["data"]
    expected = (await api.post("/v1/embed", {"text": "A cat sleeps.", "kind": kind})).json()["embedding"]
    assert one["embedding"] == pytest.approx(expected, abs=1e-6)


async def test_it_is_metered_once_all_is_done(api: Api) -> None:
    answer = await ask(api, input=["one text", "another text"])
    [(requests, embeddings, tokens)] = api.sql("SELECT sum(requests), sum(embeddings), sum(tokens) FROM usage_events")
    assert (requests, embeddings, tokens) == (1, 2, answer["usage"]["total_tokens"])


@pytest.mark.parametrize(
    ("fields", "param", "sentence"),
    [
        ({"input": ""}, "input", "is empty"),
        ({"input": ["a", " "]}, "input[1]", "is empty"),
        ({"input": []}, "input", "is empty"),
        ({"input": [15339, 1917]}, "input[0]", "is not a string"),
        ({"input": [[15339], [1917]]}, "input[0]", "is not a string"),
        ({"input": ["a"] * 1_001}, "input", "has more than 1000 items"),
        ({}, "input", "is required"),
        ({"input": "a", "dimensions": 256}, "dimensions", "is not one of 1024"),
        ({"input": "a", "encoding_format": "int8"}, "encoding_format", "is not one of base64, float"),
        ({"input": "a", "unknown": 1}, "unknown", "is not a field of this call"),
    ],
)
async def test_what_is_not_valid_is_422_in_openais_shape(
    api_without_embedder: Api, fields: dict[str, Any], param: str, sentence: str
) -> None:
    answer = await api_without_embedder.post(PATH, {"model": NAME, **fields})
    message = refused(answer, 422, "invalid_request_error", "validation_failed", param)
    assert message == f"{param}: {sentence}"


@pytest.mark.parametrize("name", ["text-embedding-3-small", MODEL, "", NAME.upper()])
async def test_another_model_is_404_and_told_which_one_there_is(api_without_embedder: Api, name: str) -> None:
    answer = await api_without_embedder.post(PATH, {"input": "a", "model": name})
    assert NAME in refused(answer, 404, "invalid_request_error", "model_not_found", "model")


async def test_every_other_error_has_openais_shape_too(api_without_embedder: Api) -> None:
    api = api_without_embedder
    body = {"input": "a", "model": NAME}
    stranger = await api.client.post(PATH, json=body, headers={"Authorization": "Bearer nonsense"})
    refused(stranger, 401, "authentication_error", "unauthenticated", None)
    assert stranger.headers["www-authenticate"] == "Bearer"
    writer = await api.post(PATH, body, key=await api.new_key("write"))
    refused(writer, 403, "permission_error", "permission_denied", None)
    json_type = api.tenant.headers | {"Content-Type": "application/json"}
    refused(
        await api.client.post(PATH, content=b"{", headers=json_type), 400, "invalid_request_error", "invalid_json", None
    )
    text = await api.client.post(PATH, content=b"{}", headers=api.tenant.headers)
    refused(text, 415, "invalid_request_error", "unsupported_media_type", None)
    down = await api.post(PATH, body)
    refused(down, 503, "server_error", "unavailable", None)
    assert 1 <= int(down.headers["retry-after"]) <= 60
    assert api.sql("SELECT count(*) FROM usage_events") == [(0,)]
