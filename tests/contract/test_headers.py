"""The headers of every answer (privacy policy, sections 8 and 10), and what pages of other origins may do."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping

import httpx
import pytest

from infra import template
from shared.db.connection import Database
from shared.web.cors import ALLOWED_HEADERS, ALLOWED_METHODS, EXPOSED_HEADERS
from tests.support.api import Api
from tests.support.database import REPOSITORY
from tests.support.events import http_event

ROUTES = [route.key for function in template.load() for route in function.routes]
ALWAYS = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}
STRICT_CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# What everybody gets the same of, and may keep.
PUBLICLY_CACHED = {"GET /openapi.json": 300, "GET /docs": 300, "GET /v1/plans": 3600}
"""Of each, for how many seconds."""
PAGES = {"GET /docs"}

ORIGIN = {"Origin": "https://shop.example"}
SHARED_PATHS = (
    *("/v1/collections", "/v1/vectors", "/v1/search", "/v1/embed", "/v1/embeddings", "/v1/namespaces", "/v1/usage"),
    *("/v1/plans", "/v1/legal", "/openapi.json"),
)
NEVER_SHARED = ("/v1/auth", "/v1/billing", "/v1/api-keys")


def target(route: str) -> tuple[str, str]:
    """Method and a path of the route."""
    method, path = route.split(" ")
    return method, path.replace("{name}", "things").replace("{id}", "unknown")


def is_shared(path: str) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in SHARED_PATHS)


def preflight(method: str = "POST") -> dict[str, str]:
    """What a browser asks of a page of another origin."""
    return ORIGIN | {
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }


def check(headers: Mapping[str, str], path: str, *, policy: str = STRICT_CSP, cached: str = "no-store") -> None:
    """Asserts all that the headers of an answer must be."""
    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
    assert headers["content-security-policy"] == policy
    assert headers["cache-control"] == cached
    assert headers["x-request-id"].startswith("req_")
    assert "set-cookie" not in headers
    assert "server" not in headers
    assert "access-control-allow-credentials" not in headers
    if is_shared(path):
        assert headers["access-control-allow-origin"] == "*"
        assert headers["access-control-expose-headers"] == ", ".join(EXPOSED_HEADERS)
    else:
        assert [name for name in headers if name.startswith("access-control-")] == []


def check_answer(answer: httpx.Response) -> None:
    """`check`, and that no header stands twice."""
    check(answer.headers, answer.request.url.path)
    names = [name.lower() for name, _ in answer.headers.raw]
    assert len(names) == len(set(names))


async def test_every_route_answers_with_them_whatever_it_answers(api_without_embedder: Api) -> None:
    api = api_without_embedder
    statuses = set()
    for route in sorted(ROUTES, key=lambda route: route == "DELETE /v1/auth/account"):  # nothing comes after it
        method, path = target(route)
        session = await api.session()
        for headers in ({}, api.tenant.headers, {"Authorization": f"Bearer {session}"}):
            # The last is larger than any body may be.
            for content in (b"", b"{", b" " * 2001):
                sent = headers | ORIGIN | {"Content-Type": "application/json"}
                answer = await api.client.request(method, path, headers=sent, content=content)
                statuses.add(answer.status_code)
                if answer.is_success and route in PUBLICLY_CACHED:
                    policy = answer.headers["content-security-policy"] if route in PAGES else STRICT_CSP
                    check(answer.headers, path, policy=policy, cached=f"public, max-age={PUBLICLY_CACHED[route]}")
                else:
                    check_answer(answer)
        if method == "GET":
            head = await api.client.head(path, headers=ORIGIN)
            get = await api.client.get(path, headers=ORIGIN)
            assert {name for name, _ in head.headers.raw} == {name for name, _ in get.headers.raw}
            assert head.content == b""
    assert statuses >= {200, 400, 401, 404, 413, 422, 501, 503}


async def test_a_page_may_use_nothing_but_its_own_style(api_without_embedder: Api) -> None:
    for route in PAGES:
        answer = await api_without_embedder.client.get(target(route)[1])
        policy = {
            rule.split(" ")[0]: rule.split(" ")[1:] for rule in answer.headers["content-security-policy"].split("; ")
        }
        style = policy.pop("style-src")
        assert policy == {name: ["'none'"] for name in ("default-src", "base-uri", "form-action", "frame-ancestors")}
        assert [source[:8] for source in style] == ["'sha256-"]


async def test_what_answers_html_is_known_as_a_page(api_without_embedder: Api) -> None:
    api = api_without_embedder
    for route in ROUTES:
        method, path = target(route)
        answer = await api.client.request(method, path, headers=api.tenant.headers)
        assert answer.headers["content-type"].startswith("text/html") is (route in PAGES), route


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/collectionsx", "/v1/search/", "/nowhere"])
async def test_no_route_and_no_method_answer_with_them(api_without_embedder: Api, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE", "BREW"):
        answer = await api_without_embedder.client.request(method, path, headers=ORIGIN)
        assert answer.status_code in (404, 405)
        check_answer(answer)


async def test_another_method_answers_with_them(api_without_embedder: Api) -> None:
    for route in ROUTES:
        answer = await api_without_embedder.client.request("PUT", target(route)[1], headers=ORIGIN)
        assert answer.status_code == 405, route
        check_answer(answer)


async def test_a_500_answers_with_them(api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Database, "transact", fails)
    answer = await api_without_embedder.get("/v1/collections")
    assert answer.status_code == 500
    check_answer(answer)


# Handlers make their own event loop, as in Lambda.
RUNNER = """
import importlib, json, sys
calls = json.load(sys.stdin)
answers = [importlib.import_module(module).handler(event, None) for module, event in calls]
print(json.dumps([[answer["headers"], answer.get("cookies")] for answer in answers]), file=sys.stderr)
"""


async def test_every_function_answers_with_them_by_lambda_event(api_without_embedder: Api) -> None:
    """By the environment of this very API; nobody signs in."""
    calls = [
        (function.module, route.path, http_event(route.key))
        for function in template.load()
        for route in function.routes
        if route.key not in {*PUBLICLY_CACHED, "GET /ready"}
    ]
    [default] = [function.module for function in template.load() if function.is_default]
    calls.append((default, "/no/such/path", http_event("$default")))
    task = json.dumps([(module, event) for module, _, event in calls])
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", RUNNER],
        input=task,
        text=True,
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    answers = json.loads(ran.stderr.splitlines()[-1])
    for (_, path, _), (headers, cookies) in zip(calls, answers, strict=True):
        check(headers, path)
        assert not cookies


# --- other origins


async def test_a_preflight_is_answered_for_what_a_key_is_for_and_for_nothing_else(api_without_embedder: Api) -> None:
    for route in ROUTES:
        method, path = target(route)
        answer = await api_without_embedder.client.options(path, headers=preflight(method))
        check_answer(answer)
        if not is_shared(path):
            assert answer.status_code == 405, route
            continue
        assert (answer.status_code, answer.content) == (204, b""), route
        assert "content-length" not in answer.headers
        assert method in answer.headers["access-control-allow-methods"].split(", ")
        assert answer.headers["access-control-allow-methods"] == ", ".join(ALLOWED_METHODS)
        assert answer.headers["access-control-allow-headers"] == ", ".join(ALLOWED_HEADERS)
        assert int(answer.headers["access-control-max-age"]) <= 86_400


def test_accounts_keys_and_money_are_of_no_other_origin() -> None:
    assert not [
        route for route in ROUTES if route.split(" ")[1].startswith(NEVER_SHARED) and is_shared(target(route)[1])
    ]


async def test_options_that_is_no_preflight_is_405_with_what_is_allowed(api_without_embedder: Api) -> None:
    client = api_without_embedder.client
    for headers in ({}, ORIGIN, {"Access-Control-Request-Method": "POST"}):
        answer = await client.options("/v1/vectors/fetch", headers=headers)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
        check_answer(answer)
    answer = await client.options("/v1/auth/login", headers=preflight())
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_preflight_in_aws_arrives_at_the_default_function(api_without_embedder: Api) -> None:
    [default] = [function.module for function in template.load() if function.is_default]
    events = []
    for path, sent in (
        ("/v1/search", preflight()),
        ("/v1/collections/things", preflight("DELETE")),
        ("/v1/auth/login", preflight()),
        ("/v1/search", ORIGIN),
    ):
        event = http_event("$default", path=path, headers=sent)
        event["requestContext"]["http"]["method"] = "OPTIONS"
        events.append((default, event))
    program = RUNNER.replace('answer.get("cookies")', 'answer["statusCode"]')
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program],
        input=json.dumps(events),
        text=True,
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    answers = json.loads(ran.stderr.splitlines()[-1])
    assert [status for _, status in answers] == [204, 204, 404, 404]
    assert answers[0][0]["access-control-allow-headers"] == ", ".join(ALLOWED_HEADERS)
    assert "access-control-allow-methods" not in answers[2][0]


async def test_an_error_is_read_by_the_page_that_met_it(api_without_embedder: Api) -> None:
    api = api_without_embedder
    for answer, status in (
        (await api.client.post("/v1/search", headers=ORIGIN), 401),
        (await api.client.get("/v1/collections/none", headers=ORIGIN | api.tenant.headers), 404),
        (await api.client.post("/v1/collections", json={"x": 1}, headers=ORIGIN | api.tenant.headers), 422),
    ):
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "*"
