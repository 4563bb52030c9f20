"""From an address and a password to an account; nobody learns whether an address has one."""

from __future__ import annotations

import asyncio
from typing import Any

import bcrypt
import httpx
import pytest

from tests.support.api import PASSWORD, Api
from tests.support.mail import arrived, token_of

NEW = "ada@example.com"


@pytest.fixture
def api(api_without_embedder: Api) -> Api:
    """Nothing here embeds."""
    return api_without_embedder


async def sign_up(api: Api, email: str = NEW, password: str = PASSWORD, **more: Any) -> httpx.Response:
    body = {"email": email, "password": password, "accept_policy": True} | more
    return await api.post("/v1/auth/signup", body, key="")


async def confirm(api: Api, token: str) -> httpx.Response:
    return await api.post("/v1/auth/confirm", {"token": token}, key="")


async def login(api: Api, email: str = NEW, password: str = PASSWORD) -> httpx.Response:
    return await api.post("/v1/auth/login", {"email": email, "password": password}, key="")


def told(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    """An answer without what differs each time."""
    return answer.status_code, {name: value for name, value in answer.json().items() if name != "request_id"}


async def test_the_way_to_an_account(api: Api) -> None:
    answer = await sign_up(api, "Ada.Lovelace@Example.COM")
    assert (answer.status_code, answer.json()) == (200, {"status": "mail_sent"})
    [letter] = await arrived(api.database)
    assert (letter.kind, letter.to) == ("confirm", "Ada.Lovelace@example.com")
    assert (await confirm(api, letter.token)).json() == {"status": "confirmed"}
    session = (await login(api, "ada.lovelace@EXAMPLE.com")).json()
    account = (await api.get("/v1/auth/account", key=session["access_token"])).json()
    assert account["email"] == "Ada.Lovelace@example.com"
    assert account["email_confirmed"] is True
    assert account["plan"] == "free"
    kinds = [event["kind"] for event in await activity(api, session["access_token"])]
    assert kinds == ["signed_in", "email_confirmed", "signed_up"]


async def activity(api: Api, token: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get("/v1/auth/account/activity", key=token)).json()["data"]
    return found


async def test_policy_section_11_the_age_condition_is_stated_and_kept(api: Api) -> None:
    for refused in (
        await sign_up(api, accept_policy=False),
        await api.post("/v1/auth/signup", {"email": NEW, "password": PASSWORD}, key=""),
    ):
        assert refused.status_code == 422
        [detail] = refused.json()["details"]
        assert detail["field"] == "accept_policy"
        assert "13 years old" in detail["error"]
    assert api.sql("SELECT count(*) FROM accounts") == [(1,)]
    current = (await api.get("/v1/legal/privacy")).json()["version"]
    await sign_up(api)
    session = (await login(api)).json()["access_token"]
    accepted = (await api.get("/v1/auth/account", key=session)).json()["accepted_policy"]
    assert accepted["version"] == current


async def test_before_it_is_confirmed_there_is_test_data_alone(api: Api) -> None:
    await sign_up(api)
    session = (await login(api)).json()["access_token"]
    assert (await api.get("/v1/auth/account", key=session)).json()["email_confirmed"] is False
    refused = await api.post("/v1/api-keys", {"name": "k", "env": "live"}, key=session)
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert "Confirm" in refused.json()["error"]
    made = (await api.post("/v1/api-keys", {"name": "k"}, key=session)).json()
    assert made["env"] == "test"
    await api.post("/v1/collections", {"name": "mine"}, key=session)
    assert [c["name"] for c in (await api.get("/v1/collections", key=made["key"])).json()["data"]] == ["mine"]
    await confirm(api, await token_of(api.database, "confirm"))
    # The same session, from the next request on.
    assert (await api.get("/v1/collections", key=session)).json()["data"] == []
    assert (await api.post("/v1/api-keys", {"name": "k"}, key=session)).json()["env"] == "live"


async def test_an_address_that_nobody_confirmed_gets_no_mail_but_about_itself(api: Api) -> None:
    """Else whoever signs up for a stranger's address sends the stranger words of his own, as names of keys."""
    await sign_up(api)
    session = (await login(api)).json()["access_token"]
    for n in range(3):
        await api.post("/v1/api-keys", {"name": f"visit http://evil.example {n}"}, key=session)
    await api.patch(
        "/v1/auth/account", {"password": "another good password", "current_password": PASSWORD}, key=session
    )
    assert [letter.kind for letter in await arrived(api.database)] == ["confirm"]
    assert api.sql("SELECT count(*) FROM outbox_emails") == [(0,)]


async def test_known_and_unknown_addresses_are_answered_alike(api: Api) -> None:
    known, unknown = api.tenant.email, "nobody@example.com"
    for path, body in (
        ("/v1/auth/login", {"password": "not the right password"}),
        ("/v1/auth/resend", {}),
        ("/v1/auth/password/forgot", {}),
        ("/v1/auth/signup", {"password": "another good password", "accept_policy": True}),
    ):
        answers = [await api.post(path, {"email": email} | body, key="") for email in (known, unknown)]
        assert told(answers[0]) == told(answers[1]), path
    assert (await login(api, known)).status_code == 200  # and nothing changed
    letters = {(letter.kind, letter.to) for letter in await arrived(api.database)}
    assert letters == {("reset", known), ("signed_up_again", known), ("confirm", unknown)}


async def test_known_and_unknown_addresses_take_as_long(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compared is counted, not timed: both run bcrypt once, at the same cost."""
    ran: list[bytes] = []
    original = bcrypt.checkpw

    def checkpw(password: bytes, hashed: bytes) -> bool:
        ran.append(hashed[:7])
        return original(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", checkpw)
    for email in (api.tenant.email, "nobody@example.com"):
        assert (await login(api, email, "not the right password")).status_code == 401
    assert len(ran) == 2
    assert ran[0] == ran[1]


async def test_a_hundred_sign_ups_at_once_are_one_account(api: Api) -> None:
    passwords = [f"{PASSWORD} number {n}" for n in range(100)]
    answers = await asyncio.gather(*(sign_up(api, password=password) for password in passwords))
    assert {answer.status_code for answer in answers} <= {200, 429, 503}
    assert api.sql("SELECT count(*) FROM account_emails WHERE email_key = %s", NEW) == [(1,)]
    assert api.sql("SELECT count(*) FROM accounts") == [(2,)]
    assert api.sql("SELECT count(*) FROM users") == [(2,)]
    assert api.sql("SELECT count(*) FROM outbox_emails WHERE kind = 'confirm'") == [(1,)]


async def test_who_signs_up_again_before_confirming_begins_anew(api: Api) -> None:
    """Whoever took somebody's address first keeps nothing of the account."""
    await sign_up(api, password="the password of a thief")
    thief = (await login(api, password="the password of a thief")).json()
    key = (await api.post("/v1/api-keys", {"name": "k"}, key=thief["access_token"])).json()["key"]
    old = await token_of(api.database, "confirm")
    await sign_up(api)
    assert (await login(api, password="the password of a thief")).status_code == 401
    assert (await api.get("/v1/auth/account", key=thief["access_token"])).status_code == 401
    assert (await api.post("/v1/auth/refresh", {"refresh_token": thief["refresh_token"]}, key="")).status_code == 401
    assert (await api.get("/v1/collections", key=key)).status_code == 401
    assert (await confirm(api, old)).status_code == 404
    assert (await confirm(api, await token_of(api.database, "confirm"))).status_code == 200
    assert (await login(api)).status_code == 200


async def test_who_comes_next_finds_nothing_of_the_one_before(api: Api) -> None:
    await sign_up(api)
    first = (await login(api)).json()["access_token"]
    change = {"email": "evil@example.com", "current_password": PASSWORD}
    assert (await api.patch("/v1/auth/account", change, key=first)).status_code == 200
    await api.post("/v1/collections", {"name": "mine", "dimension": 2}, key=first)
    body = {"collection": "mine", "vectors": [{"id": "a", "values": [1, 0]}]}
    assert (await api.post("/v1/vectors/upsert", body, key=first)).status_code == 200
    await sign_up(api, password="the password of another one")
    second = (await login(api, password="the password of another one")).json()["access_token"]
    assert (await api.get("/v1/collections", key=second)).json()["data"] == []
    assert [event["kind"] for event in await activity(api, second)] == ["signed_in", "signed_up"]
    # Nor does a change of address that was asked for before live on, and no mail tells a stranger of an erasure.
    assert [letter.kind for letter in await arrived(api.database)] == ["confirm"]
    assert api.sql("SELECT count(*) FROM vectors") == [(0,)]


async def test_a_mail_of_somebody_elses_sign_up_is_noticed(api: Api) -> None:
    """Whoever is sent it and confirms it with his own password is refused, and the account stays unconfirmed."""
    await sign_up(api, password="the password of a thief")
    token = await token_of(api.database, "confirm")
    refused = await api.post("/v1/auth/confirm", {"token": token, "password": PASSWORD}, key="")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_required")
    right = {"token": token, "password": "the password of a thief"}
    assert (await api.post("/v1/auth/confirm", right, key="")).status_code == 200


async def test_who_deletes_and_signs_up_again_has_the_same_limit(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.config import settings

    monkeypatch.setenv("FLUXVECTOR_ATTEMPTS_FACTOR", "1")
    settings.cache_clear()
    statuses = []
    for _ in range(7):
        statuses.append((await sign_up(api)).status_code)
        if statuses[-1] == 200:
            session = (await login(api)).json()["access_token"]
            assert (await api.delete("/v1/auth/account", key=session)).status_code == 200
    assert statuses == [200] * 5 + [429] * 2
    assert await arrived(api.database) == []  # the accounts, their mail with them, and no farewell to a stranger


async def test_a_link_works_once_also_when_all_use_it_at_once(api: Api) -> None:
    await sign_up(api)
    token = await token_of(api.database, "confirm")
    answers = await asyncio.gather(*(confirm(api, token) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 19
    assert {answer.json()["code"] for answer in answers if answer.status_code == 404} == {"link_not_valid"}


async def test_a_link_has_its_time_and_its_purpose(api: Api) -> None:
    await sign_up(api)
    token = await token_of(api.database, "confirm")
    reset = {"token": token, "password": PASSWORD}
    assert (await api.post("/v1/auth/password/reset", reset, key="")).status_code == 404
    api.sql("UPDATE one_time_links SET expires_at = now()")
    assert (await confirm(api, token)).status_code == 404
    for wrong in ("x", "fvl_" + "0" * 43, "fvr_" + "0" * 43, "' OR 1=1 --"):
        assert (await confirm(api, wrong)).json()["code"] == "link_not_valid"
    assert await arrived(api.database) == []
    await api.post("/v1/auth/resend", {"email": NEW}, key="")
    assert (await confirm(api, await token_of(api.database, "confirm"))).status_code == 200


async def test_tokens_and_passwords_are_stored_as_hashes(api: Api) -> None:
    await sign_up(api)
    token = await token_of(api.database, "confirm")
    session = (await login(api)).json()
    [(stored,)] = api.sql(
        "SELECT string_agg(t::text, '') FROM (SELECT u::text FROM users u"
        " UNION ALL SELECT l::text FROM one_time_links l"
        " UNION ALL SELECT r::text FROM refresh_hashes r UNION ALL SELECT s::text FROM sessions s"
        " UNION ALL SELECT a::text FROM attempts a UNION ALL SELECT o::text FROM outbox_emails o) t"
    )
    for secret in (PASSWORD, token, session["access_token"], session["refresh_token"], session["refresh_token"][4:]):
        assert secret not in stored
    assert "$2b$" in stored
    assert NEW not in "".join(str(row) for row in api.sql("SELECT encode(bucket, 'escape') FROM attempts"))


async def test_a_forgotten_password_is_replaced_by_mail(api: Api) -> None:
    email = api.tenant.email
    session = (await login(api, email)).json()
    await api.post("/v1/auth/password/forgot", {"email": email.upper()}, key="")
    token = await token_of(api.database, "reset")
    weak = await api.post("/v1/auth/password/reset", {"token": token, "password": "short"}, key="")
    assert weak.status_code == 422
    body = {"token": token, "password": "an altogether new one"}
    answers = await asyncio.gather(*(api.post("/v1/auth/password/reset", body, key="") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]
    assert (await api.get("/v1/auth/account", key=session["access_token"])).status_code == 401
    assert (await api.post("/v1/auth/refresh", {"refresh_token": session["refresh_token"]}, key="")).status_code == 401
    assert (await login(api, email)).status_code == 401
    assert (await login(api, email, "an altogether new one")).status_code == 200
    assert [letter.kind for letter in await arrived(api.database)] == ["password_changed"]


async def test_a_reset_confirms_and_drops_what_others_made(api: Api) -> None:
    await sign_up(api, password="the password of a thief")
    thief = (await login(api, password="the password of a thief")).json()["access_token"]
    key = (await api.post("/v1/api-keys", {"name": "k"}, key=thief)).json()["key"]
    await api.post("/v1/auth/password/forgot", {"email": NEW}, key="")
    body = {"token": await token_of(api.database, "reset"), "password": PASSWORD}
    assert (await api.post("/v1/auth/password/reset", body, key="")).status_code == 200
    assert (await api.get("/v1/collections", key=key)).status_code == 401
    mine = (await login(api)).json()["access_token"]
    assert (await api.get("/v1/auth/account", key=mine)).json()["email_confirmed"] is True


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        ("", PASSWORD, "email"),
        ("no address", PASSWORD, "email"),
        ("a@b@c", PASSWORD, "email"),
        ("ada@example.com\r\nBcc: all@example.com", PASSWORD, "email"),
        (NEW, "fourteen chars", "password"),
        (NEW, "x" * 257, "password"),
        (NEW, "passwordpassword", "password"),
        (NEW, "ada@example.com1", "password"),
    ],
)
async def test_what_is_not_accepted_is_named_and_not_repeated(api: Api, email: str, password: str, field: str) -> None:
    answer = await sign_up(api, email, password)
    assert answer.status_code == 422
    assert [detail["field"] for detail in answer.json()["details"]] == [field]
    assert password not in answer.text
    assert api.sql("SELECT count(*) FROM accounts") == [(1,)]


async def test_the_rest_of_a_request_changes_nothing(api: Api) -> None:
    for name, value in (
        ("plan", "scale"),
        ("account_id", "acc_1"),
        ("is_admin", True),
        ("stripe_customer_id", "cus_1"),
    ):
        more: dict[str, Any] = {name: value}
        assert (await sign_up(api, **more)).status_code == 422
    assert api.sql("SELECT count(*) FROM accounts") == [(1,)]


async def test_mail_to_one_address_is_limited(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.config import settings

    monkeypatch.setenv("FLUXVECTOR_ATTEMPTS_FACTOR", "1")
    settings.cache_clear()
    for email in (api.tenant.email, "nobody@example.com"):
        answers = [(await api.post("/v1/auth/password/forgot", {"email": email}, key="")).status_code for _ in range(7)]
        assert answers == [200] * 5 + [429] * 2
    # Mails for another purpose are counted apart: nobody uses up the owner's by asking for those that are never sent.
    other = "other@example.com"
    await api.new_tenant(other)
    for _ in range(6):
        await api.post("/v1/auth/resend", {"email": other}, key="")
    assert (await api.post("/v1/auth/password/forgot", {"email": other}, key="")).status_code == 200
    refused = await api.post("/v1/auth/password/forgot", {"email": api.tenant.email}, key="")
    assert refused.json()["code"] == "rate_limited"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
