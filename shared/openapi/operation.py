"""One call as an OpenAPI operation, without its errors' bodies: those are components, shared by all calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.openapi.about import JSON
from shared.openapi.described import Described
from shared.openapi.refusals import refusals
from shared.openapi.responses import answer_headers, response_name
from shared.openapi.schemas import Schema, Schemas


def operation(call: Described, schemas: Schemas) -> dict[str, Any]:
    """The operation object of a call."""
    told: dict[str, Any] = {
        "operationId": call.operation_id,
        "tags": [call.tag],
        "summary": call.summary,
        "description": call.description,
        "security": _security(call),
    }
    if parameters := [*_path_parameters(call), *_query_parameters(call, schemas), *_header_parameters(call)]:
        told["parameters"] = parameters
    if call.has_body and (call.takes_fields or call.about.request_type != JSON):
        told["requestBody"] = {"required": call.body_is_required, "content": _request(call, schemas)}
    told["responses"] = {
        "200": {"description": "Done.", "headers": answer_headers(call), "content": _answer(call, schemas)},
        **{
            str(status): {"$ref": f"#/components/responses/{response_name(call, errors)}"}
            for status, errors in refusals(call).items()
        },
    }
    return told


def _security(call: Described) -> list[dict[str, list[str]]]:
    if call.app.scope is None:
        return []
    return [{"session": []}] if call.app.scope == "session" else [{"bearer": [call.app.scope]}]


def _path_parameters(call: Described) -> Iterator[dict[str, Any]]:
    for name in call.path_parameters:
        parameter = {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        yield _with_example(parameter, call.about.path.get(name))


def _query_parameters(call: Described, schemas: Schemas) -> Iterator[dict[str, Any]]:
    """One parameter for each field of the struct; an array is repeated."""
    if not call.has_query:
        return
    shape = schemas.component(call.app.shape)
    for name, field in shape["properties"].items():
        parameter: dict[str, Any] = {"name": name, "in": "query", "required": name in shape["required"]}
        schema = dict(field)
        if description := schema.pop("description", None):
            parameter["description"] = description
        parameter["schema"] = schema
        if schema.get("type") == "array":
            parameter |= {"style": "form", "explode": True}
        yield _with_example(parameter, call.query_example.get(name))


def _header_parameters(call: Described) -> Iterator[dict[str, Any]]:
    if call.app.is_idempotent:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "The same key gets the first answer again for 24 hours; nothing is done or billed twice.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
        }


def _with_example(parameter: dict[str, Any], example: Any) -> dict[str, Any]:
    return parameter if example is None else {**parameter, "example": example}


def _request(call: Described, schemas: Schemas) -> dict[str, Any]:
    return _content(call.about.request_type, schemas.of(call.request_shape), call.about.request)


def _answer(call: Described, schemas: Schemas) -> dict[str, Any]:
    shape = call.answer_shape
    content = _content(call.about.answer_type, None if shape is None else schemas.of(shape), call.about.answer)
    return {**content, **{media_type: {"schema": {"type": "object"}} for media_type in call.about.also_answers}}


def _content(media_type: str, shape: Schema | None, example: Any) -> dict[str, Any]:
    """The content of a media type. Lines of JSON are text to OpenAPI 3.1: an extension tells the shape of one."""
    if media_type == JSON:
        content: dict[str, Any] = {"schema": shape or {"type": "object"}}
    else:
        content = {"schema": {"type": "string"}}
        if shape is not None:
            content["x-line-schema"] = shape
    return {media_type: _with_example(content, example)}
