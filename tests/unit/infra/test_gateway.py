from __future__ import annotations

from collections.abc import Sequence

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.local.gateway import Gateway
from infra.template import Function, Route, TemplateError


def declare(name: str, *keys: str, is_default: bool = False) -> Function:
    return Function(
        name=name,
        handler=f"functions.{name}.handler",
        routes=tuple(Route(*key.split(" ")) for key in keys),
        is_default=is_default,
        schedule=None,
        timeout_s=1,
        memory_mb=128,
    )


FUNCTIONS = [
    declare("get", "GET /v1/collections/{name}"),
    declare("delete", "DELETE /v1/collections/{name}"),
    declare("special", "GET /v1/collections/special"),
    declare("rotate", "POST /v1/api-keys/{id}/rotate"),
    declare("key", "PATCH /v1/api-keys/{id}"),
    declare("search", "POST /v1/search"),
    declare("dots", "GET /openapi.json"),
    declare("missing", is_default=True),
]


def answering(text: str, seen: list[Scope] | None = None) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if seen is not None:
            seen.append(scope)
        body = text.encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body[:2], "more_body": True})
        await send({"type": "http.response.body", "body": body[2:]})

    return app


def refusing(allow: Sequence[str]) -> ASGIApp:
    return answering("405 " + ",".join(allow))


def gateway(functions: Sequence[Function] = FUNCTIONS, seen: list[Scope] | None = None) -> Gateway:
    return Gateway(functions, {f.name: answering(f.name, seen) for f in functions}, refusing)


async def ask(app: ASGIApp, method: str, path: str, scope: Scope | None = None) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope or {"type": "http", "method": method, "path": path}, receive, send)
    return sent


async def body(method: str, path: str) -> str:
    sent = await ask(gateway(), method, path)
    return b"".join(message.get("body", b"") for message in sent).decode()


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v1/collections/books", "get"),
        ("DELETE", "/v1/collections/books", "delete"),
        ("GET", "/v1/collections/b.o-o_k5", "get"),
        ("GET", "/v1/collections/späß", "get"),
        ("POST", "/v1/search", "search"),
        ("PATCH", "/v1/api-keys/1", "key"),
        ("POST", "/v1/api-keys/1/rotate", "rotate"),
        ("GET", "/openapi.json", "dots"),
    ],
)
async def test_request_reaches_the_function_of_its_route(method: str, path: str, expected: str) -> None:
    assert await body(method, path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "*",
        "/v1/search/",
        "/v1//search",
        "/V1/search",
        "/v1/collections/",
        "/v1/collections/a/b",
        "/v1/collections/a\n/b",
        "/v1/api-keys//rotate",
        "/openapiXjson",
        "/v1/search?x=1",
        "x/v1/search",
    ],
)
async def test_unknown_path_reaches_the_default_function(path: str) -> None:
    assert await body("GET", path) == "missing"


async def test_fixed_segment_wins_over_a_parameter() -> None:
    assert await body("GET", "/v1/collections/special") == "special"


async def test_a_fixed_segment_inside_a_parametrized_path_wins_too() -> None:
    functions = [
        declare("any", "GET /v1/{kind}/{id}"),
        declare("key", "GET /v1/keys/{id}"),
        declare("missing", is_default=True),
    ]
    for order in (functions, functions[::-1]):
        sent = await ask(gateway(order), "GET", "/v1/keys/1")
        assert sent[-1]["body"] == b"y"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/search", "POST"),
        ("HEAD", "/v1/search", "POST"),
        ("OPTIONS", "/v1/search", "POST"),
        ("post", "/v1/search", "POST"),
        ("BREW", "/v1/collections/books", "DELETE,GET,HEAD"),
        ("DELETE", "/v1/collections/special", "GET,HEAD"),
    ],
)
async def test_known_path_refuses_other_methods_by_naming_its_own(method: str, path: str, allow: str) -> None:
    assert await body(method, path) == f"405 {allow}"


async def test_head_is_get_without_its_body() -> None:
    sent = await ask(gateway(), "HEAD", "/v1/collections/books")
    assert sent[0]["headers"] == [(b"content-length", b"3")]
    assert [message["body"] for message in sent[1:]] == [b"", b""]


async def test_head_asks_the_function_for_get_and_leaves_the_scope_as_it_was() -> None:
    seen: list[Scope] = []
    scope: Scope = {"type": "http", "method": "HEAD", "path": "/v1/collections/books"}
    await ask(gateway(seen=seen), "", "", scope)
    assert [one["method"] for one in seen] == ["GET"]
    assert scope["method"] == "HEAD"


async def test_scope_reaches_the_function_untouched() -> None:
    seen: list[Scope] = []
    scope: Scope = {"type": "http", "method": "POST", "path": "/v1/search", "query_string": b"a=%20", "headers": []}
    before = dict(scope)
    await ask(gateway(seen=seen), "", "", scope)
    assert seen[0] is scope
    assert scope == before


async def test_lifespan_closes_what_the_functions_share() -> None:
    closed: list[str] = []

    async def close() -> None:
        closed.append("database")

    app = Gateway(FUNCTIONS, {f.name: answering(f.name) for f in FUNCTIONS}, refusing, close)
    incoming = iter(["lifespan.startup", "lifespan.shutdown"])
    sent: list[str] = []

    async def receive() -> Message:
        return {"type": next(incoming)}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    await app({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert closed == ["database"]


def test_table_without_a_default_function_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"\$default"):
        gateway([declare("search", "POST /v1/search")])


async def test_table_without_parameters_works() -> None:
    app = gateway([declare("search", "POST /v1/search"), declare("missing", is_default=True)])
    assert (await ask(app, "GET", "/v1/x"))[-1]["body"] == b"ssing"
