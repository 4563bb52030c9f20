"""Sessions: what opens them, what ends them, and that they end at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.attempts import Limit
from shared.config import settings
from shared.passwords import hasher
from shared.session_tokens import Issuer, issue
from tests.support.api import PASSWORD, PUBLIC_URL, SESSION_KEY, Api
from tests.support.mail import arrived, token_of


@pytest.fixture
def api(api_without_embedder: Api) -> Api:
    """Nothing here embeds."""
    return api_without_embedder


async def signed_in(api: Api, password: str = PASSWORD) -> dict[str, Any]:
    answer = await api.post("/v1/auth/login", {"email": api.tenant.email, "password": password}, key="")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refresh(api: Api, token: str) -> httpx.Response:
    return await api.post("/v1/auth/refresh", {"refresh_token": token}, key="")


async def works(api: Api, tokens: dict[str, Any]) -> bool:
    account = await api.get("/v1/auth/account", key=tokens["access_token"])
    collections = await api.get("/v1/collections", key=tokens["access_token"])
    assert account.status_code == collections.status_code
    return account.status_code == 200


async def test_a_session_is_a_credential_as_a_key_is(api: Api) -> None:
    session = (await signed_in(api))["access_token"]
    await api.collection(dimension=2)
    record = {"id": "a", "values": [1, 0]}
    body = {"collection": "things", "vectors": [record]}
    assert (await api.post("/v1/vectors/upsert", body, key=session)).status_code == 200
    query = {"collection": "things", "vector": [1, 0]}
    assert (await api.post("/v1/vectors/query", query, key=session)).json()["results"][0]["id"] == "a"
    # Metered to the account, by no key.
    assert api.sql("SELECT DISTINCT account_no, key_no FROM usage_events") == [(api.tenant.account_no, None)]


async def test_a_key_is_no_session(api: Api) -> None:
    for method, path in (("GET", "/v1/auth/account"), ("DELETE", "/v1/auth/account"), ("GET", "/v1/auth/sessions")):
        answer = await api.client.request(method, path, headers=api.tenant.headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "session_required")


async def test_a_refresh_token_is_no_access_token_nor_the_reverse(api: Api) -> None:
    tokens = await signed_in(api)
    assert (await api.get("/v1/auth/account", key=tokens["refresh_token"])).status_code == 401
    assert (await refresh(api, tokens["access_token"])).status_code == 401
    assert await works(api, tokens)


async def test_a_refresh_token_works_once_and_its_reuse_ends_the_family(api: Api) -> None:
    first = await signed_in(api)
    other = await signed_in(api)
    second = (await refresh(api, first["refresh_token"])).json()
    third = (await refresh(api, second["refresh_token"])).json()
    assert {first["session_id"], second["session_id"]} == {third["session_id"]}
    assert await works(api, third)
    again = await refresh(api, first["refresh_token"])
    assert (again.status_code, again.json()["code"]) == (401, "unauthenticated")
    assert not await works(api, third)
    assert (await refresh(api, third["refresh_token"])).status_code == 401
    assert await works(api, other)  # another family
    assert "refresh_token_reused" in [letter.kind for letter in await arrived(api.database)]
    told = (await api.get("/v1/auth/account/activity", key=other["access_token"])).json()["data"]
    assert told[0]["kind"] == "refresh_token_reused"
    assert told[0]["session_id"] == first["session_id"]


async def test_of_two_refreshes_at_once_one_gets_tokens_and_the_family_ends(api: Api) -> None:
    tokens = await signed_in(api)
    answers = await asyncio.gather(*(refresh(api, tokens["refresh_token"]) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    assert not await works(api, tokens)
    assert api.sql("SELECT count(*) FROM sessions") == [(0,)]


async def test_signing_out_ends_this_session_alone(api: Api) -> None:
    one, other = await signed_in(api), await signed_in(api)
    assert (await api.post("/v1/auth/logout", {}, key=one["access_token"])).json() == {"signed_out": True}
    assert not await works(api, one)
    assert (await refresh(api, one["refresh_token"])).status_code == 401
    assert await works(api, other)


async def test_sessions_are_listed_and_ended_one_by_one_or_all(api: Api) -> None:
    tokens = [await signed_in(api) for _ in range(4)]
    mine = tokens[3]["access_token"]
    listed = (await api.get("/v1/auth/sessions", key=mine)).json()["data"]
    assert [session["id"] for session in listed] == [each["session_id"] for each in reversed(tokens)]
    assert [session["is_current"] for session in listed] == [True, False, False, False]
    path = f"/v1/auth/sessions/{tokens[0]['session_id']}"
    assert (await api.delete(path, key=mine)).json() == {"deleted": True}
    assert (await api.delete(path, key=mine)).status_code == 404
    assert not await works(api, tokens[0])
    answer = await api.delete("/v1/auth/sessions?keep_current=true", key=mine)
    assert answer.json() == {"deleted": True, "deleted_count": 2}
    assert [await works(api, each) for each in tokens] == [False, False, False, True]
    assert (await api.delete("/v1/auth/sessions", key=mine)).json()["deleted_count"] == 1
    assert not await works(api, tokens[3])


async def test_anothers_session_is_not_ended(api: Api) -> None:
    await api.new_tenant("other@example.com")
    other = await api.session("other@example.com")
    mine = await signed_in(api)
    assert (await api.delete(f"/v1/auth/sessions/{mine['session_id']}", key=other)).status_code == 404
    assert (await api.delete("/v1/auth/sessions", key=other)).status_code == 200
    assert await works(api, mine)


async def test_a_session_ends_with_its_time(api: Api) -> None:
    tokens = await signed_in(api)
    api.sql("UPDATE sessions SET expires_at = now()")
    assert not await works(api, tokens)
    assert (await refresh(api, tokens["refresh_token"])).status_code == 401


async def test_a_token_of_no_session_is_none(api: Api) -> None:
    forged = issue(Issuer(PUBLIC_URL, (SESSION_KEY,)), user_id="usr_1", session_id="ses_none")
    answer = await api.get("/v1/auth/account", key=forged)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_a_suspended_account_is_out_at_once(api: Api) -> None:
    tokens = await signed_in(api)
    api.sql("UPDATE accounts SET status = 'suspended'")
    assert not await works(api, tokens)
    assert (await api.get("/v1/collections")).status_code == 401
    body = {"email": api.tenant.email, "password": PASSWORD}
    assert (await api.post("/v1/auth/login", body, key="")).status_code == 401


async def test_the_oldest_sessions_end_beyond_the_limit(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.sessions.MAX_SESSIONS", 3)
    tokens = [await signed_in(api) for _ in range(5)]
    assert [await works(api, each) for each in tokens] == [False, False, True, True, True]


async def test_last_use_is_written_at_most_once_a_minute(api: Api) -> None:
    tokens = await signed_in(api)
    read = "SELECT last_used_at FROM sessions"
    api.sql("UPDATE sessions SET last_used_at = now() - interval '59 seconds'")
    [before] = api.sql(read)
    assert await works(api, tokens)
    assert api.sql(read) == [before]
    api.sql("UPDATE sessions SET last_used_at = now() - interval '61 seconds'")
    [before] = api.sql(read)
    assert await works(api, tokens)
    assert api.sql(read) != [before]


async def test_a_sign_in_from_elsewhere_is_told_by_mail(api: Api) -> None:
    await signed_in(api)
    await signed_in(api)
    assert await arrived(api.database) == []  # the first one, and the same address again
    transport = httpx.ASGITransport(app=api.client._transport.app, client=("203.0.113.9", 1))  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as elsewhere:
        body = {"email": api.tenant.email, "password": PASSWORD}
        assert (await elsewhere.post("/v1/auth/login", json=body)).status_code == 200
    [letter] = await arrived(api.database)
    assert letter.kind == "new_sign_in"
    assert "203.0.113.9" in letter.text


async def test_failures_are_limited_for_whoever_fails_and_not_for_the_owner(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLUXVECTOR_ATTEMPTS_FACTOR", "1")
    settings.cache_clear()
    await signed_in(api)  # from here, the owner's own address
    app = api.client._transport.app  # type: ignore[attr-defined]
    wrong = {"email": api.tenant.email, "password": "not the right password"}

    async def tried(address: str) -> int:
        transport = httpx.ASGITransport(app=app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
            return (await client.post("/v1/auth/login", json=wrong)).status_code

    # A hundred at once, from addresses of their own: no more of them than the limit are even looked at.
    statuses = await asyncio.gather(*(tried(f"203.0.113.{n}") for n in range(100)))
    assert sorted(set(statuses)) in ([401, 429], [401, 429, 503])
    assert statuses.count(401) == 20
    # The owner comes in.
    assert (await api.post("/v1/auth/login", wrong | {"password": PASSWORD}, key="")).status_code == 200
    for _ in range(10):
        assert (await api.post("/v1/auth/login", wrong, key="")).status_code == 401
    refused = await api.post("/v1/auth/login", wrong | {"password": PASSWORD}, key="")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    # An unknown address meets the same limit as a known one.
    strangers = [await api.post("/v1/auth/login", wrong | {"email": "no@example.com"}, key="") for _ in range(22)]
    assert [answer.status_code for answer in strangers] == [401] * 20 + [429] * 2
    # A password that is reset by mail opens the door from there, whatever others tried.
    elsewhere = httpx.ASGITransport(app=app, client=("203.0.113.200", 1))
    async with httpx.AsyncClient(transport=elsewhere, base_url=PUBLIC_URL) as client:
        assert (await client.post("/v1/auth/login", json=wrong | {"password": PASSWORD})).status_code == 429
        await client.post("/v1/auth/password/forgot", json={"email": api.tenant.email})
        reset = {"token": await token_of(api.database, "reset"), "password": PASSWORD}
        assert (await client.post("/v1/auth/password/reset", json=reset)).status_code == 200
        assert (await client.post("/v1/auth/login", json=wrong | {"password": PASSWORD})).status_code == 200
    # And it slides.
    api.sql("UPDATE attempts SET made_at = made_at - interval '15 minutes'")
    assert (await api.post("/v1/auth/login", wrong | {"password": PASSWORD}, key="")).status_code == 200


async def test_right_passwords_from_one_address_are_limited_too(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each costs a hash: whoever has one account may not have us reckon without end."""
    monkeypatch.setattr("shared.attempts.PASSWORDS_FROM_ADDRESS", Limit(5, timedelta(minutes=15)))
    monkeypatch.setenv("FLUXVECTOR_ATTEMPTS_FACTOR", "1")
    settings.cache_clear()
    body = {"email": api.tenant.email, "password": PASSWORD}
    statuses = [(await api.post("/v1/auth/login", body, key="")).status_code for _ in range(4)]
    assert statuses == [200] * 4
    token = await api.session()
    # The password that is asked for again is one of them; a mailed link, which costs none, is not.
    change = {"email": "new@example.com", "current_password": PASSWORD}
    refused = await api.patch("/v1/auth/account", change, key=token)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert (await api.post("/v1/auth/login", body, key="")).status_code == 429
    elsewhere = httpx.ASGITransport(app=api.client._transport.app, client=("203.0.113.9", 1))  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=elsewhere, base_url=PUBLIC_URL) as client:
        assert (await client.post("/v1/auth/login", json=body)).status_code == 200
    api.sql("UPDATE attempts SET made_at = made_at - interval '15 minutes'")
    assert (await api.post("/v1/auth/login", body, key="")).status_code == 200


async def test_a_password_is_hashed_anew_when_cost_or_pepper_changes(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    read = "SELECT substr(password_hash, 1, 7), pepper_id FROM users"
    assert api.sql(read) == [("$2b$04$", "test")]
    old = f"{SESSION_KEY.key_id}:{'a pepper of passwords that tests use'}"
    monkeypatch.setenv("FLUXVECTOR_PASSWORD_PEPPERS", f"new:{'n' * 32},{old}")
    monkeypatch.setenv("FLUXVECTOR_BCRYPT_COST", "5")
    settings.cache_clear()
    hasher.cache_clear()
    await signed_in(api)
    assert api.sql(read) == [("$2b$05$", "new")]
    await signed_in(api)
    monkeypatch.setenv("FLUXVECTOR_PASSWORD_PEPPERS", f"new:{'n' * 32}")
    settings.cache_clear()
    hasher.cache_clear()
    await signed_in(api)
