"""What operators tell people, and what the legal endpoint says: privacy policy, sections 7, 9, 13, 14 and 15."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.notices import __main__ as notices
from infra.notices import breach as breaches
from infra.notices import policy as policies
from infra.notices import queue
from infra.notices.session import LOCK_KEY
from shared import clock
from shared.clock import rfc3339
from shared.db.connection import Database
from shared.legal import texts, versions
from shared.legal.texts import CONTACT
from tests.support.api import Api
from tests.support.database import TestDatabase
from tests.support.mail import arrived

FIRST = "2026-11-24"
# In the tests that add texts: long ago, whatever the clock.
LONG_AGO = "2020-01-01"
PRIVACY = "/v1/legal/privacy"


def write_policy(folder: Path, version: str, words: str = "") -> None:
    date = datetime.fromisoformat(version)
    text = f"Privacy Policy\nEffective Date: {date:%B} {date.day}, {date.year}\n{words}Write to {CONTACT}.\n"
    folder.joinpath(f"{version}.txt").write_text(text, encoding="utf-8")


def days_ahead(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The policy's texts: one that holds since long ago, and what a test adds before it reads them."""
    place = tmp_path / "privacy"
    place.mkdir()
    write_policy(place, LONG_AGO)
    monkeypatch.setattr(texts, "FOLDER", place)
    yield place
    texts._read.cache_clear()


class Operator:
    """Runs the commands on a test's database, and looks at it."""

    def __init__(self, database: TestDatabase, capsys: pytest.CaptureFixture[str]) -> None:
        self.database = database
        self._capsys = capsys
        self.out = self.err = ""

    def run(self, *arguments: str) -> int:
        self._capsys.readouterr()
        status = notices.main(list(arguments))
        self.out, self.err = self._capsys.readouterr()
        return status

    def breach(self, *arguments: str, aware: str = "", happened: str = "A disk was lost.") -> int:
        aware = aware or hours_ago(1)
        texts_of_it = ("--happened", happened, "--what", "Addresses.", "--when", "In May.")
        return self.run("breach", "--id", "2026-01", "--aware-at", aware, *texts_of_it, *arguments)

    def sql(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.owner_url, autocommit=True) as owner:
            cursor = owner.execute(statement.encode(), params)
            return cursor.fetchall() if cursor.description else []

    def accounts(self, *names: str, confirmed: bool = True) -> None:
        """Accounts `acc_<name>` of `<name>@example.com`."""
        self.sql(
            "WITH a AS (INSERT INTO accounts (account_id) SELECT 'acc_' || n FROM unnest(%s::text[]) n"
            " RETURNING account_no, substring(account_id FROM 5) AS name),"
            " u AS (INSERT INTO users (account_no, user_id, password_hash, confirmed_at)"
            " SELECT account_no, 'usr_' || name, 'hash', CASE WHEN %s THEN now() END FROM a"
            " RETURNING account_no, user_no)"
            " INSERT INTO account_emails (email_key, email, account_no, user_no)"
            " SELECT name || '@example.com', name || '@example.com', a.account_no, u.user_no FROM a"
            " JOIN u ON u.account_no = a.account_no",
            list(names),
            confirmed,
        )

    def told(self, kind: str = "breach_notice") -> list[str]:
        """To whom a mail waits to be sent, one entry a mail."""
        rows = self.sql(
            "SELECT e.email FROM outbox_emails o JOIN account_emails e ON e.account_no = o.account_no"
            " WHERE o.kind = %s AND o.to_email IS NULL ORDER BY e.email",
            kind,
        )
        return [email.removesuffix("@example.com") for (email,) in rows]


def hours_ago(hours: float) -> str:
    return rfc3339((datetime.now(UTC) - timedelta(hours=hours)).replace(microsecond=0))


