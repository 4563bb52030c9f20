"""Each function answers the same by Lambda event and by ASGI."""

from __future__ import annotations

import asyncio
import base64
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra import template
from shared.config import settings
from shared.db.connection import Database
from shared.email.addresses import checked_address
from shared.keys import Env
from shared.limits import CONTROL
from shared.sign_in import sign_in
from tests.support.api import PASSWORD, Api, Tenant, make_tenant, serve_in_process
from tests.support.database import REPOSITORY, TestDatabase
from tests.support.embedder import RunningEmbedder
from tests.support.events import http_event
from tests.support.metering import assert_books_agree

MODULES = {route.key: function.module for function in template.load() for route in function.routes}
COLLECTION = {"name": "things", "description": "both ways"}
RECORDS = [{"id": "a", "text": "A cat sleeps."}, {"id": "b", "text": "An invoice is due."}]

LINES = "\n".join(
    json.dumps(line) for line in ({"id": "c", "text": "ünï", "values": [0.5] * 1024}, {"next_cursor": None})
)

# One life of an account's data: route key, query string, path parameters, body (lines where it is a text).
STORY: list[tuple[str, str, dict[str, str], dict[str, Any] | str | None]] = [
    ("GET /health", "", {}, None),
    ("GET /ready", "", {}, None),
    ("GET /openapi.json", "", {}, None),
    ("GET /docs", "", {}, None),
    ("POST /v1/collections", "", {}, COLLECTION),
    ("GET /v1/collections", "limit=5", {}, None),
    ("GET /v1/collections/{name}", "", {"name": "things"}, None),
    ("POST /v1/vectors/upsert", "", {}, {"collection": "things", "vectors": RECORDS}),
    ("POST /v1/search", "", {}, {"collection": "things", "text": "pets"}),
    ("POST /v1/vectors/query", "", {}, {"collection": "things", "id": "a", "include_values": True}),
    ("GET /v1/vectors/fetch", "collection=things&ids=a%2Cb", {}, None),
    ("GET /v1/vectors/fetch", "collection=things&ids=a&ids=b", {}, None),
    ("POST /v1/vectors/fetch", "", {}, {"collection": "things", "ids": ["b"]}),
    ("POST /v1/vectors/update", "", {}, {"collection": "things", "id": "b", "set_metadata": {"é": 1}}),
    ("POST /v1/vectors/import", "collection=things", {}, LINES),
    ("GET /v1/vectors/export", "collection=things&filter=%7B%22%24not%22%3A%7B%22%C3%A9%22%3A1%7D%7D", {}, None),
    ("GET /v1/vectors/list", "collection=things&prefix=c&include_text=true", {}, None),
    ("POST /v1/vectors/count", "", {}, {"collection": "things", "filter": {"é": 1}}),
    ("GET /v1/namespaces", "collection=things", {}, None),
    ("DELETE /v1/namespaces/{name}", "collection=things", {"name": "none"}, None),
    ("PATCH /v1/collections/{name}", "", {"name": "things"}, {"description": "ünï", "bm25": {"b": 0.5}}),
    ("POST /v1/embed", "", {}, {"text": "ünï"}),
    ("POST /v1/embed/batch", "", {}, {"texts": ["a", "漢字"]}),
    ("POST /v1/embeddings", "", {}, {"input": "ünï", "model": "multilingual-e5-small", "encoding_format": "base64"}),
    ("POST /v1/vectors/delete", "", {}, {"collection": "things", "ids": ["a"]}),
    ("DELETE /v1/collections/{name}", "", {"name": "things"}, None),
    ("DELETE /v1/collections/{name}", "", {"name": "things"}, None),
    ("GET /v1/api-keys", "", {}, None),
    ("POST /v1/api-keys", "", {}, {"name": "k"}),
    ("PATCH /v1/api-keys/{id}", "", {"id": "unknown"}, {"name": "k"}),
    ("POST /v1/api-keys/{id}/rotate", "", {"id": "unknown"}, {}),
    ("DELETE /v1/api-keys/{id}", "", {"id": "unknown"}, None),
    ("GET /v1/usage", "", {}, None),
    ("GET /v1/usage/history", "days=2&by=both", {}, None),
    ("GET /v1/plans", "", {}, None),
    ("POST /v1/answer", "", {}, {}),
    ("GET /v1/billing", "", {}, None),
    ("PATCH /v1/billing", "", {}, {"spending_cap": "5"}),
    ("POST /v1/billing/checkout", "", {}, {"plan": "pro"}),
    ("POST /v1/billing/portal", "", {}, {}),
    ("POST /v1/billing/webhook", "", {}, {"id": "evt_1"}),
    ("POST /v1/billing/webhook/meters", "", {}, {"id": "evt_1"}),
    ("GET /v1/legal/privacy", "", {}, None),
    ("POST /v1/auth/signup", "", {}, {"email": "new@example.com", "password": PASSWORD, "accept_policy": True}),
    ("POST /v1/auth/resend", "", {}, {"email": "new@example.com"}),
    ("POST /v1/auth/confirm", "", {}, {"token": "fvl_unknown"}),
    ("POST /v1/auth/login", "", {}, {"email": "new@example.com", "password": PASSWORD}),
    ("POST /v1/auth/login", "", {}, {"email": "new@example.com", "password": "not the right password"}),
    ("POST /v1/auth/refresh", "", {}, {"refresh_token": "fvr_unknown"}),
    ("POST /v1/auth/password/forgot", "", {}, {"email": "new@example.com"}),
    ("POST /v1/auth/password/reset", "", {}, {"token": "fvl_unknown", "password": PASSWORD}),
    ("GET /v1/auth/account", "", {}, None),
    ("PATCH /v1/auth/account", "", {}, {"email": "other@example.com", "current_password": "not the right password"}),
    ("GET /v1/auth/account/activity", "limit=1&cursor=MQ", {}, None),
    ("GET /v1/auth/account/export", "limit=1", {}, None),
    ("GET /v1/auth/sessions", "", {}, None),
    ("DELETE /v1/auth/sessions/{id}", "", {"id": "ses_unknown"}, None),
    ("POST /v1/auth/logout", "", {}, {}),
    ("DELETE /v1/auth/account", "", {}, {"password": PASSWORD}),
    # From here on there is no account.
    ("DELETE /v1/auth/sessions", "keep_current=true", {}, None),
]

