"""Whatever stands in a field, a path, a header or a filter: it is refused, or it is a text like any other."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pytest

from shared.db import connection, sql_files
from shared.db.connection import Database, Row, Statement
from tests.support.api import MODEL, Api, serve_in_process
from tests.support.checksums import checksums
from tests.support.credentials import COLLECTION, OTHER, Endpoint, Things, endpoints, furnish
from tests.support.database import TestDatabase
from tests.support.fake_embedder import fake_embedder

HOSTILE = [
    "'",
    '"',
    "' OR '1'='1",
    "'; DROP TABLE vectors; --",
    "$$",
    "%",
    "%s",
    "%(account_no)s",
    "{}",
    "{0}",
    "\\",
    "\\'; --",
    "a\0b",
    "\u202etxt\u202c",
    "\ufeff\u200f",
    "%_%",
    "$.a ? (@.b == 1)",
    "../../../etc/passwd",
    "a\r\nX-Injected: 1",
    "٣",
    "1e400",
    "x" * 10_000,
]
SURROGATE = "\ud800"
# What an error may take, however long the text that it is about.
MOST_BYTES_OF_AN_ERROR = 1_500

FORBIDDEN: dict[str, Any] = {
    "plan": "scale",
    "account_id": "acc_1",
    "account_no": 1,
    "user_no": 1,
    "is_admin": True,
    "role": "owner",
    "status": "active",
    "stripe_customer_id": "cus_1",
    "confirmed_at": "2026-01-01T00:00:00Z",
    "env": "live",
    "scopes": ["admin"],
    "key_no": 1,
    "__class__": "x",
}
OWN = "SELECT account_id, plan, status, stripe_customer_id, subscription_status FROM accounts WHERE account_no = %s"
ENDPOINTS = endpoints()
STATEMENTS = {
    sql
    for path in (Path(sql_files.__file__).parent / "sql").glob("*.sql")
    for sql in sql_files.statements(path.stem).values()
} | {connection._SET_ACCOUNT, connection._VECTOR_TYPES}


@pytest.fixture
async def api(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The API with an embedder that embeds everything, and a statement of no file fails the test."""
    run = Database._retrying

    async def known(self: Database, batch: Sequence[Statement], *, pipelined: bool) -> list[list[Row]]:
        assert {statement.sql for statement in batch} <= STATEMENTS
        return await run(self, batch, pipelined=pipelined)

    monkeypatch.setattr(Database, "_retrying", known)
    async with fake_embedder() as fake:
        fake.model, fake.revision = MODEL.split("@")
        async with serve_in_process(database, fake.url, "", monkeypatch) as served:
            yield served


@pytest.fixture
async def things(api: Api) -> Things:
    return await furnish(api)


@pytest.fixture
async def session(api: Api, things: Things) -> str:
    """What may call everything."""
    return f"Bearer {await api.session()}"


@pytest.fixture
async def bystander(api: Api) -> int:
    """The number of an account that has nothing to do with it, with data of the same names."""
    tenant = await api.new_tenant(OTHER)
    await api.post("/v1/collections", {"name": COLLECTION, "dimension": 2}, key=tenant.key)
    record = {"id": "a-17", "values": [1, 0], "metadata": {"topic": "pets"}}
    await api.post("/v1/vectors/upsert", {"collection": COLLECTION, "vectors": [record]}, key=tenant.key)
    return tenant.account_no


def assert_harmless(answer: httpx.Response, *, of: object) -> None:
    assert answer.status_code < 500, (of, answer.text)
    assert "x-injected" not in answer.headers
    if answer.status_code >= 400:
        assert len(answer.content) < MOST_BYTES_OF_AN_ERROR, of


def replaced(tree: Any, hostile: str) -> Iterator[Any]:
    """The tree with one of its texts, or one of its keys, changed for another; once for each that it has."""
    if isinstance(tree, str):
        yield hostile
    elif isinstance(tree, list):
        for place, each in enumerate(tree):
            yield from ([*tree[:place], other, *tree[place + 1 :]] for other in replaced(each, hostile))
    elif isinstance(tree, dict):
        for key, each in tree.items():
            yield from ({**tree, key: other} for other in replaced(each, hostile))
            yield {(hostile if name == key else name): value for name, value in tree.items()}


