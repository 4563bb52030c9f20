"""Addresses: what is one, what is none, and which are the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shared.email.addresses import checked_address, checked_sender

ROOT = Path(__file__).resolve().parents[3]

ODD_BUT_VALID = [
    "a@b.co",
    "o'brien@example.com",
    "first.last+tag=1@example.com",
    "!#$%&'*+-/=_`{|}~^?@example.com",
    "_@example.com",
    "-@example.com",
    "1234567890@123.example.com",
    "x" * 64 + "@example.com",
    "x@" + "a" * 63 + ".example.com",
    "x@a-b--c.example.museum",
    "me@corp.local",
    "me@mail.test",
    "ünïcödé@example.com",
    "用户@例え.jp",
    "दादी@डेटामेल.भारत",
]
INVALID = [
    "",
    "@",
    "a",
    "a@",
    "@example.com",
    "a@b",
    "a@localhost",
    "a@mail.localhost",
    "a@mail.invalid",
    "a@1.2.3.4",
    "a@[127.0.0.1]",
    "a@[IPv6:::1]",
    "a b@example.com",
    '"a b"@example.com',
    '"a"@example.com',
    '"a@evil.example"@example.com',
    "a(comment)@example.com",
    "a..b@example.com",
    ".a@example.com",
    "a.@example.com",
    "a@example..com",
    "a@-example.com",
    "a@example-.com",
    "a@exa_mple.com",
    "a@example.com.",
    "a@example.com,b@example.com",
    "a@example.com b@example.com",
    "a@b@example.com",
    "<a@example.com>",
    "A <a@example.com>",
    "x" * 65 + "@example.com",
    "x@" + "a" * 64 + ".com",
    "x" * 10_000,
    "a@" + "例" * 10_000 + ".com",
    "a\x00@example.com",
    "a@example.com\x00",
    "a@example.com\n",
    "a@example.com\r\nBcc: b@example.com",
    "a\r\nBcc: b@example.com",
    "\u202ea@example.com",
    "\u0301a@example.com",
    "\ud800@example.com",
    "a@example\u3002com\u2028",
    # An encoded word that some programs on the way read as `a@evil.example>`: the domain would be another.
    "=?utf-8?q?a=40evil.example=3e?=@example.com",
    "=?x@example.com",
]


@pytest.mark.parametrize("raw", ODD_BUT_VALID)
def test_odd_but_valid(raw: str) -> None:
    address = checked_address(raw)
    assert checked_address(address.email) == address
    assert checked_address(address.envelope) == address
    assert address.ascii_domain.isascii()
    assert address.is_international == (not raw.partition("@")[0].isascii())


@pytest.mark.parametrize("raw", INVALID, ids=lambda raw: ascii(raw[:40]))
def test_invalid(raw: str) -> None:
    with pytest.raises(ValueError, match=r"^(is not a valid e-mail address|is longer than 254 characters)$") as refused:
        checked_address(raw)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a@example.com", "A@EXAMPLE.com"),
        ("a@example.com", "  a@example.com "),
        ("caf\u00e9@example.com", "cafe\u0301@example.com"),
        ("STRASSE@example.com", "straße@example.com"),
        ("K@example.com", "\u212a@example.com"),
        ("ΣΑΣ@example.com", "σας@example.com"),
        ("a@exämple.de", "a@xn--exmple-cua.de"),
        ("a@EXÄMPLE.de", "a@exämple.de"),
        ("a@例え.jp", "a@例え\uff0ejp"),
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert checked_address(one).key == checked_address(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a+b@example.com", "a@example.com"),
        ("a.b@example.com", "ab@example.com"),
        ("é@example.com", "e@example.com"),
        # Two domains of two owners.
        ("a@straße.de", "a@strasse.de"),
        # A Cyrillic a.
        ("\u0430@example.com", "a@example.com"),
    ],
)
def test_not_the_same(one: str, other: str) -> None:
    assert checked_address(one).key != checked_address(other).key


def test_what_is_kept_and_what_servers_are_told() -> None:
    address = checked_address(" Jörg+x@EXÄMPLE.de ")
    assert address.email == "Jörg+x@exämple.de"
    assert address.key == "jörg+x@xn--exmple-cua.de"
    assert address.envelope == "Jörg+x@xn--exmple-cua.de"
    assert "rg" not in repr(address)


def test_senders() -> None:
    named = checked_sender("FluxVector, Inc. <No-Reply@example.com>")
    assert (named.name, named.address.email) == ("FluxVector, Inc.", "No-Reply@example.com")
    assert checked_sender("no-reply@example.com").name == ""
    for raw in ("", "FluxVector", "FluxVector <>", "x\r\nBcc: b@example.com <a@example.com>", '"x" <a@example.com>'):
        with pytest.raises(ValueError, match=r"^(is not|names a sender)"):
            checked_sender(raw)


def test_nothing_is_looked_up() -> None:
    code = "import sys; from shared.email.addresses import checked_address as c; c('a@b.co'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"dns", "dns.resolver"} & set(done.stdout.split())
