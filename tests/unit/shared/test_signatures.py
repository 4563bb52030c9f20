"""Who signed a body: as the package signs, within five minutes, by one of our secrets, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe import WebhookSignature

from shared.billing.signatures import TOLERANCE_S, signing_secret

NOW = 1_800_000_000
BODY = '{"id": "evt_1", "name": "Ünï 漢字"}'


def header(secret: str = "whsec_1", *, at: int = NOW, body: str = BODY) -> str:
    return str(WebhookSignature.generate_signature_header(body, secret, at))


def found(given_header: str, *secrets: str, body: bytes = BODY.encode(), now: float = NOW) -> str | None:
    return signing_secret(given_header, body, secrets or ("whsec_1",), now=now)


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"), min_size=1))
def test_what_the_package_signs_is_known(body: str, secret: str) -> None:
    assert found(header(secret, body=body), "other", secret, body=body.encode()) == secret


def test_both_secrets_of_a_rotation_are_known_and_no_third() -> None:
    for secret in ("old", "new"):
        assert found(header(secret), "new", "old") == secret
    assert found(header("older"), "new", "old") is None
    both = f"{header('new')},{header('older').partition(',')[2]}"
    assert found(both, "old", "older") == "older"


def test_a_body_that_was_changed_is_not_the_one_that_was_signed() -> None:
    for body in (BODY + " ", BODY.replace("1", "2"), "", BODY.encode("utf-16").decode("latin-1")):
        assert found(header(), body=body.encode()) is None
    assert found(header(), body=BODY.encode("utf-16")) is None
    assert found(header(), body=b"\xef\xbb\xbf" + BODY.encode()) is None


@pytest.mark.parametrize(("away", "is_known"), [(0, True), (TOLERANCE_S, True), (TOLERANCE_S + 1, False)])
def test_a_signature_is_worth_five_minutes_either_way(away: int, is_known: bool) -> None:
    for now in (NOW + away, NOW - away):
        assert (found(header(), now=now) == "whsec_1") is is_known


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_nothing_is_signed(secrets: tuple[str, ...]) -> None:
    assert signing_secret(header(""), BODY.encode(), secrets, now=NOW) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "t=",
        f"t={NOW}",
        header().replace("v1=", "v0="),
        header().replace("t=", "t=-"),
        header().replace(f"t={NOW}", f"t={NOW}.0"),
        header().replace(f"t={NOW}", "t=" + "9" * 5_000),
        f"t={NOW},{header()}",
        header().partition(",")[2],
        header()[:-1],
        f"t={NOW},v1=é",
        ",".join([f"t={NOW}", *["v1=0"] * 8, header().partition(",")[2]]),
        "٣" + header(),
        header().replace(str(NOW), "".join(chr(0x660 + int(digit)) for digit in str(NOW))),
    ],
)
def test_what_is_no_such_header_is_of_nobody(wrong: str) -> None:
    assert found(wrong) is None
