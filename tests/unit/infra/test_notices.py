from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infra.notices import __main__ as notices
from infra.notices import words
from infra.notices.breach import Breach
from infra.notices.config import NoticeSettings
from infra.notices.failure import NoticeFailure
from infra.notices.notice import Notice, preview
from infra.notices.people import in_words
from infra.notices.queue import KEY_OF, Pace
from infra.notices.status import BreachState, PolicyState
from shared.config import ConfigurationError
from shared.email.rendering import params_of

OWNER_URL = "postgresql://owner:secret@/fluxvector"
ENV = {
    "FLUXVECTOR_OWNER_DATABASE_URL": OWNER_URL,
    "FLUXVECTOR_PUBLIC_URL": "https://api.example.com/",
    "FLUXVECTOR_PRIVACY_CONTACT": "privacy@example.com",
}
SETTINGS = NoticeSettings(OWNER_URL, "https://api.example.com", "privacy@example.com")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BREACH = Breach("2026-01", NOON, "A disk was lost.", "Addresses.", "In May.")
ARGUMENTS = {
    "--id": "2026-01",
    "--aware-at": "2020-01-01T10:00:00Z",
    "--happened": "a",
    "--what": "b",
    "--when": "c",
}


def test_settings() -> None:
    assert NoticeSettings.from_env(ENV, writes_mail=True) == SETTINGS
    assert "secret" not in repr(SETTINGS)
    only_the_database = {"FLUXVECTOR_OWNER_DATABASE_URL": OWNER_URL}
    assert NoticeSettings.from_env(only_the_database, writes_mail=False).owner_url == OWNER_URL


def test_all_faults_of_settings_are_told_together() -> None:
    with pytest.raises(ConfigurationError) as caught:
        NoticeSettings.from_env({"FLUXVECTOR_PRIVACY_CONTACT": " "}, writes_mail=True)
    assert str(caught.value).splitlines() == [
        "FLUXVECTOR_OWNER_DATABASE_URL is not set.",
        "FLUXVECTOR_PUBLIC_URL is not set.",
        "FLUXVECTOR_PRIVACY_CONTACT is empty.",
    ]


def test_policy_10_the_database_is_reached_by_tls_only() -> None:
    env = ENV | {"FLUXVECTOR_OWNER_DATABASE_URL": "postgresql://owner:secret@db.example.com/fluxvector"}
    with pytest.raises(ConfigurationError, match="needs sslmode=verify-full") as caught:
        NoticeSettings.from_env(env, writes_mail=True)
    assert "secret" not in str(caught.value)


def test_policy_13_the_mail_says_what_which_data_when_and_whom_to_ask() -> None:
    notice = BREACH.notice("privacy@example.com")
    assert notice.params.keys() == params_of("breach_notice")
    mail = preview(notice, SETTINGS)
    for said in ("A disk was lost.", "Addresses.", "In May.", "privacy@example.com", "2026-01"):
        assert said in mail
    assert "disk" not in repr(BREACH) + repr(notice)


def test_a_mail_that_could_not_be_written_is_refused() -> None:
    with pytest.raises(NoticeFailure, match="names what is not known here: breach_id, contact, happened, what, when"):
        preview(Notice("breach_notice", "x", {}), SETTINGS)


def test_mails_say_what_they_are_about() -> None:
    for kind, key in KEY_OF.items():
        assert key in params_of(kind)


def test_policy_13_the_clock_has_seventy_two_hours() -> None:
    assert BREACH.notify_by == NOON + timedelta(hours=72)


def test_each_mail_has_its_turn() -> None:
    pace = Pace(NOON, timedelta(seconds=2))
    assert [pace.turn(0), pace.turn(1), pace.turn(30)] == [
        NOON,
        NOON + timedelta(seconds=2),
        NOON + timedelta(minutes=1),
    ]
    assert (pace.last_of(0), pace.last_of(1), pace.last_of(31)) == (NOON, NOON, NOON + timedelta(minutes=1))


def test_words() -> None:
    assert words.at(NOON.replace(microsecond=5)) == "2026-11-24T12:00:00Z"
    assert words.span(timedelta(hours=51, minutes=20, seconds=59)) == "51 h 20 min"
    assert (words.people(1), words.people(1_200)) == ("1 person", "1,200 people")
    assert in_words([3]) == "line 3 is"
    assert in_words([3, 17]) == "lines 3, 17 are"
    assert in_words(list(range(100))).endswith(", 19 and 80 more are")


def state(hours: float, *, notified: bool = False, waiting: int = 0) -> BreachState:
    """A breach whose 72 hours end so many hours after noon."""
    end = NOON + timedelta(hours=hours)
    return BreachState("x", end - timedelta(hours=72), end, NOON if notified else None, 3 * notified, waiting)


@pytest.mark.parametrize(
    ("breach", "urgent", "line"),
    [
        (state(12.1), False, "OPEN, 12 h 6 min left"),
        (state(12), True, "OPEN, 12 h 0 min left"),
        (state(-1), True, "OPEN, OVERDUE by 1 h 0 min"),
        (state(1, notified=True), False, "closed"),
        (state(1, notified=True, waiting=2), True, "3 people told, 2 mails wait"),
        (state(-1, notified=True), False, "closed"),
    ],
)
def test_when_a_breach_is_urgent(breach: BreachState, urgent: bool, line: str) -> None:
    assert breach.is_urgent(NOON) == urgent
    assert line in breach.line(NOON)


def test_an_announcement_says_whether_it_will_hold() -> None:
    date = NOON + timedelta(days=40)
    assert PolicyState("v", date, NOON, 0, True).line(NOON) == "policy v: will hold from 2027-01-03T12:00:00Z"
    assert PolicyState("v", date, NOON, 5, True).line(date) == "policy v: holds from 2027-01-03T12:00:00Z, 5 mails wait"
    assert "WILL NOT HOLD, its text is not here" in PolicyState("v", date, NOON, 0, False).line(NOON)
    assert "WILL NOT HOLD, not everybody was told" in PolicyState("v", date, None, 0, True).line(NOON)


@pytest.mark.parametrize(
    ("option", "value", "fault"),
    [
        ("--id", "../x", "is not 1 to 64 letters"),
        ("--id", "", "is not 1 to 64 letters"),
        ("--aware-at", "yesterday", "is not a time like"),
        ("--aware-at", "2026-11-24T10:00:00", "has no time zone"),
        ("--aware-at", "2999-01-01T00:00:00Z", "lies in the future"),
        ("--happened", " ", "is empty"),
        ("--what", "a\0b", "unprintable"),
        ("--when", "x" * 2_001, "longer than 2000"),
        ("--per-minute", "0", "is not a number from 1"),
        ("--per-minute", "x", "is not a number from 1"),
    ],
)
def test_a_wrong_option_is_refused(option: str, value: str, fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = [part for pair in (ARGUMENTS | {option: value}).items() for part in pair]
    with pytest.raises(SystemExit) as ended:
        notices.main(["breach", *given, "--all"])
    assert ended.value.code == 2
    assert fault in capsys.readouterr().err


def test_who_is_affected_must_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    given = [part for pair in ARGUMENTS.items() for part in pair]
    with pytest.raises(SystemExit):
        notices.main(["breach", *given, "--send"])
    assert "--record --all --accounts --nobody is required" in capsys.readouterr().err


def test_a_missing_setting_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("FLUXVECTOR_OWNER_DATABASE_URL", raising=False)
    assert notices.main(["status"]) == 1
    assert capsys.readouterr().err == "FLUXVECTOR_OWNER_DATABASE_URL is not set.\n"
