"""One shape for every error of every route, whatever goes wrong."""

from __future__ import annotations

import importlib
import json
from collections.abc import AsyncIterator, Iterator

import httpx
import psycopg
import pytest

from infra import template
from shared import log
from shared.db.connection import Database
from shared.keys import new_key
from tests.support.api import Api
from tests.support.shapes import SECURITY_HEADERS, assert_error_shape

ROUTES = [route.key for function in template.load() for route in function.routes]
UNBUILT = {
    route.key
    for function in template.load()
    if function.module == "functions.not_implemented"
    for route in function.routes
}
PUBLIC = {
    route.key
    for function in template.load()
    if function.module != "functions.not_implemented"
    for route in function.routes
    if importlib.import_module(function.module).app.scope is None
}
OF_SESSIONS = {
    route.key
    for function in template.load()
    for route in function.routes
    if route.key not in UNBUILT and importlib.import_module(function.module).app.scope == "session"
}
IN_OPENAIS_SHAPE = {"POST /v1/embeddings"}
PRIVATE = sorted(set(ROUTES) - UNBUILT - PUBLIC - IN_OPENAIS_SHAPE)
OF_LINES = "POST /v1/vectors/import"
WITH_BODY = [route for route in PRIVATE if route.split()[0] in {"POST", "PATCH"} and route != OF_LINES]


def target(route: str) -> tuple[str, str]:
    """Method and a path of the route."""
    method, path = route.split(" ")
    return method, path.replace("{name}", "things").replace("{id}", "key_unknown")


