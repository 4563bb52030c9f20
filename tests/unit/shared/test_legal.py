from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.db.connection import Database
from shared.legal import texts, versions
from shared.legal.notice import BREACH_NOTICE, POLICY_NOTICE, is_in_time
from shared.legal.texts import CONTACT, PolicyText, policy_texts
from shared.legal.versions import Announcement, standing
from shared.sub_processors import NAMED_BY_THE_POLICY, SubProcessor, parse_sub_processors

FIRST = "2026-11-24"
# Of every published text, the marker for the contact included. A text that people were told of never changes: a new
# wording is a new file, with a line here.
HASHES = {FIRST: "e6d0c1de883b4450967aa3b5eba0c5144e9a33e201fc87759b8d9afd2268fa05"}
# Of the policy as its lawyers handed it over: no date, and a placeholder for the contact.
HANDED_OVER = "b50a543bfdddeef705fd9d679e2ded996cfd33929d9c74dc109789acc114889f"


def text_of(version: str, words: str = "") -> PolicyText:
    return PolicyText(version, f"Policy of {version}. {words}{CONTACT}")


def write(folder: Path, name: str, text: str) -> None:
    folder.joinpath(name).write_text(text, encoding="utf-8")


def good(date: str) -> str:
    return f"Privacy Policy\nEffective Date: {date}\nWrite to {CONTACT}.\n"


def test_published_texts_never_change() -> None:
    assert {text.version: text.text_hash.hex() for text in policy_texts()} == HASHES


def test_policy_14_the_first_text_is_what_was_handed_over_with_its_date_at_the_top() -> None:
    first = policy_texts()[0]
    title, dated, *rest = first.text.splitlines()
    assert dated == "Effective Date: November 24, 2026"
    handed_over = "\n".join([title, *rest]).replace(CONTACT, "[email protected]")
    assert hashlib.sha256(handed_over.encode()).hexdigest() == HANDED_OVER
    assert first.effective_at == datetime(2026, 11, 24, tzinfo=UTC)


def test_policy_15_the_contact_is_the_deployments() -> None:
    text = policy_texts()[0].written_for("privacy@example.com")
    assert text.count("privacy@example.com") == 2
    assert CONTACT not in text
    assert "[email protected]" not in text


def test_a_policy_says_nothing_in_a_repr() -> None:
    assert repr(text_of(FIRST)) == f"PolicyText(version='{FIRST}')"


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("2027-01-15.md", good("January 15, 2027"), "is not named like"),
        ("next.txt", good("January 15, 2027"), "is not named like"),
        ("2027-1-15.txt", good("January 15, 2027"), "is not named like"),
        ("2027-02-30.txt", good("February 30, 2027"), "day is out of range|must be in range"),
        ("2027-01-15.txt", good("January 16, 2027"), "`Effective Date: January 15, 2027`"),
        ("2027-01-15.txt", "Privacy Policy\n", "must begin with"),
        ("2027-01-15.txt", "", "must begin with"),
        ("2027-01-15.txt", good("January 15, 2027").replace(CONTACT, "me@example.com"), "names no contact"),
    ],
)
def test_a_file_that_is_no_version_is_refused(
    name: str, text: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, name, text)
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=fault):
        policy_texts()


def test_versions_are_in_the_order_of_their_dates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "2027-01-15.txt", good("January 15, 2027"))
    write(tmp_path, "2026-12-01.txt", good("December 1, 2026"))
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    assert [text.version for text in policy_texts()] == ["2026-12-01", "2027-01-15"]


def test_the_same_text_with_other_line_ends_has_the_same_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.joinpath("2027-01-15.txt").write_bytes(good("January 15, 2027").replace("\n", "\r\n").encode())
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    assert policy_texts()[0].text_hash == hashlib.sha256(good("January 15, 2027").encode()).digest()


def test_no_text_at_all_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="holds no text"):
        policy_texts()


SECOND, THIRD = text_of("2027-01-15"), text_of("2027-06-01")
TEXTS = (text_of(FIRST), SECOND, THIRD)
ANNOUNCED = {text.version: Announcement(text.text_hash, True) for text in (SECOND, THIRD)}


