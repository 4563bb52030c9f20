"""Tenants are apart twice: by every statement, and by row-level security."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.support.api import Api, Tenant
from tests.support.checksums import checksums, checksums_by
from tests.support.credentials import sign_in
from tests.support.database import TEMPLATE, Clones, TestDatabase
from tests.support.whole_account import TENANT_TABLES, fill

RECORD = {"id": "same", "values": [1.0, 0.0], "text": "same words", "metadata": {"of": "first"}}
OTHER = "other@example.com"
MINE, OTHERS = 811_000_001, 922_000_001
# Tables of tenants that the functions read only by functions of the owner: hashes, and what is to be removed.
UNREADABLE = {"key_hashes", "session_ids", "refresh_hashes", "erased_accounts", "key_meters", "meter_reports"}


@pytest.fixture
def api(api_without_embedder: Api) -> Api:
    """Nothing here waits for an embedding."""
    return api_without_embedder


@pytest.fixture(scope="module")
def filled(database_clones: Clones) -> Iterator[TestDatabase]:
    """Two accounts with rows in every table; tests leave it as it is."""
    with database_clones.of(TEMPLATE) as made:
        for account_no, word in ((MINE, "alphaalpha"), (OTHERS, "bravobravo")):
            fill(made, account_no, word)
        yield made


async def two_tenants(api: Api) -> Tenant:
    """Both have a collection of the same name with a record of the same id; the other's is answered."""
    other = await api.new_tenant(OTHER)
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
    other = await api.new_tenant(OTHER)
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
    other = await api.new_tenant(OTHER)
    [key] = (await api.get("/v1/api-keys")).json()["data"]
    path = f"/v1/api-keys/{key['id']}"
    assert (await api.patch(path, {"name": "mine now"}, key=other.key)).status_code == 404
    assert (await api.post(f"{path}/rotate", {}, key=other.key)).status_code == 404
    assert (await api.delete(path, key=other.key)).status_code == 404
    assert (await api.get("/v1/api-keys")).json()["data"][0]["name"] == key["name"]


async def test_the_account_calls_of_two_tenants_never_meet(api: Api) -> None:
    other = await two_tenants(api)
    ids: dict[str, set[str]] = {}
    for tenant in (api.tenant, other):
        tokens = await sign_in(api, tenant.email)
        token = tokens["access_token"]
        made = (await api.post("/v1/api-keys", {"name": "the same"}, key=token)).json()
        keys = (await api.get("/v1/api-keys", key=token)).json()["data"]
        assert sorted(key["name"] for key in keys) == ["test", "the same"]
        account = (await api.get("/v1/auth/account", key=token)).json()
        assert account["email"] == tenant.email
        ids[tenant.email] = {account["id"], tokens["session_id"], made["id"], tenant.email} | {
            key["id"] for key in keys
        }
    for tenant, stranger in ((api.tenant, other), (other, api.tenant)):
        token = await api.session(tenant.email)
        told = ""
        for path in ("account", "account/activity", "account/export", "account/export?format=json", "sessions"):
            answer = await api.get(f"/v1/auth/{path}", key=token)
            assert answer.status_code == 200
            told += answer.text
        assert all(each in told for each in ids[tenant.email])
        assert not any(each in told for each in ids[stranger.email])
        assert {"first", "other"} & set(told.split('"')) == {"first" if tenant is api.tenant else "other"}


async def test_one_tenants_life_and_end_leave_the_other_as_it_was(api: Api) -> None:
    other = await two_tenants(api)
    await api.session()
    before = checksums(api.database.owner_url, account_no=api.tenant.account_no)
    assert len([table for table, rows in before.items() if not rows.startswith("0 ")]) > 12
    token = await api.session(other.email)
    keyed = other.headers | {"Idempotency-Key": "same"}
    body = {"collection": "things", "ids": ["same"]}
    assert (await api.client.post("/v1/vectors/delete", json=body, headers=keyed)).json()["deleted_count"] == 1
    await api.post("/v1/auth/password/forgot", {"email": other.email}, key="")
    await api.delete("/v1/auth/sessions?keep_current=true", key=token)
    await api.delete("/v1/collections/things", key=other.key)
    assert (await api.delete("/v1/auth/account", key=token)).status_code == 200
    assert checksums(api.database.owner_url, account_no=api.tenant.account_no) == before
    # The same key of a caller's is another key of another account's.
    keyed = api.tenant.headers | {"Idempotency-Key": "same"}
    answer = await api.client.post("/v1/vectors/delete", json=body, headers=keyed)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["deleted_count"], "idempotency-replayed" in answer.headers) == (1, False)


def tenant_tables(database: TestDatabase) -> list[str]:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        return [name for (name,) in owner.execute(TENANT_TABLES.encode()).fetchall()]