def checked(answer: httpx.Response, status: int, code: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    assert_error_shape(answer.status_code, answer.headers, body)


def credentials(api: Api) -> Iterator[dict[str, str]]:
    """Everything that is not a credential."""
    key = api.tenant.key
    yield {}
    for value in (
        "",
        "Bearer",
        "Bearer ",
        f"Basic {key}",
        key,
        f"Bearer {key[:-1]}",
        f"Bearer {key}x",
        f"Bearer {key.replace('live', 'test')}",
        "Bearer fv_live_" + "0" * 38,
        "Bearer ' OR 1=1 --",
        "Bearer " + "x" * 5_000,
    ):
        yield {"Authorization": value}


@pytest.mark.parametrize("route", PRIVATE)
async def test_without_a_good_credential_it_is_401(api_without_embedder: Api, route: str) -> None:
    api = api_without_embedder
    method, path = target(route)
    for headers in credentials(api):
        checked(await api.client.request(method, path, json={"x": 1}, headers=headers), 401, "unauthenticated")
    both = [("Authorization", f"Bearer {api.tenant.key}"), ("Authorization", "Bearer x")]
    checked(await api.client.request(method, path, json={}, headers=both), 401, "unauthenticated")


@pytest.mark.parametrize("route", WITH_BODY)
async def test_bad_bodies_are_4xx(api_without_embedder: Api, route: str) -> None:
    api = api_without_embedder
    method, path = target(route)
    token = await api.session() if route in OF_SESSIONS else api.tenant.key
    credential = {"Authorization": f"Bearer {token}"}
    json_type = credential | {"Content-Type": "application/json"}
    for content, headers, status, code in (
        (b"{", json_type, 400, "invalid_json"),
        (b"\xff\xfe", json_type, 400, "invalid_json"),
        (b"{}", credential | {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        (b"{}", credential, 415, "unsupported_media_type"),
        (b"[]", json_type, 422, "validation_failed"),
        (b"[" * 1900, json_type, 422, "validation_failed"),
        (b'{"no_such_field": 1}', json_type, 422, "validation_failed"),
        (b'{"collection": NaN}', json_type, 422, "validation_failed"),
        (b" " * 2001, json_type, 413, "payload_too_large"),
    ):
        answer = await api.client.request(method, path, content=content, headers=headers)
        checked(answer, status, code)


async def test_bad_lines_are_4xx(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    method, path = target(OF_LINES)
    of_lines = api.tenant.headers | {"Content-Type": "application/x-ndjson"}
    for content, headers, query, status, code in (
        (b"{", of_lines, "?collection=things", 400, "invalid_json"),
        (b"\xff\xfe", of_lines, "?collection=things", 400, "invalid_json"),
        (b"{}", api.tenant.headers | {"Content-Type": "application/json"}, "", 415, "unsupported_media_type"),
        (b"{}", api.tenant.headers, "?collection=things", 415, "unsupported_media_type"),
        (b"[]", of_lines, "?collection=things", 422, "validation_failed"),
        (b"[" * 1900, of_lines, "?collection=things", 422, "validation_failed"),
        (b"{}", of_lines, "", 422, "validation_failed"),
        (b"{}", of_lines, "?collection=things&more=1", 422, "validation_failed"),
        (b"", of_lines, "?collection=others", 404, "not_found"),
    ):
        checked(await api.client.request(method, path + query, content=content, headers=headers), status, code)


@pytest.mark.parametrize("route", sorted(UNBUILT))
async def test_what_is_not_built_is_501(api_without_embedder: Api, route: str) -> None:
    method, path = target(route)
    checked(await api_without_embedder.client.request(method, path), 501, "not_implemented")


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/search/", "/v2/search", "/v1/collections/a/b", "/%00", "/v1/\u00e9"])
async def test_an_unknown_path_is_404(api_without_embedder: Api, path: str) -> None:
    checked(await api_without_embedder.client.get(path), 404, "not_found")


@pytest.mark.parametrize("route", ROUTES)
async def test_another_method_is_405_with_what_is_allowed(api_without_embedder: Api, route: str) -> None:
    _, path = target(route)
    answer = await api_without_embedder.client.request("PUT", path)
    checked(answer, 405, "method_not_allowed")
    assert route.split(maxsplit=1)[0] in answer.headers["allow"].split(", ")


@pytest.mark.parametrize("route", [route for route in PRIVATE if "{" in route])
async def test_control_characters_in_a_path_are_404(api_without_embedder: Api, route: str) -> None:
    method, path = route.split(" ")
    for character in ("%00", "a%00b", "%0a", "%7f"):
        target_path = path.replace("{name}", character).replace("{id}", character)
        answer = await api_without_embedder.client.request(
            method, target_path, json={"name": "x"}, headers=api_without_embedder.tenant.headers
        )
        checked(answer, 404, "not_found")


async def test_a_strangers_large_body_is_not_read(api_without_embedder: Api) -> None:
    api = api_without_embedder

    async def body() -> AsyncIterator[bytes]:
        for _ in range(10):  # above the bound of a body: a reader would answer 413
            yield b"x" * 100_000

    headers = {"Authorization": f"Bearer {new_key('live').text}", "Transfer-Encoding": "chunked"}
    answer = await api.client.post("/v1/search", content=body(), headers=headers)
    checked(answer, 401, "unauthenticated")


async def test_a_missing_dependency_is_503(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    checked(await api.post("/v1/search", {"collection": "things", "text": "x", "mode": "vector"}), 503, "unavailable")
    answer = await api.client.get("/ready")
    checked(answer, 503, "unavailable")
    assert answer.json()["details"] == [{"field": "embedder", "error": "does not answer"}]


async def test_the_unexpected_is_500_and_its_message_reaches_nobody(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError("the customer's secret text")

    monkeypatch.setattr(Database, "transact", fails)
    answer = await api_without_embedder.get("/v1/collections")
    checked(answer, 500, "internal_error")
    logged = capsys.readouterr().out
    assert "secret" not in answer.text + logged
    assert "RuntimeError" in logged
    assert answer.json()["request_id"] in logged


async def test_an_error_of_the_database_is_told_without_its_message(
    api_without_embedder: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    api = api_without_embedder
    await api.collection("precious-name", dimension=2)
    api.sql("ALTER TABLE collections RENAME TO elsewhere")
    answer = await api.get("/v1/collections/precious-name")
    checked(answer, 500, "internal_error")
    assert "precious-name" not in answer.text + capsys.readouterr().out


async def test_no_text_no_vector_and_no_key_reaches_the_log(
    api_without_embedder: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api = api_without_embedder
    await api.collection("precious-name")
    canary = "canary-9f8e7d"
    record = {"id": canary, "text": canary, "metadata": {canary: canary}}
    await api.upsert([record, {"id": "v", "values": [0.123456] * 64}] and [record], collection="precious-name")
    await api.post("/v1/search", {"collection": "precious-name", "text": canary})
    await api.get("/v1/vectors/fetch", collection="precious-name", ids=canary)
    await api.post("/v1/vectors/query", {"collection": "precious-name", "text": canary, canary: 1})
    made = (await api.post("/v1/api-keys", {"name": "precious-name"})).json()
    await api.get("/v1/collections", key=made["key"] + "x")
    logged = capsys.readouterr().out
    assert logged.count('"event":"request"') == 7
    for secret in (canary, "precious-name", api.tenant.key, made["key"], made["key"][-20:]):
        assert secret not in logged


async def test_every_answer_has_its_id_and_the_security_headers(api_without_embedder: Api) -> None:
    api = api_without_embedder
    for answer in (await api.client.get("/health"), await api.get("/v1/collections")):
        assert answer.status_code == 200
        assert set(answer.headers) >= SECURITY_HEADERS
        assert answer.headers["x-request-id"].startswith("req_")
        assert "set-cookie" not in answer.headers
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_database_that_is_down_is_503(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.get("/v1/collections")
    with psycopg.connect(api.database.admin_url, autocommit=True) as admin:
        admin.execute("ALTER ROLE fluxvector_api CONNECTION LIMIT 0")
        try:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                          " AND pid <> pg_backend_pid()")  # fmt: skip
            answer = await api.get("/v1/collections")
        finally:
            admin.execute("ALTER ROLE fluxvector_api CONNECTION LIMIT -1")
    checked(answer, 503, "unavailable")
    assert (await api.get("/v1/collections")).status_code == 200


def test_a_log_line_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    log.event("something", count=1, title="ü")
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["count"], line["title"]) == ("something", 1, "ü")