def attacks(endpoint: Endpoint, hostile: str) -> Iterator[Any]:
    """Requests of the endpoint that hold the text in one place: in each of its fields, or deeper in its example."""
    if endpoint.app.takes_lines:
        record, *rest = str(endpoint.app.about.request).splitlines()
        yield from ("\n".join([json.dumps(other), *rest]) for other in replaced(json.loads(record), hostile))
        return
    example = endpoint.app.about.request or {}
    for field in msgspec.structs.fields(endpoint.app.shape):
        # Of what takes no text it is enough that a few are refused.
        if "StrType" in repr(msgspec.inspect.type_info(field.type)) or hostile in HOSTILE[::5]:
            yield example | {field.encode_name: hostile}
    if "cursor" in endpoint.app.shape.__struct_fields__:
        yield example | {"cursor": base64.urlsafe_b64encode(hostile.encode()).decode().rstrip("=")}
    for field, inner in example.items():
        if not isinstance(inner, str):
            yield from (example | {field: other} for other in replaced(inner, hostile))


async def test_a_hostile_text_in_any_field_is_a_text(api: Api, things: Things, session: str, bystander: int) -> None:
    before = checksums(api.database.owner_url, account_no=bystander)
    own = api.sql(OWN, api.tenant.account_no)
    plans = dict(api.sql("SELECT account_no, plan FROM accounts"))
    for endpoint in ENDPOINTS:
        for hostile in HOSTILE:
            for attack in attacks(endpoint, hostile):
                answer = await endpoint.call(api.client, endpoint.arguments(things, attack), session)
                assert_harmless(answer, of=(endpoint.route, attack))
        assert checksums(api.database.owner_url, account_no=bystander) == before, endpoint.route
    assert api.sql(OWN, api.tenant.account_no) == own
    # Nobody got another plan, and whoever signed up has the one that costs nothing.
    assert all(plans.get(each, "free") == plan for each, plan in api.sql("SELECT account_no, plan FROM accounts"))
    assert (await api.client.get("/v1/auth/account", headers={"Authorization": session})).status_code == 200


async def test_a_hostile_text_in_a_path_names_nothing(api: Api, things: Things, session: str) -> None:
    # That a namespace was to be deleted is noted, for whoever restores a backup, whether or not it had vectors.
    counted = {"usage_events", "usage_tail", "collection_counts", "erasure_ledger"}
    before = checksums(api.database.owner_url, without=counted)
    for endpoint in (endpoint for endpoint in ENDPOINTS if "{" in endpoint.route):
        for hostile in [*HOSTILE, "a/b", "\x7f", "ü"]:
            start, _, end = endpoint.route.split(" ")[1].partition("{")
            path = start + quote(hostile, safe="") + end.partition("}")[2]
            answer = await endpoint.call(api.client, endpoint.arguments(things) | {"url": path}, session)
            assert_harmless(answer, of=(endpoint.route, hostile))
            assert answer.status_code >= 400 or answer.json().get("deleted_count") == 0, (endpoint.route, hostile)
        assert checksums(api.database.owner_url, without=counted) == before, endpoint.route


async def test_fields_that_are_not_the_callers_change_nothing(api: Api, things: Things, session: str) -> None:
    before = checksums(api.database.owner_url)
    for endpoint in ENDPOINTS:
        if endpoint.app.is_raw:  # it is Stripe's body, read only once its signature is right
            continue
        further = [
            endpoint.arguments(things, extra={name: value})
            for name, value in FORBIDDEN.items()
            if name not in endpoint.app.shape.__struct_fields__
        ]
        deeper = [endpoint.arguments(things, each) for each in nested(endpoint.app.about.request, FORBIDDEN)]
        for sent in further + deeper:
            answer = await endpoint.call(api.client, sent, session)
            assert answer.status_code == 422, (endpoint.route, sent, answer.text)
        assert checksums(api.database.owner_url) == before, endpoint.route


def nested(example: Any, extra: dict[str, Any]) -> Iterator[Any]:
    """The example with a further field in an object inside it, the caller's own (metadata, filters) left out."""
    if isinstance(example, str) and example.startswith("{"):
        first, *rest = example.splitlines()
        for name, value in extra.items():
            yield "\n".join([json.dumps(json.loads(first) | {name: value}), *rest])
        return
    for field, inner in example.items() if isinstance(example, dict) else ():
        if field in ("metadata", "filter", "set_metadata"):
            continue
        for name, value in extra.items():
            changed = copy.deepcopy(example)
            if isinstance(inner, dict):
                changed[field][name] = value
            elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
                changed[field][0][name] = value
            else:
                break
            yield changed