@pytest.fixture
def operator(database: TestDatabase, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Operator:
    monkeypatch.setenv("FLUXVECTOR_OWNER_DATABASE_URL", database.owner_url)
    monkeypatch.setenv("FLUXVECTOR_PUBLIC_URL", "https://api.example.com")
    monkeypatch.setenv("FLUXVECTOR_PRIVACY_CONTACT", "privacy@example.com")
    return Operator(database, capsys)


# --- the endpoint


async def test_policy_14_the_policy_is_served_to_everybody(api_without_embedder: Api) -> None:
    answer = await api_without_embedder.get(PRIVACY, key="")
    assert answer.status_code == 200
    said = answer.json()
    assert (said["version"], said["effective_at"]) == (FIRST, f"{FIRST}T00:00:00Z")
    assert said["text"].startswith("Privacy Policy\nEffective Date: November 24, 2026\n1. Introduction\n")
    assert said["versions"] == [{"version": FIRST, "effective_at": f"{FIRST}T00:00:00Z", "status": "current"}]
    assert "set-cookie" not in answer.headers
    assert (await api_without_embedder.get(PRIVACY, key="", version=FIRST)).json() == said


async def test_policy_9_and_15_whom_to_write_to_is_the_deployments_contact(api_without_embedder: Api) -> None:
    said = (await api_without_embedder.get(PRIVACY, key="")).json()
    assert said["contact"] == "privacy@fluxvector.test"
    assert said["text"].count("privacy@fluxvector.test") == 2
    assert CONTACT not in said["text"]


async def test_policy_7_sub_processors_are_printed(api_without_embedder: Api) -> None:
    said = (await api_without_embedder.get(PRIVACY, key="")).json()
    assert [each["name"] for each in said["sub_processors"]] == ["Stripe", "Hetzner", "Cloudflare"]
    for each in said["sub_processors"]:
        assert each["purpose"] in said["text"]
        assert each["website"].removeprefix("https://") in said["text"]


@pytest.mark.parametrize("version", ["2026-11-25", "../versions", "x" * 5_000, "'; --", "2026-11-24 ", "%", "{}"])
async def test_a_version_that_never_was_is_404(api_without_embedder: Api, version: str) -> None:
    answer = await api_without_embedder.get(PRIVACY, key="", version=version)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_policy_14_a_new_text_is_read_ahead_and_holds_from_its_date(
    api_without_embedder: Api, operator: Operator, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, version, draft = api_without_embedder, days_ahead(40), days_ahead(41)
    write_policy(folder, version, "We changed. ")
    write_policy(folder, draft, "A draft. ")

    async def statuses() -> dict[str, str]:
        return {each["version"]: each["status"] for each in (await api.get(PRIVACY, key="")).json()["versions"]}

    assert await statuses() == {LONG_AGO: "current"}
    assert (await api.get(PRIVACY, key="", version=version)).status_code == 404
    assert operator.run("policy", "--version", version, "--send") == 0
    assert await statuses() == {LONG_AGO: "current", version: "announced"}
    ahead = (await api.get(PRIVACY, key="", version=version)).json()
    assert ahead["text"].splitlines()[-1] == "We changed. Write to privacy@example.com."
    assert (await api.get(PRIVACY, key="")).json()["version"] == LONG_AGO

    [letter] = [letter for letter in await arrived(api.database) if letter.kind == "policy_change"]
    assert letter.to == "owner@example.com"
    assert f"https://api.example.com{PRIVACY}?version={version}" in letter.text

    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(version).replace(tzinfo=UTC))
    assert await statuses() == {LONG_AGO: "former", version: "current"}
    assert (await api.get(PRIVACY, key="")).json()["version"] == version
    assert (
        (await api.get(PRIVACY, key="", version=LONG_AGO)).json()["text"].splitlines()[1].endswith(" January 1, 2020")
    )
    assert (await api.get(PRIVACY, key="", version=draft)).status_code == 404
    functions = Database(api.database.api_url)
    assert await versions.current_version(functions) == version
    await functions.close()


# --- announcing a policy


def test_policy_14_everybody_with_a_confirmed_address_is_told_once(operator: Operator, folder: Path) -> None:
    version = days_ahead(40)
    write_policy(folder, version)
    operator.accounts("ada", "bob")
    operator.accounts("unconfirmed", confirmed=False)
    assert operator.run("policy", "--version", version, "--send") == 0
    assert "Mails to 2 people are queued" in operator.out
    assert operator.run("policy", "--version", version, "--send") == 0
    assert "Mails to 0 people are queued; 2 people told before." in operator.out
    assert operator.told("policy_change") == ["ada", "bob"]
    # Whoever confirms later is told by the next run.
    operator.sql("UPDATE users SET confirmed_at = now()")
    assert operator.run("policy", "--version", version, "--send") == 0
    assert operator.told("policy_change") == ["ada", "bob", "unconfirmed"]
    [(kept, announced)] = operator.sql("SELECT text_hash, effective_at FROM policy_announcements")
    text = texts.policy_texts()[1]
    assert (kept, announced) == (text.text_hash, text.effective_at)


def test_without_send_nothing_is_written(operator: Operator, folder: Path) -> None:
    version = days_ahead(40)
    write_policy(folder, version)
    operator.accounts("ada")
    assert operator.run("policy", "--version", version) == 0
    assert "Subject: Our privacy policy changes" in operator.out
    assert "Would tell 1 person" in operator.out
    assert operator.breach("--all") == 0
    assert "Subject: Notice of a breach" in operator.out
    for table in ("policy_announcements", "breaches", "account_notices", "outbox_emails"):
        assert operator.sql(f"SELECT 1 FROM {table}") == []


@pytest.mark.parametrize(
    ("days", "fault"),
    [(30, "less than 30 days after the last person is told"), (1, "less than 30 days"), (0, "has come")],
)
def test_policy_14_less_than_thirty_days_ahead_is_refused(
    operator: Operator, folder: Path, days: int, fault: str
) -> None:
    # In 30 days is less than 30 days ahead: a date begins at midnight.
    version = days_ahead(days)
    write_policy(folder, version)
    operator.accounts("ada")
    assert operator.run("policy", "--version", version, "--send") == 1
    assert fault in operator.err
    assert operator.sql("SELECT 1 FROM policy_announcements") == []
    assert operator.told("policy_change") == []


def test_policy_14_the_last_one_too_is_told_thirty_days_ahead(operator: Operator, folder: Path) -> None:
    version = days_ahead(31)
    write_policy(folder, version)
    operator.accounts("ada", "bob", "cem")
    # Two minutes for three mails, and 90 seconds left for them.
    late = datetime.fromisoformat(version).replace(tzinfo=UTC) - timedelta(days=30, seconds=90)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "now", lambda: late)
        assert operator.run("policy", "--version", version, "--send", "--per-minute", "1") == 1
        assert "choose a later date" in operator.err
        assert operator.run("policy", "--version", version, "--send", "--per-minute", "2") == 0


