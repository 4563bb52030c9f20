"""Every endpoint meets every kind of credential: it works, or it refuses as the contract says and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from shared.db.connection import Database, Row, Statement
from shared.web.app import Call
from shared.web.errors import error_response
from tests.support.api import Api
from tests.support.checksums import checksums
from tests.support.credentials import (
    ELSEWHERE,
    KINDS,
    Endpoint,
    Kind,
    Refusal,
    bearer,
    endpoints,
    furnish,
    mistyped,
    refusal,
)
from tests.support.shapes import assert_error_shape

ENDPOINTS = endpoints()
REACHED = "reached"


@pytest.fixture
def api(api_without_embedder: Api) -> Api:
    """Nothing here embeds."""
    return api_without_embedder


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[Statement]:
    """The statements that are run, as they are."""
    ran: list[Statement] = []
    run = Database._retrying

    async def counted(self: Database, batch: Sequence[Statement], *, pipelined: bool) -> list[list[Row]]:
        ran.extend(batch)
        return await run(self, batch, pipelined=pipelined)

    monkeypatch.setattr(Database, "_retrying", counted)
    return ran


async def reached(call: Call[Any]) -> Response:
    """In the place of an endpoint: whom it would have worked for."""
    whose = "" if call._admission is None else f" {call.principal.account_no} {call.principal.env}"
    return Response(REACHED + whose)


def assert_refused(endpoint: Endpoint, answer: httpx.Response, wanted: Refusal) -> None:
    assert answer.status_code == wanted.status, (endpoint.route, answer.text)
    if endpoint.app.respond is error_response:
        assert_error_shape(answer.status_code, answer.headers, answer.json())
        assert answer.json()["code"] == wanted.code, endpoint.route
    else:  # in the shape of another API
        assert answer.json()["error"]["code"] == wanted.code
        assert ("www-authenticate" in answer.headers) == (wanted.status == 401)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_every_endpoint_and_this_kind_of_credential(
    api: Api, kind: Kind, statements: list[Statement], monkeypatch: pytest.MonkeyPatch
) -> None:
    things = await furnish(api)
    values = await kind.make(api)
    before = checksums(api.database.owner_url)
    for endpoint in ENDPOINTS:
        wanted = refusal(endpoint, kind)
        for value in values if wanted else []:
            assert wanted is not None
            statements.clear()
            assert_refused(endpoint, await endpoint.call(api.client, endpoint.arguments(things), value), wanted)
            if wanted.status == 401:
                assert len(statements) == kind.costs_statement, endpoint.route
            elif wanted.status == 403:
                # Admission, and the end of what it reserved.
                names = [name for name in (b"end_ticket(", b"'app.account'") if len(statements) > 1]
                assert len(statements) == 1 + len(names), endpoint.route
                assert all(any(name in each.sql for each in statements[1:]) for name in names), endpoint.route
    assert checksums(api.database.owner_url) == before
    # What is not refused comes through to its endpoint, as whoever the credential stands for.
    for endpoint in ENDPOINTS:
        monkeypatch.setattr(endpoint.app, "endpoint", reached)
    whose = "" if not kind.is_known else f" {api.tenant.account_no} {kind.env}"
    for endpoint in ENDPOINTS:
        for value in values if refusal(endpoint, kind) is None else []:
            answer = await endpoint.call(api.client, endpoint.arguments(things), value)
            if endpoint.app.scope is None:
                assert answer.text == REACHED, endpoint.route
            elif kind.is_owners:
                assert answer.text == REACHED + whose, endpoint.route
            else:
                assert answer.text.startswith(REACHED), endpoint.route
                assert answer.text != REACHED + whose, endpoint.route
                assert answer.text.endswith(kind.env), endpoint.route


async def test_one_flipped_character_of_a_key_is_401_without_a_statement(api: Api, statements: list[Statement]) -> None:
    await api.get("/v1/collections")
    assert len(statements) > 1  # they are counted
    statements.clear()
    key = api.tenant.key
    for place in range(len(key)):
        for header in bearer(mistyped(key, place), key[:place] + key[place].swapcase() + key[place + 1 :]):
            if header == f"Bearer {key}":  # no letter to flip
                continue
            answer = await api.client.get("/v1/collections", headers={"Authorization": str(header)})
            assert answer.status_code == 401, place
            assert answer.json()["code"] == "unauthenticated"
    assert statements == []


def test_the_table_is_whole() -> None:
    scopes = {endpoint.app.scope for endpoint in ENDPOINTS}
    assert scopes == {None, "read", "write", "admin", "session"}
    refusals = {refusal(endpoint, kind) for endpoint in ENDPOINTS for kind in KINDS}
    assert refusals == {
        None,
        Refusal(401, "unauthenticated"),
        Refusal(403, "permission_denied"),
        Refusal(403, "session_required"),
        Refusal(404, "not_found"),
    }
    # Each scope but `session` is somebody's alone, and each private call is refused to somebody who is known.
    for endpoint in ENDPOINTS:
        refused = [kind for kind in KINDS if kind.is_known and refusal(endpoint, kind)]
        assert bool(refused) == (endpoint.app.scope is not None), endpoint.route
        assert any(refusal(endpoint, kind) is None for kind in KINDS), endpoint.route


async def test_a_key_of_one_collection_sees_no_other_in_a_list(api: Api) -> None:
    await furnish(api)
    made = (await api.post("/v1/api-keys", {"name": "k", "collection": ELSEWHERE})).json()
    listed = (await api.get("/v1/collections", key=made["key"])).json()["data"]
    assert [collection["name"] for collection in listed] == [ELSEWHERE]
