"""API keys: shown once, scoped, revoked at once."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from shared import keys
from tests.support.api import Api


async def test_a_key_is_shown_once_and_stored_as_its_hash(api: Api) -> None:
    made = (await api.post("/v1/api-keys", {"name": "ci", "env": "test", "scopes": ["read"]})).json()
    assert keys.is_well_formed(made["key"])
    assert made["key"].startswith(made["prefix"])
    assert made["warning"]
    assert (made["name"], made["env"], made["scopes"], made["last_used_at"]) == ("ci", "test", ["read"], None)
    listed = (await api.get("/v1/api-keys")).json()["data"]
    assert [key["id"] for key in listed][1:] == [made["id"]]
    assert all("key" not in key and "warning" not in key for key in listed)
    digest = hashlib.sha256(made["key"].encode()).digest()
    assert api.sql("SELECT count(*) FROM key_hashes WHERE key_hash = %s", digest) == [(1,)]
    [(prefix,)] = api.sql("SELECT prefix FROM api_keys WHERE key_id = %s", made["id"])
    assert prefix == made["key"].removeprefix("fv_test_")[:8]
    secret = made["key"].removeprefix("fv_test_")[8:]
    for table in ("accounts", "api_keys", "key_hashes", "usage_events"):
        assert all(secret not in str(row) for row in api.sql(f"SELECT {table}::text FROM {table}"))


async def test_a_revoked_key_is_refused_at_the_next_request(api: Api) -> None:
    made = (await api.post("/v1/api-keys", {"name": "ci"})).json()
    assert (await api.get("/v1/collections", key=made["key"])).status_code == 200
    assert (await api.delete(f"/v1/api-keys/{made['id']}")).json() == {"deleted": True}
    assert (await api.get("/v1/collections", key=made["key"])).status_code == 401
    assert (await api.delete(f"/v1/api-keys/{made['id']}")).status_code == 404


async def test_a_key_is_renamed(api: Api) -> None:
    made = (await api.post("/v1/api-keys", {"name": "ci"})).json()
    renamed = (await api.patch(f"/v1/api-keys/{made['id']}", {"name": "production"})).json()
    assert (renamed["id"], renamed["name"], "key" in renamed) == (made["id"], "production", False)


async def test_a_rotated_key_works_on_for_the_overlap(api: Api) -> None:
    old = (await api.post("/v1/api-keys", {"name": "ci", "scopes": ["read"], "env": "test"})).json()
    new = (await api.post(f"/v1/api-keys/{old['id']}/rotate", {"overlap_seconds": 3600})).json()
    ends = datetime.fromisoformat(new["replaces"]["expires_at"]) - datetime.fromisoformat(new["created_at"])
    assert (new["replaces"]["id"], ends) == (old["id"], timedelta(hours=1))
    assert (new["name"], new["scopes"], new["env"]) == ("ci", ["read"], "test")
    assert new["id"] != old["id"]
    for key in (old, new):
        assert (await api.get("/v1/collections", key=key["key"])).status_code == 200
    again = (await api.post(f"/v1/api-keys/{new['id']}/rotate", {"overlap_seconds": 0})).json()
    assert (await api.get("/v1/collections", key=new["key"])).status_code == 401
    assert (await api.get("/v1/collections", key=again["key"])).status_code == 200
    assert new["id"] not in [key["id"] for key in (await api.get("/v1/api-keys")).json()["data"]]


async def test_a_rotation_needs_no_body(api: Api) -> None:
    old = (await api.post("/v1/api-keys", {"name": "ci"})).json()
    answer = await api.client.post(f"/v1/api-keys/{old['id']}/rotate", headers=api.tenant.headers)
    assert answer.status_code == 200
    ends = datetime.fromisoformat(answer.json()["replaces"]["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23) < ends <= timedelta(hours=24)


async def test_a_test_key_gets_at_no_live_key(api: Api) -> None:
    test_key = await api.new_key(env="test")
    [live] = [key for key in (await api.get("/v1/api-keys")).json()["data"] if key["env"] == "live"]
    refused = await api.post("/v1/api-keys", {"name": "sneaky", "env": "live"}, key=test_key)
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    made = (await api.post("/v1/api-keys", {"name": "mine"}, key=test_key)).json()
    assert made["env"] == "test"
    assert {key["env"] for key in (await api.get("/v1/api-keys", key=test_key)).json()["data"]} == {"test"}
    path = f"/v1/api-keys/{live['id']}"
    for answer in (
        await api.patch(path, {"name": "taken"}, key=test_key),
        await api.post(f"{path}/rotate", {}, key=test_key),
        await api.delete(path, key=test_key),
    ):
        assert answer.status_code == 404
    assert (await api.get("/v1/collections")).status_code == 200


async def test_an_expired_key_is_refused(api: Api) -> None:
    made = (await api.post("/v1/api-keys", {"name": "ci", "expires_at": "2999-01-01T00:00:00Z"})).json()
    assert made["expires_at"] == "2999-01-01T00:00:00Z"
    assert (await api.get("/v1/collections", key=made["key"])).status_code == 200
    api.sql("UPDATE api_keys SET expires_at = now() WHERE key_id = %s", made["id"])
    assert (await api.get("/v1/collections", key=made["key"])).status_code == 401


async def test_a_key_never_outlives_the_one_that_made_it(api: Api) -> None:
    soon = "2998-01-01T00:00:00Z"
    maker = (await api.post("/v1/api-keys", {"name": "short", "expires_at": soon})).json()["key"]
    for asked, ends in ((None, soon), ("2999-01-01T00:00:00Z", soon), ("2997-01-01T00:00:00Z", "2997-01-01T00:00:00Z")):
        made = (await api.post("/v1/api-keys", {"name": "child", "expires_at": asked}, key=maker)).json()
        assert made["expires_at"] == ends


async def test_a_rotation_is_no_way_around_the_end_of_the_key_that_asks(api: Api) -> None:
    soon = "2998-01-01T00:00:00Z"
    maker = (await api.post("/v1/api-keys", {"name": "short", "expires_at": soon})).json()["key"]
    [lasting] = [key["id"] for key in (await api.get("/v1/api-keys")).json()["data"] if key["expires_at"] is None]
    rotated = (await api.post(f"/v1/api-keys/{lasting}/rotate", {}, key=maker)).json()
    assert rotated["expires_at"] == soon


async def test_a_suspended_account_is_refused(api: Api) -> None:
    api.sql("UPDATE accounts SET status = 'suspended'")
    assert (await api.get("/v1/collections")).status_code == 401


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("read", {"read"}),
        ("write", {"write"}),
        ("admin", {"read", "write", "admin"}),
    ],
)
async def test_a_key_does_what_its_scopes_allow(api: Api, scope: keys.Scope, allowed: set[str]) -> None:
    await api.collection(dimension=2)
    key = await api.new_key(scope)
    tries = {
        "read": await api.get("/v1/collections", key=key),
        "write": await api.post("/v1/vectors/delete", {"collection": "things", "ids": ["a"]}, key=key),
        "admin": await api.get("/v1/api-keys", key=key),
    }
    for needed, answer in tries.items():
        assert answer.status_code == (200 if needed in allowed else 403), (scope, needed)
        if needed not in allowed:
            assert answer.json()["code"] == "permission_denied"


async def test_last_use_is_noted_at_most_once_a_minute(api: Api) -> None:
    await api.get("/v1/collections")
    [first] = api.sql("SELECT last_used_at FROM api_keys")
    await api.get("/v1/collections")
    assert api.sql("SELECT last_used_at FROM api_keys") == [first]
    api.sql("UPDATE api_keys SET last_used_at = last_used_at - interval '2 minutes'")
    await api.get("/v1/collections")
    [(again,)] = api.sql("SELECT last_used_at FROM api_keys")
    assert first[0] is not None
    assert again > first[0]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "ok", "env": "staging"}, "env"),
        ({"name": "ok", "scopes": []}, "scopes"),
        ({"name": "ok", "scopes": ["root"]}, "scopes[0]"),
        ({"name": "ok", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "ok", "expires_at": "2999-01-01T00:00:00"}, "expires_at"),
        ({"name": "ok", "expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at"),
        ({"name": "ok", "account_id": "acc_x"}, "account_id"),
    ],
)
async def test_bad_requests_make_no_key(api: Api, body: dict[str, object], field: str) -> None:
    answer = await api.post("/v1/api-keys", body)
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (422, field)
    assert api.sql("SELECT count(*) FROM api_keys") == [(1,)]