@pytest.mark.parametrize(
    ("version", "fault"),
    [("2999-01-01", "There is no text"), (LONG_AGO, "is the first one"), (f"../{LONG_AGO}", "There is no text")],
)
def test_only_a_text_that_is_there_is_announced(operator: Operator, folder: Path, version: str, fault: str) -> None:
    assert operator.run("policy", "--version", version, "--send") == 1
    assert fault in operator.err


def test_policy_14_another_text_under_an_announced_version_is_refused_and_never_holds(
    operator: Operator, folder: Path
) -> None:
    version = days_ahead(40)
    write_policy(folder, version)
    assert operator.run("policy", "--version", version, "--send") == 0
    assert operator.run("status") == 0
    write_policy(folder, version, "But we sell your data. ")
    texts._read.cache_clear()
    assert operator.run("policy", "--version", version, "--send") == 1
    assert "Another text was announced" in operator.err
    assert operator.run("status") == 1
    assert "WILL NOT HOLD, its text is not here as it was announced" in operator.out


def test_policy_14_an_interrupted_announcement_goes_on_and_holds_only_then(
    operator: Operator, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = days_ahead(40)
    write_policy(folder, version)
    operator.accounts("ada", "bob", "cem", "dov", "eve")
    with monkeypatch.context() as patch:
        interrupt_after(patch, policies, batches=1)
        assert operator.run("policy", "--version", version, "--send") == 1
    assert operator.told("policy_change") == ["ada", "bob"]
    assert operator.sql("SELECT told_at FROM policy_announcements") == [(None,)]
    assert operator.run("status") == 1
    assert "not everybody was told" in operator.out
    assert operator.run("policy", "--version", version, "--send") == 0
    assert operator.told("policy_change") == ["ada", "bob", "cem", "dov", "eve"]
    assert operator.run("status") == 0


def interrupt_after(patch: pytest.MonkeyPatch, module: Any, *, batches: int) -> None:
    """Makes batches of two, and the one after so many fail."""
    done = 0

    def interrupted(*args: Any) -> int:
        nonlocal done
        if done == batches:
            raise psycopg.OperationalError("the connection is lost")
        done += 1
        return queue.queue_batch(*args)

    patch.setattr(module, "BATCH", 2)
    patch.setattr(module, "queue_batch", interrupted)


# --- telling of a breach


async def test_policy_13_whoever_is_affected_gets_one_mail_that_says_it_all(operator: Operator) -> None:
    operator.accounts("ada")
    operator.accounts("unconfirmed", confirmed=False)
    assert operator.breach("--all", "--send", "--per-minute", "1000000") == 0
    assert "Mails to 2 people are queued" in operator.out
    letters = await arrived(operator.database)
    assert [letter.to for letter in letters] == ["ada@example.com", "unconfirmed@example.com"]
    for said in ("A disk was lost.", "Addresses.", "In May.", "privacy@example.com", "2026-01"):
        assert said in letters[0].text
    assert "@example.com" not in (operator.out + operator.err).replace("privacy@example.com", "")


def test_policy_13_the_72_hour_clock_is_recorded(operator: Operator) -> None:
    aware = hours_ago(2)
    assert operator.breach("--record", aware=aware) == 0
    assert "The 72 hours end at" in operator.out
    assert "in 69 h 59 min" in operator.out
    [(aware_at, notify_by, notified_at)] = operator.sql("SELECT aware_at, notify_by, notified_at FROM breaches")
    assert aware_at == datetime.fromisoformat(aware)
    assert notify_by - aware_at == timedelta(hours=72)
    assert notified_at is None
    assert operator.run("status") == 0
    assert "breach 2026-01: OPEN, 69 h 59 min left" in operator.out
    with pytest.raises(psycopg.errors.CheckViolation):
        operator.sql("UPDATE breaches SET notify_by = notify_by + interval '1 day'")


@pytest.mark.parametrize(("hours", "status"), [(59, 0), (60.1, 1), (80, 1)])
def test_policy_13_status_fails_where_the_time_runs_out(operator: Operator, hours: float, status: int) -> None:
    operator.accounts("ada")
    assert operator.breach("--record", aware=hours_ago(hours)) == 0
    assert operator.run("status") == status


def test_policy_13_a_late_notice_warns_and_goes_out_all_the_same(operator: Operator) -> None:
    operator.accounts("ada")
    assert operator.breach("--all", "--send", aware=hours_ago(80)) == 0
    assert "WARNING: THE 72 HOURS ENDED" in operator.err
    assert "8 h 0 min ago" in operator.err
    assert operator.told() == ["ada"]
    # Told, but the mail has not left yet.
    assert operator.run("status") == 1
    assert "OPEN, OVERDUE by 8 h 0 min" in operator.out
    assert "1 person told, 1 mails wait" in operator.out
    operator.sql("DELETE FROM outbox_emails")
    assert operator.run("status") == 0
    assert "closed" in operator.out


def test_policy_13_nobody_is_told_twice_and_nobody_is_forgotten(operator: Operator, tmp_path: Path) -> None:
    operator.accounts("ada", "bob", "cem")
    aware, listed = hours_ago(1), tmp_path / "accounts"
    listed.write_text("# affected\nacc_ada\n\n  ADA@example.com \n", encoding="utf-8")
    assert operator.breach("--accounts", str(listed), "--send", aware=aware) == 0
    assert operator.told() == ["ada"]
    listed.write_text("ada@example.com\nacc_bob\n", encoding="utf-8")
    assert operator.breach("--accounts", str(listed), "--send", aware=aware) == 0
    assert "Mails to 1 person are queued; 1 person told before." in operator.out
    assert operator.told() == ["ada", "bob"]
    operator.sql("DELETE FROM outbox_emails")  # they have left
    assert operator.breach("--all", aware=aware) == 0
    assert "Would tell 1 person; 2 people told before." in operator.out
    assert operator.breach("--all", "--send", aware=aware) == 0
    assert operator.told() == ["cem"]
    assert operator.sql("SELECT notified FROM breaches") == [(3,)]


def test_whom_a_list_names_and_is_not_there_is_told_by_line(operator: Operator, tmp_path: Path) -> None:
    operator.accounts("ada")
    listed = tmp_path / "accounts"
    listed.write_text("acc_gone\nada@example.com\ngone@example.com\n", encoding="utf-8")
    assert operator.breach("--accounts", str(listed), "--send") == 0
    assert "lines 1, 3 are of no account" in operator.err
    assert "gone" not in operator.err
    assert operator.told() == ["ada"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"acc_ada\nsomebody\n", "line 2 is neither"),
        (b"acc_gone\n", "names no account that there is"),
        (b"", "names no account that there is"),
        (b"\xff\xfe", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_list_that_tells_nothing_is_refused(
    operator: Operator, tmp_path: Path, text: bytes | None, fault: str
) -> None:
    operator.accounts("ada")
    listed = tmp_path / "accounts"
    if text is not None:
        listed.write_bytes(text)
    assert operator.breach("--accounts", str(listed), "--send") == 1
    assert fault in operator.err
    assert operator.told() == []
    # The clock runs since it was known.
    assert operator.sql("SELECT notified_at FROM breaches") == [(None,)]


def test_policy_13_the_clock_does_not_move_and_the_story_does_not_change(operator: Operator) -> None:
    operator.accounts("ada", "bob")
    aware = hours_ago(70)
    assert operator.breach("--record", aware=aware) == 0
    assert operator.breach("--all", "--send", aware=hours_ago(1), happened="Nothing much.") == 1
    assert "recorded with another --happened, --aware-at" in operator.err
    assert operator.breach("--all", aware=hours_ago(1)) == 1
    assert operator.told() == []
    assert operator.breach("--all", "--send", aware=aware) == 0


def test_policy_13_a_pace_that_would_be_late_is_refused(operator: Operator) -> None:
    operator.accounts(*(f"person{number}" for number in range(30)))
    aware = hours_ago(71.75)
    assert operator.breach("--all", "--send", "--per-minute", "1", aware=aware) == 1
    assert "after the 72 hours end" in operator.err
    assert "say --per-minute 3 or more" in operator.err
    assert operator.told() == []
    assert operator.breach("--all", "--send", "--per-minute", "3", aware=aware) == 0
    assert len(operator.told()) == 30


def test_other_mail_goes_in_between(operator: Operator) -> None:
    operator.accounts("ada", "bob", "cem")
    aware = hours_ago(1)
    assert operator.breach("--all", "--send", "--per-minute", "60", aware=aware) == 0
    turns = [turn for (turn,) in operator.sql("SELECT ready_at FROM outbox_emails ORDER BY account_no")]
    assert [later - earlier for earlier, later in pairwise(turns)] == [timedelta(seconds=1)] * 2
    # Tried for three days from its turn on.
    assert operator.sql("SELECT 1 FROM outbox_emails WHERE created_at <> ready_at") == []
    # Those of a later run come behind those that still wait.
    operator.accounts("dov")
    assert operator.breach("--all", "--send", "--per-minute", "60", aware=aware) == 0
    assert operator.sql("SELECT max(ready_at) FROM outbox_emails") == [(turns[-1] + timedelta(seconds=1),)]


def test_policy_13_an_interrupted_run_goes_on(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    operator.accounts("ada", "bob", "cem", "dov", "eve")
    aware = hours_ago(1)
    with monkeypatch.context() as patch:
        interrupt_after(patch, breaches, batches=2)
        assert operator.breach("--all", "--send", aware=aware) == 1
    assert operator.err == "the connection is lost\n"
    assert operator.told() == ["ada", "bob", "cem", "dov"]
    assert operator.sql("SELECT notified, notified_at FROM breaches") == [(4, None)]
    assert operator.breach("--all", "--send", aware=aware) == 0
    assert operator.told() == ["ada", "bob", "cem", "dov", "eve"]
    [(notified, notified_at)] = operator.sql("SELECT notified, notified_at FROM breaches")
    assert notified == 5
    assert notified_at is not None


def test_nobody_affected_ends_the_clock(operator: Operator) -> None:
    operator.accounts("ada")
    aware = hours_ago(65)
    assert operator.breach("--record", aware=aware) == 0
    assert operator.run("status") == 1
    assert operator.breach("--nobody", "--send", aware=aware) == 0
    assert operator.told() == []
    assert operator.run("status") == 0


def test_a_record_tells_nobody(operator: Operator) -> None:
    operator.accounts("ada")
    assert operator.breach("--record", "--send") == 1
    assert "--record tells nobody" in operator.err
    assert operator.sql("SELECT 1 FROM breaches") == []


def test_two_runs_at_once_are_one(operator: Operator) -> None:
    operator.accounts("ada")
    with psycopg.connect(operator.database.owner_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LOCK_KEY,))
        assert operator.breach("--all", "--send") == 1
    assert "Another run tells people at this moment" in operator.err
    assert operator.told() == []


def test_no_database_is_one_sentence(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLUXVECTOR_OWNER_DATABASE_URL", "postgresql://owner:secret@127.0.0.1:9/none")
    assert operator.run("status") == 1
    assert operator.err.strip()
    assert "secret" not in operator.err


# --- what is kept of it


def erase(connection: psycopg.Connection, account_id: str) -> None:
    connection.execute(
        "SELECT set_config('app.account', account_no::text, true) FROM accounts WHERE account_id = %s", (account_id,)
    )
    connection.execute("SELECT FROM erase_account(100000, '{}')")


def test_policy_6_what_was_told_goes_with_the_account(operator: Operator) -> None:
    operator.accounts("ada", "bob")
    assert operator.breach("--all", "--send") == 0
    with psycopg.connect(operator.database.owner_url) as owner:
        erase(owner, "acc_ada")
    assert operator.sql("SELECT a.account_id FROM account_notices n JOIN accounts a USING (account_no)") == [
        ("acc_bob",)
    ]
    assert operator.sql("SELECT count(*) FROM account_notices") == [(1,)]
    assert operator.told() == ["bob"]


def test_an_account_that_is_erased_meanwhile_is_left_out_and_keeps_nobody_from_being_told(operator: Operator) -> None:
    operator.accounts("ada", "bob", "cem")
    statuses: list[int] = []
    with psycopg.connect(operator.database.owner_url) as erasing:
        erase(erasing, "acc_bob")
        telling = threading.Thread(target=lambda: statuses.append(operator.breach("--all", "--send")))
        telling.start()
        with psycopg.connect(operator.database.admin_url, autocommit=True) as admin:
            deadline = time.monotonic() + 20
            while not admin.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall():
                assert time.monotonic() < deadline, "the command does not wait for the erasure"
                time.sleep(0.01)
        erasing.commit()
        telling.join(20)
    assert statuses == [0]
    assert "Mails to 2 people are queued" in operator.out
    assert operator.told() == ["ada", "cem"]


async def test_the_functions_see_their_own_notices_and_no_breach(operator: Operator) -> None:
    operator.accounts("ada", "bob")
    assert operator.breach("--all", "--send") == 0
    [(account_no,)] = operator.sql("SELECT account_no FROM accounts WHERE account_id = 'acc_ada'")
    with psycopg.connect(operator.database.api_url) as functions:
        assert functions.execute("SELECT FROM account_notices").fetchall() == []
        functions.execute("SELECT set_config('app.account', %s, true)", (str(account_no),))
        assert functions.execute("SELECT account_no FROM account_notices").fetchall() == [(account_no,)]
    for statement in (
        "SELECT FROM breaches",
        "DELETE FROM account_notices",
        "INSERT INTO policy_announcements (version, effective_at, text_hash) VALUES ('x', now(), '')",
        "UPDATE policy_announcements SET told_at = now()",
    ):
        for url in (operator.database.api_url, operator.database.jobs_url):
            with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