# Calls that cost nothing: about the service, the account and its collections.
FREE = {route for route in MODULES if route.split("/")[-1] in ("health", "ready", "openapi.json", "docs")} | {
    route
    for route in MODULES
    if any(
        part in route
        for part in (
            "/v1/collections",
            "/v1/api-keys",
            "/v1/auth/",
            "/v1/legal/",
            "/v1/billing",
            "/v1/usage",
            "/v1/plans",
        )
    )
}
# Calls that whoever signed in makes: each is sent by a session of its own.
OF_SESSIONS = {route for route, module in MODULES.items() if importlib.import_module(module).app.scope == "session"}

# What differs from one run to another: ids, keys, times.
VARYING = re.compile(
    r'"(?:request_id|created_at|updated_at|took_ms|last_used_at|id|key|prefix|access_token|refresh_token|session_id'
    r'|email|password_changed_at|confirmed_at|occurred_at|expires_at|next_cursor|exported_at|ip_address|key_id)":\s*("[^"]*"|[0-9.]+|null)'
)


def normal(body: str) -> Any:
    if body.startswith("<!DOCTYPE html>"):
        return body
    return [json.loads(VARYING.sub('"varying":0', line)) for line in body.splitlines()]


def content_type(body: dict[str, Any] | str | None) -> dict[str, str]:
    return {} if body is None else {"Content-Type": f"application/{'x-ndjson' if isinstance(body, str) else 'json'}"}


def raw(body: dict[str, Any] | str | None) -> str | None:
    return body if body is None or isinstance(body, str) else json.dumps(body)


async def credential(tenant: Tenant, route: str) -> dict[str, str]:
    """The headers of the tenant's call: by key, or by a new session."""
    if route not in OF_SESSIONS:
        return tenant.headers
    functions = Database(settings().database_url)
    try:
        address = checked_address(tenant.email)
        tokens = await sign_in(functions, settings(), address=address, password=PASSWORD, ip_address=None)
    finally:
        await functions.close()
    return {"Authorization": f"Bearer {tokens.access_token}"}


def by_asgi(
    test_database: TestDatabase, embedder: RunningEmbedder, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[int, Any]]:
    async def told() -> list[tuple[int, Any]]:
        answers = []
        async with serve_in_process(test_database, embedder.url, embedder.token, monkeypatch) as api:
            credentials = [await credential(api.tenant, route) for route, *_ in STORY]
            for (route, query, params, body), headers in zip(STORY, credentials, strict=True):
                method, path = route.split(" ")
                answer = await api.client.request(
                    method,
                    f"{path.format(**params)}?{query}",
                    content=raw(body),
                    headers=headers | content_type(body),
                )
                answers.append((answer.status_code, normal(answer.text)))
        return answers

    return asyncio.run(told())


# Run in a process of its own, as Lambda does: the handlers make their event loop and keep their connections.
RUNNER = """
import importlib, json, sys
from shared.web.context import database
from shared.web.loop import process_loop
task = json.load(sys.stdin)
answers = [importlib.import_module(module).handler(event, None) for module, event in task["calls"]]
process_loop().run_until_complete(database().close())
with open(task["answers"], "w") as out:
    json.dump(answers, out)
"""


