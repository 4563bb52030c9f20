"""The OpenAPI document of all built calls, from the structs and docstrings that the calls themselves use."""

from __future__ import annotations

from functools import cache
from typing import Any

from shared.openapi.described import Described
from shared.openapi.endpoints import endpoint_apps
from shared.openapi.operation import operation
from shared.openapi.refusals import refusals
from shared.openapi.responses import HEADERS, error_response, response_name
from shared.openapi.schemas import Schemas

OPENAPI = "3.1.1"
DESCRIPTION = """\
Send text, search by meaning.

Requests and answers are JSON in UTF-8. Times are RFC 3339 in UTC with `Z`. Ids are opaque strings. An unknown field \
is refused, in a body as in a query string.

Every call but the public ones takes `Authorization: Bearer <api key>`, or the `access_token` of a session; those \
about the account itself take a session only. Keys `fv_live_…` and `fv_test_…` see different collections; a session \
sees the live ones, once the e-mail address is confirmed, and the test ones before.

Every error has one shape: a sentence, a stable code, the id of the request and, where there is something to list, the \
details. Only a call that takes OpenAI's request answers errors as OpenAI does. A path that is no call \
is answered 404, another method of a path 405. 429 and 503 carry `Retry-After`.

Where rates hold, an answer tells in `RateLimit-Policy` what they are, and in `RateLimit` what is left of them: \
`"account-read";r=500;t=2` is 500 units for reads of the account, and all of them again in 2 seconds. A batch takes \
one, and one more for each 100 records."""


@cache
def document(package: str) -> dict[str, Any]:
    """The document of the endpoint files below a package; made once in a process. Do not change it."""
    return document_of([Described(app) for app in endpoint_apps(package)])


def document_of(calls: list[Described]) -> dict[str, Any]:
    """The document of these calls."""
    schemas = Schemas(dict.fromkeys(kind for call in calls for kind in call.types))
    paths: dict[str, dict[str, Any]] = {}
    responses: dict[str, Any] = {}
    for call in calls:
        paths.setdefault(call.path, {})[call.method.lower()] = operation(call, schemas)
        for errors in refusals(call).values():
            name = response_name(call, errors)
            if name not in responses:
                responses[name] = error_response(call, errors, schemas)
    return {
        "openapi": OPENAPI,
        "info": {"title": "FluxVector", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in sorted({call.tag for call in calls})],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, or the token of a session."},
                "session": {"type": "http", "scheme": "bearer", "description": "The token of a session."},
            },
            "headers": HEADERS,
            "responses": dict(sorted(responses.items())),
            "schemas": schemas.used({"paths": paths, "responses": responses}),
        },
    }
