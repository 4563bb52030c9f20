"""Tenants are apart twice: by every statement, and by row-level security."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from tests.support.api import Api, Tenant

RECORD = {"id": "same", "values": [1.0, 0.0], "text": "same words", "metadata": {"of": "first"}}
TABLES = (
    "api_keys", "collections", "collection_counts", "vectors", "pending_embeddings", "deleted_collections",
    "usage_events", "keywords", "keyword_terms", "collection_tasks", "collection_indexes",
)  # fmt: skip


async def two_tenants(api: Api) -> Tenant:
    """Both have a collection of the same name with a record of the same id; the other's is answered."""
    other = await api.new_tenant("other@example.com")
    await api.collection(dimension=2)
    await api.upsert([RECORD])
    await api.post("/v1/collections", {"name": "things", "dimension": 2}, key=other.key)
    mine = {"id": "same", "values": [0.0, 1.0], "text": "same words", "metadata": {"of": "other"}}
    await api.post("/v1/vectors/upsert", {"collection": "things", "vectors": [mine]}, key=other.key)
    api.sql("INSERT INTO collection_tasks SELECT account_no, collection_no, 'impacts' FROM collections")
    return other


async def test_the_same_names_and_ids_never_meet(api: Api) -> None:
    other = await two_tenants(api)
    for tenant, name in ((api.tenant, "first"), (other, "other")):
        query: dict[str, Any] = {"collection": "things", "vector": [1.0, 1.0]}
        hits = (await api.post("/v1/vectors/query", query, key=tenant.key)).json()["results"]
        assert [hit["metadata"] for hit in hits] == [{"of": name}]
    body = {"collection": "things", "filter": {}, "set_metadata": {"by": "other"}}
    assert (await api.post("/v1/vectors/update", body, key=other.key)).json()["updated"] == 1
    for tenant, metadata in ((api.tenant, {"of": "first"}), (other, {"of": "other", "by": "other"})):
        key = tenant.key
        [listed] = (await api.get("/v1/vectors/list", collection="things", key=key)).json()["data"]
        assert listed["metadata"] == metadata
        line, _ = (await api.get("/v1/vectors/export", collection="things", key=key)).text.splitlines()
        assert json.loads(line)["metadata"] == metadata
        for filter_, wanted in (({"of": metadata["of"]}, 1), ({"by": "other"}, int("by" in metadata)), ({}, 1)):
            counted = await api.post("/v1/vectors/count", {"collection": "things", "filter": filter_}, key=key)
            assert counted.json() == {"count": wanted}
        names = await api.get("/v1/namespaces", collection="things", key=key)
        assert names.json()["data"] == [{"name": "", "vectors_count": 1}]
    deleted = await api.post("/v1/vectors/delete", {"collection": "things", "delete_all": True}, key=other.key)
    assert deleted.json()["deleted_count"] == 1
    assert (await api.get("/v1/collections/things")).json()["vectors_count"] == 1
    await api.delete("/v1/collections/things", key=other.key)
    assert (await api.get("/v1/vectors/fetch", collection="things", ids="same")).json()["vectors"]


async def test_anothers_collection_and_an_unknown_one_are_the_same_404(api: Api) -> None:
    other = await api.new_tenant("other@example.com")
    await api.collection("private", dimension=2)
    calls: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", "/v1/collections/{name}", None),
        ("DELETE", "/v1/collections/{name}", None),
        ("GET", "/v1/vectors/fetch?collection={name}&ids=a", None),
        ("POST", "/v1/vectors/fetch", {"ids": ["a"]}),
        ("POST", "/v1/vectors/upsert", {"vectors": [RECORD]}),
        ("POST", "/v1/vectors/query", {"vector": [1.0, 0.0]}),
        ("POST", "/v1/vectors/delete", {"ids": ["a"]}),
        ("POST", "/v1/search", {"text": "x"}),
        ("POST", "/v1/vectors/delete", {"delete_all": True}),
        ("POST", "/v1/vectors/update", {"id": "a", "set_metadata": {}}),
        ("POST", "/v1/vectors/update", {"filter": {}, "set_metadata": {}}),
        ("POST", "/v1/vectors/count", {}),
        ("GET", "/v1/vectors/list?collection={name}", None),
        ("GET", "/v1/vectors/export?collection={name}", None),
        ("GET", "/v1/namespaces?collection={name}", None),
        ("DELETE", "/v1/namespaces/a?collection={name}", None),
        ("PATCH", "/v1/collections/{name}", {"description": None}),
    ]
    for method, path, body in calls:
        answers = []
        for name in ("private", "unknown"):
            sent = None if body is None else body if method == "PATCH" else {"collection": name} | body
            answer = await api.client.request(method, path.format(name=name), json=sent, headers=other.headers)
            assert answer.status_code == 404, (method, path)
            answers.append({key: value for key, value in answer.json().items() if key != "request_id"})
        assert answers[0] == answers[1]