async def test_a_filter_of_hostile_parts_matches_nothing_or_is_refused(
    api: Api, things: Things, bystander: int
) -> None:
    for hostile in [*HOSTILE, SURROGATE, "", ".", "a.", "$", "__proto__"]:
        for filter_ in (
            {hostile: "pets"},
            {f"topic.{hostile}": 1},
            {"topic": hostile},
            {"topic": [hostile]},
            {"topic": {hostile: "pets"}},
            {"topic": {f"${hostile}": "pets"}},
            {"topic": {"$in": [hostile, hostile]}},
            {"$or": [{hostile: 1}, {"topic": {"$gt": "z" + hostile}}]},
            {"$and": hostile},
            {"$not": {"topic": {"$ne": hostile}}},
        ):
            for path, method in (("count", "POST"), ("list", "GET"), ("delete", "POST")):
                if method == "GET":
                    answer = await api.get("/v1/vectors/list", collection=COLLECTION, filter=json.dumps(filter_))
                else:
                    body = json.dumps({"collection": COLLECTION, "filter": filter_})
                    headers = api.tenant.headers | {"Content-Type": "application/json"}
                    answer = await api.client.post(f"/v1/vectors/{path}", content=body, headers=headers)
                assert_harmless(answer, of=(path, filter_))
                told = answer.json()
                if "error" not in told:
                    assert told.get("count", told.get("deleted_count", len(told.get("data", [])))) == 0, (path, filter_)
    assert (await api.get("/v1/vectors/list", collection=COLLECTION)).json()["data"] != []


async def test_hostile_texts_come_back_as_they_went_in(api: Api) -> None:
    await api.collection("exact", dimension=2)
    texts = [text for text in HOSTILE if text.isprintable() and len(text) <= 512] + ["%a", "_", "a", "%%", "\\\\"]
    records = [{"id": text, "values": [1, 0], "metadata": {"of": text, f"k{text}": 1}} for text in texts]
    assert (await api.upsert(records, "exact"))["upserted"] == len(texts)
    for text in texts:
        body = {"collection": "exact", "ids": [text]}
        [fetched] = (await api.post("/v1/vectors/fetch", body)).json()["vectors"]
        assert (fetched["id"], fetched["metadata"]["of"]) == (text, text)
        counted = await api.post("/v1/vectors/count", {"collection": "exact", "filter": {"of": text}})
        assert counted.json() == {"count": 1}, text
        listed = (await api.get("/v1/vectors/list", collection="exact", prefix=text)).json()["data"]
        assert {each["id"] for each in listed} == {other for other in texts if other.startswith(text)}
        if "." not in text:  # a dot leads into a nested object
            counted = await api.post("/v1/vectors/count", {"collection": "exact", "filter": {f"k{text}": 1}})
            assert counted.json() == {"count": 1}, text


async def test_hostile_headers_are_refused_or_mean_nothing(api: Api, things: Things) -> None:
    body = {"collection": COLLECTION, "ids": ["none"]}
    for hostile in HOSTILE:
        raw = hostile.encode()
        for headers in (
            {b"authorization": b"Bearer " + raw},
            {b"authorization": raw + b" " + api.tenant.key.encode()},
        ):
            answer = await api.client.post("/v1/vectors/delete", json=body, headers=headers)
            assert_harmless(answer, of=headers)
            assert answer.status_code == 401, headers
        for name in (b"idempotency-key", b"content-type", b"x-request-id", b"x-forwarded-for", b"host", b"x-account"):
            headers = {b"authorization": b"Bearer " + api.tenant.key.encode(), name: raw}
            answer = await api.client.post("/v1/vectors/delete", json=body, headers=headers)
            assert_harmless(answer, of=headers)
            assert answer.status_code in ({200, 422} if name == b"idempotency-key" else {200, 415}), headers
            assert raw not in answer.headers["x-request-id"].encode()


async def test_hostile_addresses_make_no_account_of_somebody_else(api: Api, bystander: int) -> None:
    before = checksums(api.database.owner_url, account_no=bystander)
    for hostile in [*HOSTILE, OTHER.upper(), f" {OTHER}", f"{OTHER}\0", f"{OTHER},new@example.com"]:
        for email in (hostile, f"{hostile}@example.com", f'"{hostile}"@example.com', f"a@{hostile}.com"):
            for path, more in (
                ("signup", {"password": "x" * 20, "accept_policy": True}),
                ("login", {"password": hostile}),
                ("password/forgot", {}),
                ("resend", {}),
            ):
                if path == "signup" and email.strip().lower() == OTHER:
                    continue  # that one is told of the attempt by mail
                if path == "password/forgot" and email.strip().lower() == OTHER:
                    continue
                answer = await api.post(f"/v1/auth/{path}", {"email": email, **more}, key="")
                assert_harmless(answer, of=(path, email))
                assert "access_token" not in answer.text
    after = checksums(api.database.owner_url, account_no=bystander)
    # A failed try with the right address is noted.
    assert {table for table in before if before[table] != after[table]} <= {"account_activity"}
