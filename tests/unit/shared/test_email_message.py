"""From a rendered mail to bytes: headers that nothing can break, and a Message-ID that stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.email.addresses import Address, Sender, checked_address, checked_sender
from shared.email.kinds import KINDS
from shared.email.message import Mail, build, message_id
from shared.email.rendering import Rendered, params_of, render
from tests.support.smtp import parsed, text_of

NOW = datetime(2026, 11, 24, 21, 1, 2, tzinfo=UTC)
CREATED = datetime(2026, 11, 24, 21, 1, 0, 123456, tzinfo=UTC)
FROM = checked_sender("FluxVector <no-reply@example.com>")
TO = checked_address("someone@example.org")
HEADERS = {
    "from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type",
}  # fmt: skip


def mail(**changed: Any) -> Mail:
    given: dict[str, Any] = {
        "rendered": Rendered("Subject", "Text\n", "<p>Text</p>\n"),
        "email_no": 42,
        "kind": "confirm",
        "created_at": CREATED,
        "sender": FROM,
        "recipient": TO,
        "now": NOW,
    }
    return build(**(given | changed))


def test_what_is_in_it() -> None:
    message = parsed(mail().data)
    assert {name.lower() for name in message} == HEADERS
    assert message["From"] == "FluxVector <no-reply@example.com>"
    assert message["To"] == "someone@example.org"
    assert message["Date"] == "Tue, 24 Nov 2026 21:01:02 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert text_of(message) == "Text\r\n"
    assert not message.defects


def test_the_message_id_is_the_rows_own() -> None:
    assert parsed(mail().data)["Message-ID"] == parsed(mail(now=NOW + timedelta(days=1)).data)["Message-ID"]
    ids = {
        message_id(42, CREATED, "example.com"),
        message_id(43, CREATED, "example.com"),
        # The same number in another database.
        message_id(42, CREATED + timedelta(microseconds=1), "example.com"),
    }
    assert len(ids) == 3
    assert all("42" not in each.split("@")[0][:3] and each.endswith("@example.com>") for each in ids)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_sound_mail(kind: str) -> None:
    names = params_of(kind) | {"public_url", "privacy_contact", "email", "token", "link", "valid_for"}
    for value in ("plain", "Größe 数 <b>", "x" * 5000):
        rendered = render(kind, dict.fromkeys(names, value))
        data = mail(rendered=rendered, kind=kind).data
        message = parsed(data)
        assert message["Subject"] == rendered.subject
        assert text_of(message).replace("\r\n", "\n").rstrip() == rendered.text.rstrip()
        assert text_of(message, "html").replace("\r\n", "\n").rstrip() == rendered.html.rstrip()
        assert max(len(line) for line in data.split(b"\r\n")) <= 998
        assert b"\n" not in data.replace(b"\r\n", b"")
        assert data.isascii()


def test_a_command_can_be_copied_out_of_the_file() -> None:
    values = {name: "x" for name in ("privacy_contact", "email", "valid_for")}
    values |= {"public_url": "https://api.example.com", "token": "fvl_" + "T" * 43}
    data = mail(rendered=render("confirm", values)).data
    assert b'-d \'{"token": "fvl_' + b"T" * 43 + b'", "password": "YOUR PASSWORD"}\'\r\n' in data


BROKEN = ["\r\nBcc: x@example.com", "\nBcc: x@example.com", "\rBcc: x@example.com", "\0", "\r\n\r\nbody"]


@pytest.mark.parametrize("broken", BROKEN, ids=ascii)
def test_no_header_can_be_added(broken: str) -> None:
    hostile = Address(email="x", key="x", local=f"a{broken}", ascii_domain="example.org")
    elsewhere = Address(email="x", key="x", local="a", ascii_domain=f"example.org{broken}")
    for changed in (
        {"rendered": Rendered(f"Subject{broken}", "Text", "Text")},
        {"recipient": hostile},
        {"recipient": elsewhere},
        {"sender": Sender(f"Name{broken}", TO)},
        {"sender": Sender("Name", hostile)},
        {"sender": Sender("Name", elsewhere)},
    ):
        with pytest.raises(ValueError, match="line end") as refused:
            mail(**changed)
        assert broken not in str(refused.value)


@pytest.mark.parametrize("broken", BROKEN, ids=ascii)
def test_no_parameter_adds_a_header(broken: str) -> None:
    values = dict.fromkeys(params_of("quota_80") | {"public_url", "privacy_contact"}, f"searches{broken}")
    message = parsed(mail(rendered=render("quota_80", values)).data)
    assert {name.lower() for name in message} == HEADERS


@pytest.mark.parametrize(
    "raw",
    [
        "o'brien@example.com",
        "!#$%&'*+-/=_`{|}~^?@example.com",
        "x" * 64 + "@" + "a" * 63 + "." + "b" * 63 + ".example.com",
        "x@exämple.de",
        "用户@例え.jp",
        "jörg@exämple.de",
        "दादी@डेटामेल.भारत",
    ],
)
def test_addresses_arrive_as_they_are(raw: str) -> None:
    address = checked_address(raw)
    made = mail(recipient=address, sender=Sender('Flüx, "Inc." <x>', TO))
    message = parsed(made.data)
    [to] = message["To"].addresses
    assert (to.username, to.domain) == (address.local, address.ascii_domain)
    [sender] = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ('Flüx, "Inc." <x>', TO.email)
    # Only a local part needs servers that know SMTPUTF8.
    assert made.is_international == (not address.local.isascii())
    assert made.data.isascii() != made.is_international


def test_what_it_says_stays_out_of_the_repr() -> None:
    assert repr(mail()) == "Mail(email_no=42, kind='confirm')"
