"""Templates: every kind has its two, names only what it gets, and lets nothing through unescaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from shared.email import rendering
from shared.email.kinds import KINDS
from shared.email.outbox import queue
from shared.email.rendering import BUILT_IN, RenderFault, params_of, render

FOLDER = Path(rendering.__file__).parent / "templates"
# What the services send; a template that wants something else would find it missing when the mail is due.
PARAMS = {
    "change_email_requested": {"new_email"},
    "new_sign_in": {"ip_address", "occurred_at"},
    "password_changed": {"ip_address", "occurred_at"},
    "refresh_token_reused": {"ip_address", "occurred_at"},
    "key_created": {"name", "prefix", "env"},
    "key_rotated": {"name", "prefix", "env"},
    "key_revoked": {"name", "prefix", "env"},
    "receipt": {"number", "amount", "currency", "period_start", "period_end"},
    "payment_failed": {"grace_until"},
    "quota_80": {"unit", "limit", "resets_at"},
    "quota_100": {"unit", "limit", "resets_at"},
    "cap_80": {"cap_nano", "spent_nano", "resets_at"},
    "cap_100": {"cap_nano", "spent_nano", "resets_at"},
    "policy_change": {"version", "effective_at", "url"},
    "breach_notice": {"breach_id", "happened", "what", "when", "contact"},
}
LINKED = {"token", "valid_for"}
HOSTILE = "<script>alert(1)</script>\"'&$email${token}\r\nBcc: x@example.com\0\u202e{0}%s"


def values_of(kind: str, **more: object) -> dict[str, object]:
    """A value for whatever the kind may name: its own name, so that it is found in the mail."""
    return {name: f"[{name}]" for name in params_of(kind) | BUILT_IN} | more


def test_every_kind_has_its_templates_and_nothing_else_is_there() -> None:
    names = {f"{kind}.{form}" for kind in (*KINDS, "layout") for form in ("txt", "html")}
    assert {path.name for path in FOLDER.iterdir()} == names


@pytest.mark.parametrize("kind", KINDS)
def test_the_templates_name_what_their_mail_gets(kind: str) -> None:
    assert params_of(kind) == PARAMS.get(kind, set())
    templates = rendering._templates(kind)
    for template in (templates.subject, templates.text, templates.html):
        assert template.is_valid()
    named = set(templates.names)
    assert named & LINKED == (LINKED if KINDS[kind].purpose else set())
    # Neither form tells more than the other; a subject, which shows on locked screens, neither token nor address.
    assert set(templates.text.get_identifiers()) == set(templates.html.get_identifiers())
    assert not {*LINKED, "email", "new_email", "ip_address", "name"} & set(templates.subject.get_identifiers())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_renders_in_both_forms(kind: str) -> None:
    rendered = render(kind, values_of(kind))
    assert rendered.subject
    assert "\n" not in rendered.subject
    for text in (rendered.text, rendered.html):
        for name in params_of(kind) | {"public_url", "privacy_contact"}:
            assert f"[{name}]" in text, name
        assert "$" not in text
    assert "<" not in rendered.text
    assert all(len(line) <= 160 for line in rendered.text.splitlines())
    assert repr(rendered) == "Rendered()"


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_parameter_is_a_fault(kind: str) -> None:
    for name in rendering._templates(kind).names | {"public_url", "privacy_contact"}:
        values = values_of(kind)
        del values[name]
        with pytest.raises(RenderFault, match=f"^{kind} has no {name}$"):
            render(kind, values)


def test_an_unknown_kind_is_a_fault() -> None:
    for kind in ("", "layout", "../templates/confirm"):
        with pytest.raises(RenderFault, match="unknown kind"):
            render(kind, {})


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_escaped(kind: str) -> None:
    values = dict.fromkeys(params_of(kind) | BUILT_IN, HOSTILE)
    rendered, plain = render(kind, values), render(kind, values_of(kind))
    assert shape_of(rendered.html) == shape_of(plain.html)
    assert "<script" not in rendered.html
    assert "&lt;script&gt;" in rendered.html
    # A value is no template: what it names stays a name. And it stays on its line.
    assert "$email${token}" in rendered.text
    assert len(rendered.text.splitlines()) == len(plain.text.splitlines())
    assert not {"\r", "\0", "\u202e"} & set(rendered.subject + rendered.text + rendered.html)


@pytest.mark.parametrize("kind", KINDS)
def test_html_loads_nothing_and_follows_nobody(kind: str) -> None:
    page = render(kind, values_of(kind)).html
    allowed = {"html", "head", "meta", "title", "body", "h1", "p", "a", "b", "br", "hr", "pre", "code"}
    for tag, attributes in tags_of(page):
        assert tag in allowed
        assert {name for name, _ in attributes} <= {"lang", "charset", "style", "href"}
        for name, value in attributes:
            assert name != "href" or str(value).startswith("https://")
            assert "url(" not in (value or "")


def test_money_is_told_to_the_last_decimal() -> None:
    written = render("cap_100", values_of("cap_100", cap_nano=30_000_000_000, spent_nano=5_100_000)).text
    assert "Spending cap: $30.00\n" in written
    assert "fee included: $0.0051\n" in written


def test_what_an_overdue_payment_ends_is_told_with_the_way_to_pay() -> None:
    written = render("payment_failed", values_of("payment_failed", public_url="https://api.example")).text
    assert "nothing can be written after [grace_until].\nSearches still work" in written
    assert "POST https://api.example/v1/billing/portal answers" in written


@pytest.mark.parametrize("kind", ["quota_80", "quota_100", "cap_80", "cap_100"])
def test_a_mail_about_a_limit_names_the_way_beyond_it(kind: str) -> None:
    written = render(kind, values_of(kind, public_url="https://api.example")).text
    assert "PATCH https://api.example/v1/billing" in written
    assert ("POST https://api.example/v1/billing/checkout" in written) == kind.startswith("quota")


def test_times_are_in_words_and_what_is_missing_is_unknown() -> None:
    def shown(moment: object) -> str:
        return render("new_sign_in", values_of("new_sign_in", occurred_at=moment, ip_address=None)).text

    assert "When: 24 November 2026, 21:02 UTC\n" in shown("2026-11-24T21:02:03.123456+00:00")
    assert "When: 1 March 2027, 00:30 UTC\n" in shown("2027-02-28T22:30:00-02:00")
    assert "When: 1 March 2027, 00:30 UTC\n" in shown("2027-03-01T00:30:00Z")
    assert "When: soon\n" in shown("soon")
    assert "From: unknown\n" in shown("soon")


def test_mail_with_a_token_is_of_use_with_curl() -> None:
    values = {
        "token": "fvl_T",
        "public_url": "https://api.example.com",
    }
    for kind, path in (("confirm", "confirm"), ("change_email", "confirm"), ("reset", "password/reset")):
        rendered = render(kind, values_of(kind, **values))
        [line] = re.findall(r"^ +(curl .*)$", rendered.text, re.MULTILINE)
        assert line.startswith(f"curl -X POST https://api.example.com/v1/auth/{path} -H 'Content-Type: ")
        assert '"token": "fvl_T"' in line


def test_only_a_mail_that_can_be_written_is_queued() -> None:
    params = {"name": "n", "prefix": "p", "env": "live"}
    assert queue("key_created", 1, 2, params).params["params"] == '{"name":"n","prefix":"p","env":"live"}'
    assert queue("change_email", 1, 2, {}, to_email="a@example.com").params["to_email"] == "a@example.com"
    assert queue("confirm", 1, None, {}).sql != queue("confirm", 1, 2, {}).sql
    for kind, wrong, fault in (
        ("nothing", {}, "not a kind"),
        ("account_deleted", {}, "not a kind"),
        ("key_created", {"name": "n", "prefix": "p"}, "takes"),
        ("key_created", params | {"more": "m"}, "takes"),
        ("change_email", {}, "address"),
    ):
        with pytest.raises(ValueError, match=fault):
            queue(kind, 1, 2, wrong)
    assert "secret" not in repr(queue("change_email", 1, 2, {}, to_email="secret@example.com"))


def shape_of(page: str) -> list[tuple[str, list[str]]]:
    """The elements of a page with the names of their attributes."""
    return [(tag, [name for name, _ in attributes]) for tag, attributes in tags_of(page)]


def tags_of(page: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    """The elements of a page with their attributes."""
    found: list[tuple[str, list[tuple[str, str | None]]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, attrs))

    Reader().feed(page)
    return found
