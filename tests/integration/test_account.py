"""What the owner of an account changes of it, and how it ends."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.api import PASSWORD, Api
from tests.support.mail import arrived, token_of

NEW_PASSWORD = "an altogether new one"


@pytest.fixture
def api(api_without_embedder: Api) -> Api:
    """Nothing here embeds."""
    return api_without_embedder


async def login(api: Api, email: str | None = None, password: str = PASSWORD) -> httpx.Response:
    return await api.post("/v1/auth/login", {"email": email or api.tenant.email, "password": password}, key="")


async def erase(api: Api, session: str, body: dict[str, Any] | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {session}"}
    return await api.client.request("DELETE", "/v1/auth/account", json=body, headers=headers)


async def test_another_password_ends_every_session_and_opens_one(api: Api) -> None:
    tokens = [(await login(api)).json() for _ in range(2)]
    body = {"password": NEW_PASSWORD, "current_password": PASSWORD}
    answer = await api.patch("/v1/auth/account", body, key=tokens[0]["access_token"])
    assert answer.status_code == 200, answer.text
    for each in tokens:
        assert (await api.get("/v1/auth/account", key=each["access_token"])).status_code == 401
        refreshed = await api.post("/v1/auth/refresh", {"refresh_token": each["refresh_token"]}, key="")
        assert refreshed.status_code == 401
    session = answer.json()["session"]["access_token"]
    assert (await api.get("/v1/auth/account", key=session)).status_code == 200
    assert (await login(api)).status_code == 401
    assert (await login(api, password=NEW_PASSWORD)).status_code == 200
    assert (await api.get("/v1/collections")).status_code == 200  # keys are another matter
    assert "password_changed" in [letter.kind for letter in await arrived(api.database)]


@pytest.mark.parametrize("current", [None, "not the right password"])
async def test_without_the_password_nothing_changes(api: Api, current: str | None) -> None:
    session = await api.session()
    for change in ({"password": NEW_PASSWORD}, {"email": "new@example.com"}):
        answer = await api.patch("/v1/auth/account", change | {"current_password": current}, key=session)
        assert (answer.status_code, answer.json()["code"]) == (403, "password_required")
    assert (await login(api)).status_code == 200
    assert await arrived(api.database) == []


async def test_another_address_counts_once_its_owner_confirmed_it(api: Api) -> None:
    session = await api.session()
    body = {"email": "new@example.com", "current_password": PASSWORD}
    changed = (await api.patch("/v1/auth/account", body, key=session)).json()
    assert (changed["email"], changed["pending_email"]) == (api.tenant.email, "new@example.com")
    letters = await arrived(api.database)
    assert {(letter.kind, letter.to) for letter in letters} == {
        ("change_email", "new@example.com"),
        ("change_email_requested", api.tenant.email),
    }
    assert (await login(api, "new@example.com")).status_code == 401
    [token] = [letter.token for letter in letters if letter.kind == "change_email"]
    confirmed = await api.post("/v1/auth/confirm", {"token": token}, key="")
    assert confirmed.json() == {"status": "email_changed"}
    account = (await api.get("/v1/auth/account", key=session)).json()
    assert (account["email"], account["pending_email"]) == ("new@example.com", None)
    assert (await login(api)).status_code == 401
    assert (await login(api, "new@example.com")).status_code == 200
    told = {(letter.kind, letter.to) for letter in await arrived(api.database)}
    assert told == {("email_changed", api.tenant.email), ("email_changed", "new@example.com")}


async def test_an_address_that_became_anothers_is_not_taken(api: Api) -> None:
    session = await api.session()
    body = {"email": "wanted@example.com", "current_password": PASSWORD}
    await api.patch("/v1/auth/account", body, key=session)
    token = await token_of(api.database, "change_email")
    await api.new_tenant("wanted@example.com")
    answer = await api.post("/v1/auth/confirm", {"token": token}, key="")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert (await login(api)).status_code == 200
    assert api.sql("SELECT count(*) FROM account_emails WHERE email_key = 'wanted@example.com'") == [(1,)]


async def test_mail_that_waits_is_of_no_use_once_the_address_is_another(api: Api) -> None:
    """A mail to reset the password that was asked for before must not reach the former address with a link."""
    session = await api.session()
    await api.patch("/v1/auth/account", {"email": "new@example.com", "current_password": PASSWORD}, key=session)
    token = await token_of(api.database, "change_email")
    await api.post("/v1/auth/password/forgot", {"email": api.tenant.email}, key="")
    await api.post("/v1/auth/confirm", {"token": token}, key="")
    assert {letter.kind for letter in await arrived(api.database)} == {"email_changed"}


async def test_another_password_stops_a_change_of_the_address(api: Api) -> None:
    session = await api.session()
    await api.patch("/v1/auth/account", {"email": "thief@example.com", "current_password": PASSWORD}, key=session)
    change = {"password": NEW_PASSWORD, "current_password": PASSWORD}
    assert (await api.patch("/v1/auth/account", change, key=session)).status_code == 200
    assert "change_email" not in [letter.kind for letter in await arrived(api.database)]
    assert api.sql("SELECT count(*) FROM one_time_links") == [(0,)]


async def test_fields_of_the_service_are_not_to_be_set(api: Api) -> None:
    session = await api.session()
    before = api.sql("SELECT * FROM accounts")
    for name, value in (("plan", "scale"), ("account_id", "x"), ("is_admin", True), ("stripe_customer_id", "cus_1")):
        body = {name: value, "password": NEW_PASSWORD, "current_password": PASSWORD}
        assert (await api.patch("/v1/auth/account", body, key=session)).status_code == 422
    assert api.sql("SELECT * FROM accounts") == before


async def test_policy_section_6_an_account_is_erased_by_password(api: Api) -> None:
    session = await api.session()
    await api.collection(dimension=2)
    await api.upsert([{"id": str(n), "values": [1, n]} for n in range(3)])
    api.sql("UPDATE sessions SET authenticated_at = now() - interval '11 minutes'")
    for body in (None, {}, {"password": "not the right password"}):
        answer = await erase(api, session, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "password_required")
    answer = await erase(api, session, {"password": PASSWORD})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["deleted"], told["complete"]) == (True, True)
    assert told["erased"]["vectors"] == 3
    assert told["erased"]["collections"] == 1
    assert (await api.get("/v1/auth/account", key=session)).status_code == 401
    assert (await api.get("/v1/collections")).status_code == 401
    assert (await login(api)).status_code == 401
    [letter] = await arrived(api.database)
    assert (letter.kind, letter.to) == ("account_deleted", api.tenant.email)
    assert api.sql("SELECT count(*) FROM farewell_emails") == [(0,)]


async def test_a_fresh_session_erases_without_the_password(api: Api) -> None:
    assert (await erase(api, await api.session())).status_code == 200


@pytest.mark.parametrize("call", ["account_update", "account_delete"])
async def test_nothing_is_done_by_a_password_that_was_changed_meanwhile(
    api: Api, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """A reset by mail ends what the old password began, also where its check was under way."""
    import importlib

    endpoint = importlib.import_module(f"functions.auth.{call}")
    original = endpoint.check_password

    async def overtaken(*args: Any, **kwargs: Any) -> Any:
        checked = await original(*args, **kwargs)
        api.sql("UPDATE users SET password_hash = 'of a reset'")
        return checked

    session = await api.session()
    monkeypatch.setattr(endpoint, "check_password", overtaken)
    if call == "account_update":
        body = {"email": "thief@example.com", "current_password": PASSWORD}
        answer = await api.patch("/v1/auth/account", body, key=session)
    else:
        answer = await erase(api, session, {"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "password_required")
    assert api.sql("SELECT count(*) FROM accounts") == [(1,)]
    assert await arrived(api.database) == []


async def test_address_and_password_are_changed_one_after_the_other(api: Api) -> None:
    session = await api.session()
    body = {"email": "new@example.com", "password": NEW_PASSWORD, "current_password": PASSWORD}
    assert (await api.patch("/v1/auth/account", body, key=session)).status_code == 422
    assert (await login(api)).status_code == 200


async def test_a_key_never_erases_the_account(api: Api) -> None:
    answer = await erase(api, api.tenant.key, {"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "session_required")


async def test_an_account_is_erased_once(api: Api) -> None:
    session = await api.session()
    answers = await asyncio.gather(*(erase(api, session) for _ in range(5)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses.count(200) >= 1
    assert set(statuses) <= {200, 401, 403, 404}
    assert api.sql("SELECT count(*) FROM farewell_emails") == [(1,)]
    assert api.sql("SELECT count(*) FROM erasure_ledger") == [(1,)]


async def test_the_address_of_an_erased_account_is_free(api: Api) -> None:
    await erase(api, await api.session())
    body = {"email": api.tenant.email, "password": NEW_PASSWORD, "accept_policy": True}
    assert (await api.post("/v1/auth/signup", body, key="")).status_code == 200
    assert (await login(api, password=NEW_PASSWORD)).status_code == 200
    assert (await api.get("/v1/collections")).status_code == 401  # the old account's key
