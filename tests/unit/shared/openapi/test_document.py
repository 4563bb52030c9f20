from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct
from starlette.responses import Response

from shared.errors import Conflict
from shared.limits import Standing
from shared.openapi.about import About
from shared.openapi.described import Described
from shared.openapi.document import DESCRIPTION, document_of
from shared.web.app import Call, EndpointApp, NoRequest, endpoint_app
from shared.web.openai_errors import OpenAIErrorBody, openai_error_response


class Listing(Struct, forbid_unknown_fields=True):
    collection: str
    ids: list[str] = []
    limit: Annotated[int, Meta(ge=1, description="How many.")] = 10


class Change(Struct, forbid_unknown_fields=True):
    name: str | None = None


class Thing(Struct):
    id: str


async def listed(call: Call[Listing]) -> Thing:
    """Answers things. In order."""
    return Thing("a")


async def changed(call: Call[Change]) -> Thing:
    """Answers the thing."""
    return Thing("a")


async def exported(call: Call[NoRequest]) -> Response:
    """Line by line."""
    return Response()


def operation(app: EndpointApp[Any]) -> dict[str, Any]:
    """The only operation of a document, its errors put in place."""
    document = document_of([Described(app)])
    [item] = document["paths"].values()
    [told] = item.values()
    for status, response in told["responses"].items():
        if status != "200":
            name = response["$ref"].rpartition("/")[2]
            told["responses"][status] = document["components"]["responses"][name]
    result: dict[str, Any] = told
    return result


def codes(told: dict[str, Any]) -> dict[str, list[str]]:
    return {
        status: list(response["content"]["application/json"]["examples"])
        for status, response in told["responses"].items()
        if status != "200"
    }


def test_a_query_string_becomes_parameters() -> None:
    about = About(request={"collection": "articles", "ids": ["a"]})
    told = operation(endpoint_app("GET /v1/things", listed, request=Listing, scope="read", about=about))
    assert told["parameters"] == [
        {"name": "collection", "in": "query", "required": True, "schema": {"type": "string"}, "example": "articles"},
        {
            "name": "ids",
            "in": "query",
            "required": False,
            "schema": {"type": "array", "items": {"type": "string"}, "default": []},
            "style": "form",
            "explode": True,
            "example": ["a"],
        },
        {
            "name": "limit",
            "in": "query",
            "required": False,
            "description": "How many.",
            "schema": {"type": "integer", "minimum": 1, "default": 10},
        },
    ]
    assert "requestBody" not in told
    assert list(codes(told)) == ["401", "403", "404", "422", "429", "500", "503"]


def test_a_body_whose_fields_are_all_optional_is_optional() -> None:
    about = About(path={"id": "a"}, request={"name": "x"}, answer={"id": "a"}, errors=(Conflict,))
    told = operation(endpoint_app("PATCH /v1/things/{id}", changed, request=Change, scope="write", about=about))
    assert told["requestBody"] == {
        "required": False,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Change"}, "example": {"name": "x"}}},
    }
    assert [(one["name"], one["in"], one["example"]) for one in told["parameters"]] == [("id", "path", "a")]
    assert codes(told)["400"] == ["invalid_json", "incomplete_body"]
    assert codes(told)["409"] == ["conflict"]
    assert told["security"] == [{"bearer": ["write"]}]
    assert "`write`" in told["description"]


def test_a_public_call_without_a_body_has_few_errors() -> None:
    told = operation(endpoint_app("GET /things", exported, request=NoRequest, scope=None))
    assert list(codes(told)) == ["422", "429", "500"]
    assert told["security"] == []


def test_lines_of_json_are_text_with_the_shape_of_a_line() -> None:
    about = About(answer_type="application/x-ndjson", answer_shape=Thing, answer='{"id":"a"}\n')
    told = operation(endpoint_app("GET /v1/things", exported, request=NoRequest, scope="read", about=about))
    assert told["responses"]["200"]["content"] == {
        "application/x-ndjson": {
            "schema": {"type": "string"},
            "x-line-schema": {"$ref": "#/components/schemas/Thing"},
            "example": '{"id":"a"}\n',
        }
    }


def test_a_call_that_takes_lines_has_a_query_string_beside_its_body() -> None:
    about = About(
        query={"collection": "articles"},
        request='{"id":"a"}\n',
        request_type="application/x-ndjson",
        request_shape=Thing,
    )
    app = endpoint_app("POST /v1/things", listed, request=Listing, scope="write", about=about, lines=True)
    told = operation(app)
    assert [(one["name"], one["in"], one.get("example")) for one in told["parameters"]] == [
        ("collection", "query", "articles"),
        ("ids", "query", None),
        ("limit", "query", None),
    ]
    assert told["requestBody"] == {
        "required": True,
        "content": {
            "application/x-ndjson": {
                "schema": {"type": "string"},
                "x-line-schema": {"$ref": "#/components/schemas/Thing"},
                "example": '{"id":"a"}\n',
            }
        },
    }


def test_errors_are_shown_as_the_call_makes_them() -> None:
    app = endpoint_app(
        "POST /v1/things",
        changed,
        request=Change,
        scope="read",
        about=About(error_shape=OpenAIErrorBody),
        respond=openai_error_response,
    )
    response = operation(app)["responses"]["401"]
    assert response["headers"].keys() == {"X-Request-Id", "WWW-Authenticate"}
    content = response["content"]["application/json"]
    assert content["schema"] == {"$ref": "#/components/schemas/OpenAIErrorBody"}
    assert content["examples"]["unauthenticated"]["value"]["error"]["type"] == "authentication_error"


def test_the_rates_are_told_as_an_answer_tells_them() -> None:
    standing = Standing("account-read", size=800, full_after_s=4, remaining=500, reset_s=1.5)
    assert f"`{standing.state}`" in DESCRIPTION
