"""Tokens of sessions, attacked by RFC 8725: only what we signed, for us, now, and as an access token, is one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from shared import clock
from shared.errors import Unauthenticated
from shared.secret_keys import SecretKey, secret_keys
from shared.session_tokens import Issuer, issue, session_of

KEY = SecretKey("2026", b"k" * 32)
ISSUER = Issuer("https://api.example", (KEY,))
PUBLIC_KEY = b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"


def part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def claims(**changes: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    good = {
        "iss": ISSUER.url,
        "aud": "fluxvector",
        "sub": "usr_1",
        "sid": "ses_1",
        "jti": "1",
        "iat": now,
        "exp": now + 900,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(body: dict[str, Any], *, secret: bytes = KEY.secret, **header: Any) -> str:
    """A token of any header, signed by HMAC-SHA-256."""
    head = {"alg": "HS256", "typ": "at+jwt", "kid": KEY.key_id} | header
    text = f"{part({name: value for name, value in head.items() if value is not None})}.{part(body)}"
    return f"{text}.{part(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def refused(token: str) -> bool:
    with pytest.raises(Unauthenticated) as raised:
        session_of(ISSUER, token)
    return "sign in again" in raised.value.message


def test_a_token_speaks_for_its_session() -> None:
    assert session_of(ISSUER, issue(ISSUER, user_id="usr_1", session_id="ses_1")) == "ses_1"
    assert session_of(ISSUER, signed(claims())) == "ses_1"  # what the attacks below start from is good


def test_a_token_says_what_it_should_and_no_more() -> None:
    token = issue(ISSUER, user_id="usr_1", session_id="ses_1")
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "at+jwt", "kid": "2026"}
    told = jwt.decode(token, options={"verify_signature": False})
    assert told.keys() == {"iss", "aud", "sub", "sid", "jti", "iat", "exp"}
    assert told["exp"] - told["iat"] == 900


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "HS512"},
        {"alg": "RS256"},
        {"alg": None},
        {"typ": "JWT"},
        {"typ": None},
        {"typ": "refresh+jwt"},
        {"kid": None},
        {"kid": "other"},
        {"kid": "../../../dev/null"},
        {"kid": "' OR 1=1 --"},
        {"kid": ["2026"]},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"jwk": {"kty": "oct", "k": part(b"k" * 32)}},
        {"crit": ["exp"]},
        {"zip": "DEF"},
    ],
)
def test_a_header_leads_nowhere(header: dict[str, Any]) -> None:
    assert refused(signed(claims(), **header))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int((clock.now() - timedelta(seconds=1)).timestamp())},
        {"exp": "never"},
        {"exp": None},
        {"nbf": int((clock.now() + timedelta(seconds=60)).timestamp())},
        {"iat": int((clock.now() + timedelta(seconds=60)).timestamp())},
        {"iat": None},
        {"aud": "another"},
        {"aud": ["fluxvector"]},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
        {"sid": None},
        {"sid": 7},
        {"sid": "a\0b"},
        {"jti": None},
    ],
)
def test_claims_are_all_there_and_ours(changes: dict[str, Any]) -> None:
    assert refused(signed(claims(**changes)))


def test_a_signature_is_needed_and_ours() -> None:
    good = signed(claims())
    head, body, signature = good.split(".")
    for token in (
        f"{head}.{body}.",
        f"{head}.{body}.{part(b'')}",
        f"{head}.{body}.{signature[:-2]}AA",
        f"{head}.{part(claims(sid='ses_2'))}.{signature}",
        f"{part({'alg': 'none', 'typ': 'at+jwt', 'kid': '2026'})}.{body}.",
        signed(claims(), secret=PUBLIC_KEY),
        signed(claims(), secret=b""),
        signed(claims(), secret=b"2026"),
        "..",
        "a.b.c",
        f"{good}.x",
        f" {good}",
    ):
        assert refused(token)


def test_keys_are_rotated_by_their_id() -> None:
    new = SecretKey("2027", b"n" * 32)
    old_token = issue(ISSUER, user_id="usr_1", session_id="ses_1")
    both = Issuer(ISSUER.url, (new, KEY))
    assert session_of(both, old_token) == "ses_1"
    new_token = issue(both, user_id="usr_1", session_id="ses_1")
    assert jwt.get_unverified_header(new_token)["kid"] == "2027"
    assert refused(new_token)
    with pytest.raises(Unauthenticated):
        session_of(Issuer(ISSUER.url, (new,)), old_token)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("a:" + "x" * 31, "less than 32 bytes"),
        ("", "<id>:<secret>"),
        ("x" * 40, "<id>:<secret>"),
        (":" + "x" * 32, "<id>:<secret>"),
        ("a b:" + "x" * 32, "<id>:<secret>"),
        ("a:" + "x" * 32 + ",b:short", "less than 32 bytes"),
        ("a:" + "x" * 32 + ",a:" + "y" * 32, "alike"),
    ],
)
def test_a_short_or_nameless_secret_does_not_start(raw: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as raised:
        secret_keys(raw)
    assert "xxxx" not in str(raised.value)


def test_secrets_stay_out_of_the_repr() -> None:
    assert "kkkk" not in repr(ISSUER)