async def test_anothers_key_is_not_renamed_rotated_or_revoked(api: Api) -> None:
    other = await api.new_tenant("other@example.com")
    [key] = (await api.get("/v1/api-keys")).json()["data"]
    path = f"/v1/api-keys/{key['id']}"
    assert (await api.patch(path, {"name": "mine now"}, key=other.key)).status_code == 404
    assert (await api.post(f"{path}/rotate", {}, key=other.key)).status_code == 404
    assert (await api.delete(path, key=other.key)).status_code == 404
    assert (await api.get("/v1/api-keys")).json()["data"][0]["name"] == key["name"]


async def test_row_level_security_holds_where_a_statement_forgets_the_account(api: Api) -> None:
    other = await two_tenants(api)
    with psycopg.connect(api.database.api_url, autocommit=True) as connection:
        for table in TABLES:
            rows = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # names no account
            assert rows == (0,), f"{table} shows rows before an account is named"
        for tenant in (api.tenant, other):
            with connection.transaction():
                connection.execute("SELECT set_config('app.account', %s, true)", [str(tenant.account_no)])
                for table in TABLES:
                    query = f"SELECT count(*) FROM {table} WHERE account_no <> {tenant.account_no}"
                    assert connection.execute(query.encode()).fetchone() == (0,), f"{table} shows another's rows"
                assert connection.execute("SELECT count(*) FROM vectors").fetchone() == (1,)
                assert connection.execute("UPDATE vectors SET text = 'x'").rowcount == 1
                assert connection.execute("DELETE FROM collections").rowcount == 1
                with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                    connection.execute(
                        "INSERT INTO deleted_collections (account_no, collection_no) VALUES (%s, 1)",
                        [tenant.account_no + 1_000],
                    )


async def test_a_leaf_cannot_be_read_around_its_table(api: Api) -> None:
    await two_tenants(api)
    with psycopg.connect(api.database.api_url, autocommit=True) as connection:
        connection.execute("SELECT set_config('app.account', %s, false)", [str(api.tenant.account_no)])
        for leaf in ("vectors_00", "usage_events_default"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT * FROM {leaf}".encode())


@pytest.mark.parametrize("url", ["api_url", "jobs_url"])
async def test_functions_and_jobs_are_no_superusers(api: Api, url: str) -> None:
    with psycopg.connect(getattr(api.database, url), autocommit=True) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, current_setting('plan_cache_mode'),"
            " (SELECT count(*) FROM pg_class WHERE relowner = r.oid) FROM pg_roles r WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, False, False, False, "force_custom_plan", 0)


async def test_every_table_of_tenants_has_row_level_security(api: Api) -> None:
    rows = api.sql(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND NOT relispartition AND NOT relrowsecurity"
    )
    assert rows == [("schema_migrations",)]


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("api", "SELECT password_hash FROM accounts"),
        ("api", "SELECT * FROM account_emails"),
        ("api", "SELECT * FROM key_hashes"),
        ("api", "UPDATE api_keys SET scopes = '{admin}'"),
        ("api", "UPDATE api_keys SET env = 'live'"),
        ("api", "DELETE FROM usage_events"),
        ("api", "SELECT ensure_usage_partitions(1)"),
        ("jobs", "SELECT password_hash FROM accounts"),
        ("jobs", "SELECT * FROM key_hashes"),
        ("jobs", "SELECT * FROM account_emails"),
        ("jobs", "SELECT * FROM api_keys"),
        ("jobs", "UPDATE vectors SET account_no = 2"),
        ("jobs", "UPDATE vectors SET text = 'x'"),
        ("jobs", "UPDATE collection_counts SET account_no = 2"),
        (
            "jobs",
            "INSERT INTO collections (account_no, env, name, dimension, metric) VALUES (1, 'live', 'x', 2, 'cosine')",
        ),
        ("jobs", "SELECT admit_key('x', NULL)"),
        ("jobs", "SELECT matching_keys(1, NULL, NULL, NULL, '', '', 1)"),
        ("jobs", "SELECT count_matching(1, '', NULL, NULL)"),
        ("jobs", "UPDATE collections SET k1 = 1"),
        ("jobs", "DELETE FROM collections"),
        ("jobs", "UPDATE vectors SET metadata = '{}'"),
        ("jobs", "INSERT INTO collection_indexes VALUES (1, 1, 'ready', 1, 1, now())"),
        ("api", "INSERT INTO collection_indexes VALUES (1, 1, 'ready', 1, 1, now())"),
        ("api", "UPDATE collection_indexes SET built_at = now()"),
    ],
)
async def test_a_role_may_do_what_its_code_does_and_no_more(api: Api, role: str, statement: str) -> None:
    with psycopg.connect(getattr(api.database, f"{role}_url"), autocommit=True) as connection:
        connection.execute("SELECT set_config('app.account', %s, false)", [str(api.tenant.account_no)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())