def test_row_level_security_holds_where_a_statement_names_no_account(filled: TestDatabase) -> None:
    tables = tenant_tables(filled)
    unreadable = set()
    with (
        psycopg.connect(filled.api_url, autocommit=True) as functions,
        psycopg.connect(filled.owner_url, autocommit=True) as owner,
    ):
        for table in tables:
            query = f"SELECT count(*), count(*) FILTER (WHERE account_no <> {MINE}) FROM {table}".encode()
            counted = owner.execute(query).fetchone()
            assert counted is not None
            assert counted[1] * 2 == counted[0] > 0, f"{table} has not the rows of both"
            try:
                assert functions.execute(query).fetchone() == (0, 0), f"{table} shows rows before an account is named"
            except psycopg.errors.InsufficientPrivilege:
                unreadable.add(table)
                continue
            with functions.transaction():
                functions.execute("SELECT set_config('app.account', %s, true)", [str(MINE)])
                assert functions.execute(query).fetchone() == (counted[1], 0), f"{table} shows another's rows"
    assert unreadable == UNREADABLE


@pytest.mark.parametrize(
    "work",
    ["DELETE FROM {table}", "UPDATE {table} SET {column} = {column}"],
)
def test_row_level_security_holds_where_a_change_names_no_account(filled: TestDatabase, work: str) -> None:
    changed = 0
    with psycopg.connect(filled.admin_url, autocommit=True) as admin:
        untouched = checksums_by(admin, account_no=OTHERS)
        for table in tenant_tables(filled):
            columns = admin.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND has_column_privilege('fluxvector_api', attrelid, attnum, 'UPDATE')",
                [table],
            ).fetchall()
            for column in [name for (name,) in columns] if "{column}" in work else [""]:
                statement = work.format(table=table, column=column)
                with admin.transaction(force_rollback=True):
                    admin.execute("SELECT set_config('app.account', %s, true)", [str(MINE)])
                    admin.execute("SET LOCAL ROLE fluxvector_api")
                    try:
                        with admin.transaction():
                            changed += admin.execute(statement.encode()).rowcount
                    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ForeignKeyViolation):
                        pass  # not allowed, or other rows hang on it
                    admin.execute("RESET ROLE")
                    assert checksums_by(admin, account_no=OTHERS) == untouched, statement
    assert changed > 0