@pytest.mark.parametrize(
    ("moment", "statuses"),
    [
        # Before its date the first holds all the same: there is no other.
        (datetime(2026, 1, 1, tzinfo=UTC), ["current", "announced", "announced"]),
        (datetime(2027, 1, 14, 23, 59, 59, 999_999, tzinfo=UTC), ["current", "announced", "announced"]),
        (datetime(2027, 1, 15, tzinfo=UTC), ["former", "current", "announced"]),
        (datetime(2027, 6, 1, tzinfo=UTC), ["former", "former", "current"]),
    ],
)
def test_policy_14_a_text_holds_from_its_date(moment: datetime, statuses: list[str]) -> None:
    assert [each.status for each in standing(TEXTS, ANNOUNCED, moment)] == statuses


@pytest.mark.parametrize("moment", [datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)])
@pytest.mark.parametrize(
    "announcements",
    [{}, {SECOND.version: Announcement(text_of(SECOND.version, "Changed. ").text_hash, True)}],
    ids=["never announced", "changed since"],
)
def test_policy_14_a_draft_is_neither_shown_nor_ever_holds(
    announcements: dict[str, Announcement], moment: datetime
) -> None:
    found = standing(TEXTS, announcements, moment)
    assert [(each.text.version, each.status) for each in found] == [(FIRST, "current")]


def test_policy_14_a_text_of_which_not_everybody_was_told_never_holds() -> None:
    half = {SECOND.version: Announcement(SECOND.text_hash, False)}
    before = standing(TEXTS, half, SECOND.effective_at - timedelta(days=1))
    assert [(each.text.version, each.status) for each in before] == [(FIRST, "current"), (SECOND.version, "announced")]
    after = standing(TEXTS, half, SECOND.effective_at)
    assert [(each.text.version, each.status) for each in after] == [(FIRST, "current")]


def test_an_announcement_whose_text_is_not_here_changes_nothing() -> None:
    announced = {"2027-03-01": Announcement(b"\0" * 32, True)}
    assert [each.status for each in standing((text_of(FIRST),), announced, datetime(2028, 1, 1, tzinfo=UTC))] == [
        "current"
    ]


async def test_one_text_alone_is_told_without_a_statement() -> None:
    nowhere = Database("host=/nowhere")
    assert await versions.current_version(nowhere) == FIRST


def test_policy_14_thirty_days_are_thirty_days() -> None:
    date = datetime(2027, 1, 15, tzinfo=UTC)
    assert is_in_time(date, date - timedelta(days=30))
    assert not is_in_time(date, date - timedelta(days=30) + timedelta(microseconds=1))
    assert (timedelta(days=30), timedelta(hours=72)) == (POLICY_NOTICE, BREACH_NOTICE)


def test_policy_7_whoever_the_policy_names_is_named_in_its_words() -> None:
    text = policy_texts()[0].text
    assert parse_sub_processors("") == parse_sub_processors(" ") == NAMED_BY_THE_POLICY
    for each in NAMED_BY_THE_POLICY:
        assert f"- {each.name} ({each.website.removeprefix('https://')}): {each.purpose}\n" in text
    named = text.partition("We share data only with:\n")[2].partition("We do NOT")[0]
    assert named.count("\n- ") + 1 == len(NAMED_BY_THE_POLICY)


def test_a_deployment_names_its_own() -> None:
    raw = '[{"name": " AWS ", "website": "https://aws.amazon.com", "purpose": "Infrastructure."}]'
    assert parse_sub_processors(raw) == (SubProcessor("AWS", "https://aws.amazon.com", "Infrastructure."),)
    assert parse_sub_processors("[]") == ()


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("AWS", "is not a JSON list of"),
        ('{"name": "a"}', "is not a JSON list of"),
        ('[{"name": "a", "website": "https://a.example"}]', "is not a JSON list of"),
        ('[{"name": "a", "website": "https://a.example", "purpose": "b", "more": 1}]', "is not a JSON list of"),
        ('[{"name": " ", "website": "https://a.example", "purpose": "b"}]', "something is empty"),
        ('[{"name": "a\\nb", "website": "https://a.example", "purpose": "b"}]', "unprintable"),
        ('[{"name": "a", "website": "a.example", "purpose": "b"}]', "gives a a website that is not"),
        ('[{"name": "a", "website": "javascript:alert(1)", "purpose": "b"}]', "website that is not"),
        ('[{"name": "a", "website": "https://[::1", "purpose": "b"}]', "website that is not"),
        (
            '[{"name": "a", "website": "https://a.example", "purpose": "b"},'
            ' {"name": "A", "website": "https://a.example", "purpose": "c"}]',
            "names somebody twice",
        ),
    ],
)
def test_a_list_that_cannot_be_printed_is_refused(raw: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse_sub_processors(raw)