def by_events(test_database: TestDatabase, folder: Path) -> list[tuple[int, Any]]:
    tenant = asyncio.run(make_tenant(test_database, "lambda@example.com"))
    calls = []
    for route, query, params, body in STORY:
        path = route.split(" ")[1].format(**params)
        headers = asyncio.run(credential(tenant, route)) | content_type(body)
        event = http_event(route, path=path, query=query, headers=headers, body=raw(body))
        calls.append((MODULES[route], event))
    task = {"calls": calls, "answers": str(folder / "answers.json")}
    subprocess.run([sys.executable, "-c", RUNNER], input=json.dumps(task), text=True, cwd=REPOSITORY, check=True)
    answers = json.loads((folder / "answers.json").read_text())
    for answer in answers:
        assert answer["isBase64Encoded"] is (answer["headers"]["content-type"] == "application/x-ndjson")
        if answer["isBase64Encoded"]:
            answer["body"] = base64.b64decode(answer["body"]).decode()
        assert answer["headers"]["x-frame-options"] == "DENY"
    return [(answer["statusCode"], normal(answer["body"])) for answer in answers]


def test_a_whole_story_is_the_same_by_asgi_and_by_lambda_events(
    database: TestDatabase, embedder_process: RunningEmbedder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asgi = by_asgi(database, embedder_process, monkeypatch)
    events = by_events(database, tmp_path)
    for (route, *_), by_one, by_other in zip(STORY, asgi, events, strict=True):
        assert by_one == by_other, route


def test_the_story_visits_every_function() -> None:
    visited = {MODULES[route] for route, *_ in STORY}
    endpoints = {function.module for function in template.load() if function.routes}
    assert endpoints - visited == set(), "give these functions a line in STORY"


@pytest.mark.parametrize("env", ["live", "test"])
async def test_who_works_is_metered_and_strangers_meet_nothing(
    database: TestDatabase, embedder_process: RunningEmbedder, monkeypatch: pytest.MonkeyPatch, env: Env
) -> None:
    """Derived from the story, so that a new endpoint cannot be forgotten.

    An event tells who did what from where; what failed, and an answer that was kept and comes again, writes none.
    """
    running = embedder_process
    async with serve_in_process(database, running.url, running.token, monkeypatch) as api:
        stranger = await api.new_tenant("stranger@example.com")
        own = Tenant(api.tenant.account_no, await api.new_key(env=env), api.tenant.email)
        for place, (route, query, params, body) in enumerate(STORY):
            app = importlib.import_module(MODULES[route]).app
            method, path = route.split(" ")
            target = f"{path.format(**params)}?{query}"
            names_collection = "collection" in (body or {}) or "collection=" in query
            if names_collection:
                headers = stranger.headers | content_type(body)
                answer = await api.client.request(method, target, content=raw(body), headers=headers)
                assert answer.status_code == 404, f"{route} answers a stranger {answer.status_code}"
            if route == "DELETE /v1/auth/account":  # its events go with it
                assert_books_agree(database)
                assert api.sql("SELECT DISTINCT is_charged FROM usage_tail") == [(env == "live",)]
            before = metered(api)
            headers = await credential(own, route) | content_type(body)
            headers |= {"Idempotency-Key": f"call {place}"} if app.is_idempotent else {}
            answer = await api.client.request(method, target, content=raw(body), headers=headers)
            after = metered(api)
            is_metered = answer.status_code == 200 and route not in FREE
            if route == "DELETE /v1/auth/account":
                assert after == 0
                break
            assert after - before == is_metered, f"{route} writes {after - before} usage events; or is it FREE?"
            if not is_metered:
                continue
            events = api.sql(
                "SELECT DISTINCT account_no, endpoint, env, plan, status, host(ip_address), key_no IS NOT NULL,"
                " ticket_no IS NOT NULL, latency_ms > 0 FROM usage_events WHERE request_id = %s",
                answer.headers["x-request-id"],
            )
            who = (own.account_no, route, env, "scale", 200, "127.0.0.1")
            assert events == [(*who, True, app.asks is not CONTROL, True)], route
            if app.is_idempotent:
                again = await api.client.request(method, target, content=raw(body), headers=headers)
                assert (again.content, again.headers["idempotency-replayed"]) == (answer.content, "true"), route
                assert metered(api) == after, f"{route} meters an answer that it kept"


def metered(api: Api) -> int:
    """How many requests were metered."""
    [(requests,)] = api.sql("SELECT coalesce(sum(requests), 0) FROM usage_events")
    return int(requests)