def test_no_row_is_made_for_another_account(filled: TestDatabase) -> None:
    with psycopg.connect(filled.api_url, autocommit=True) as functions:
        functions.execute("SELECT set_config('app.account', %s, false)", [str(MINE)])
        for statement in (
            f"INSERT INTO deleted_collections (account_no, collection_no) VALUES ({OTHERS}, 7)",
            f"INSERT INTO account_activity (account_no, kind) VALUES ({OTHERS}, 'signed_in')",
            f"INSERT INTO outbox_emails (account_no, user_no, kind) VALUES ({OTHERS}, {OTHERS}, 'reset')",
            f"INSERT INTO key_hashes (key_hash, account_no, key_no) VALUES (sha256('x'), {OTHERS}, {OTHERS})",
            f"INSERT INTO api_keys (account_no, key_id, name, env, prefix, scopes)"
            f" VALUES ({OTHERS}, 'key_x', 'x', 'live', 'xxxxxxxx', '{{admin}}')",
            f"UPDATE vectors SET account_no = {OTHERS}",
            f"UPDATE collections SET account_no = {OTHERS}",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                functions.execute(statement.encode())


@pytest.mark.parametrize("leaf", ["vectors_00", "keywords_00", "usage_events_default"])
def test_a_leaf_cannot_be_read_around_its_table(filled: TestDatabase, leaf: str) -> None:
    with psycopg.connect(filled.api_url, autocommit=True) as connection:
        connection.execute("SELECT set_config('app.account', %s, false)", [str(MINE)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT * FROM {leaf}".encode())


@pytest.mark.parametrize("url", ["api_url", "jobs_url"])
def test_functions_and_jobs_are_no_superusers(filled: TestDatabase, url: str) -> None:
    with psycopg.connect(getattr(filled, url), autocommit=True) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, current_setting('plan_cache_mode'),"
            " (SELECT count(*) FROM pg_class WHERE relowner = r.oid) FROM pg_roles r WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, False, False, False, "force_custom_plan", 0)


def test_every_table_of_tenants_has_row_level_security(filled: TestDatabase) -> None:
    with psycopg.connect(filled.owner_url, autocommit=True) as owner:
        rows = owner.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND NOT relispartition AND NOT relrowsecurity"
        ).fetchall()
    assert rows == [("schema_migrations",)]


# Functions that run as the owner of the tables, and who may call them; all others are for the functions alone.
OF_JOBS = {
    *("check_quotas", "claim_emails", "claim_meter_reports", "claim_stripe_event", "count_storage"),
    *("drop_old_usage_events", "ensure_usage_partitions", "find_billing_address", "measure_meter_reports"),
    "queue_meter_reports",
}
OF_BOTH = {
    *("apply_subscription", "close_erased_customer", "end_stripe_event", "end_stripe_event_with_mail"),
    *("end_ticket", "find_billed_account", "forget_stripe_customer", "postpone_stripe_event", "record_usage"),
    "reserve_work",
}
OF_NOBODY = {
    *("check_quota", "count_deleted", "count_stored", "count_stored_hours", "count_usage", "nearest_vectors"),
    *("note_address_change", "reckon_usage", "wake_pending"),
}


def test_what_runs_as_the_owner_is_for_whom_it_was_made(filled: TestDatabase) -> None:
    with psycopg.connect(filled.owner_url, autocommit=True) as owner:
        rows = owner.execute(
            "SELECT proname, has_function_privilege('public', oid, 'EXECUTE'),"
            " has_function_privilege('fluxvector_api', oid, 'EXECUTE'),"
            " has_function_privilege('fluxvector_jobs', oid, 'EXECUTE'),"
            " EXISTS (SELECT FROM unnest(proconfig) c WHERE c = 'search_path=pg_catalog, public, pg_temp')"
            " FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        ).fetchall()
    for name, by_anybody, by_functions, by_jobs, has_path in rows:
        assert has_path, name
        assert not by_anybody, name
        assert by_jobs == (name in OF_JOBS | OF_BOTH), name
        assert by_functions == (name not in OF_JOBS | OF_NOBODY), name


SECRETS = {"password_hash", "pepper_id", "token_hash"}


@pytest.mark.parametrize("role", ["fluxvector_api", "fluxvector_jobs"])
def test_no_role_reads_a_hash_of_a_password_or_token(filled: TestDatabase, role: str) -> None:
    with psycopg.connect(filled.owner_url, autocommit=True) as owner:
        rows = owner.execute(
            "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = ANY(%s)"
            " AND NOT a.attisdropped AND has_column_privilege(%s, c.oid, a.attnum, 'SELECT')",
            [list(SECRETS), role],
        ).fetchall()
    # Of links, the job that deletes the expired ones finds them by their place.
    assert set(rows) <= {("one_time_links", "token_hash")} if role == "fluxvector_jobs" else rows == []


REFUSED = {
    "api": (
        "SELECT password_hash FROM users",
        "SELECT * FROM users",
        "SELECT * FROM key_hashes",
        "SELECT * FROM session_ids",
        "SELECT * FROM refresh_hashes",
        "SELECT token_hash FROM one_time_links",
        "SELECT * FROM attempts",
        "SELECT * FROM farewell_emails",
        "SELECT * FROM billing_closures",
        "SELECT * FROM erasure_ledger",
        "SELECT * FROM erased_accounts",
        "SELECT * FROM breaches",
        "SELECT * FROM table_rewrites",
        "UPDATE accounts SET plan = 'scale'",
        "UPDATE accounts SET status = 'active'",
        "UPDATE accounts SET stripe_customer_id = 'cus_1'",
        "UPDATE accounts SET subscription_status = 'active'",
        "INSERT INTO accounts (account_id) VALUES ('acc_x')",
        "DELETE FROM accounts",
        "UPDATE users SET confirmed_at = now()",
        "UPDATE users SET password_hash = 'x'",
        "DELETE FROM users",
        "UPDATE account_emails SET email = 'x'",
        "DELETE FROM account_emails",
        "INSERT INTO sessions (account_no, session_id, user_no, expires_at) VALUES (811000001, 'x', 811000001, now())",
        "UPDATE sessions SET expires_at = 'infinity'",
        "UPDATE sessions SET authenticated_at = now()",
        "INSERT INTO one_time_links (token_hash, account_no, user_no, purpose, expires_at)"
        " VALUES (sha256('x'), 811000001, 811000001, 'reset', 'infinity')",
        "UPDATE account_activity SET ip_address = NULL",
        "DELETE FROM account_activity",
        "UPDATE outbox_emails SET to_email = 'x'",
        "DELETE FROM outbox_emails",
        "INSERT INTO account_notices (account_no, user_no, kind, about)"
        " VALUES (811000001, 811000001, 'breach_notice', 'x')",
        "UPDATE policy_announcements SET effective_at = now()",
        "INSERT INTO erasure_ledger (kind, salt, subject_hash) VALUES ('account', '', '')",
        "DELETE FROM erasure_ledger",
        "SELECT replace_password(811000001, 'x', 'x', 'password_reset', NULL)",
        "SELECT claim_emails(1, '1 second')",
        "SELECT ensure_usage_partitions(1)",
        "UPDATE api_keys SET scopes = '{admin}'",
        "UPDATE api_keys SET env = 'live'",
        "UPDATE api_keys SET collection = NULL",
        "UPDATE key_hashes SET key_no = 1",
        "DELETE FROM usage_events",
        "UPDATE usage_events SET requests = 0",
        "DELETE FROM usage_tail",
        "INSERT INTO usage_tail (account_no) VALUES (811000001)",
        "UPDATE usage_hours SET is_reported = true",
        "SELECT * FROM meter_reports",
        "SELECT claim_meter_reports(1, '1 minute', '1 day')",
        "SELECT queue_meter_reports(1, '1 minute', '1 day')",
        "UPDATE usage_days SET requests = 0",
        "INSERT INTO quota_notices VALUES (811000001, now(), 'cap', 1, 80)",
        "SELECT * FROM storage_looks",
        "SELECT drop_old_usage_events(90, 1)",
        "SELECT count_storage(1)",
        "SELECT check_quotas(1)",
        "INSERT INTO collection_indexes VALUES (1, 1, 'ready', 1, 1, now())",
        "UPDATE collection_indexes SET built_at = now()",
    ),
    "jobs": (
        "SELECT password_hash FROM users",
        "SELECT user_id FROM users",
        "SELECT * FROM account_emails",
        "SELECT * FROM account_activity",
        "SELECT * FROM key_hashes",
        "SELECT * FROM session_ids",
        "SELECT * FROM refresh_hashes",
        "SELECT * FROM api_keys",
        "SELECT stripe_customer_id FROM accounts",
        "UPDATE accounts SET plan = 'scale'",
        "UPDATE accounts SET status = 'active'",
        "DELETE FROM accounts",
        "DELETE FROM users",
        "INSERT INTO sessions (account_no, session_id, user_no, expires_at) VALUES (811000001, 'x', 811000001, now())",
        "UPDATE sessions SET expires_at = 'infinity'",
        "UPDATE one_time_links SET expires_at = 'infinity'",
        "UPDATE outbox_emails SET to_email = 'x'",
        "UPDATE outbox_emails SET account_no = 922000001",
        "UPDATE farewell_emails SET to_email = 'x'",
        "INSERT INTO farewell_emails (to_email) VALUES ('x')",
        "UPDATE billing_closures SET stripe_customer_id = 'x'",
        "INSERT INTO billing_closures (stripe_customer_id) VALUES ('x')",
        "INSERT INTO erasure_ledger (kind, salt, subject_hash) VALUES ('account', '', '')",
        "UPDATE erasure_ledger SET kind = 'account'",
        "INSERT INTO erased_accounts VALUES (1)",
        "SELECT * FROM breaches",
        "UPDATE policy_announcements SET effective_at = now()",
        "SELECT * FROM account_notices",
        "SELECT admit('x', NULL, NULL)",
        "SELECT admit_key('x', NULL)",
        "SELECT find_sign_in('x', NULL)",
        "SELECT password_of(1)",
        "SELECT erase_account(1, NULL)",
        "SELECT note_erasure('account', 'x')",
        "SELECT replace_password(1, 'x', 'x', 'password_reset', NULL)",
        "SELECT count_stored_hours(now())",
        "SELECT check_quota()",
        "INSERT INTO usage_tail (account_no) VALUES (1)",
        "INSERT INTO quota_notices VALUES (1, now(), 'cap', 1, 80)",
        "UPDATE account_meters SET vector_hours = 0",
        "UPDATE vectors SET account_no = 2",
        "UPDATE vectors SET text = 'x'",
        "UPDATE vectors SET metadata = '{}'",
        "UPDATE collection_counts SET account_no = 2",
        "INSERT INTO collections (account_no, env, name, dimension, metric) VALUES (1, 'live', 'x', 2, 'cosine')",
        "UPDATE collections SET k1 = 1",
        "DELETE FROM collections",
        "INSERT INTO collection_indexes VALUES (1, 1, 'ready', 1, 1, now())",
        "SELECT matching_keys(1, NULL, NULL, NULL, '', '', 1)",
        "SELECT count_matching(1, '', NULL, NULL)",
    ),
}


@pytest.mark.parametrize(
    ("role", "statement"), [(role, statement) for role, statements in REFUSED.items() for statement in statements]
)
def test_a_role_may_do_what_its_code_does_and_no_more(filled: TestDatabase, role: str, statement: str) -> None:
    with psycopg.connect(getattr(filled, f"{role}_url")) as connection:
        connection.execute("SELECT set_config('app.account', %s, false)", [str(MINE)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())
        connection.rollback()
