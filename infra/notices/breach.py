"""A breach of personal data: its record with the 72-hour clock, and who is told (privacy policy, section 13)."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import psycopg

from infra.local.console import say
from infra.notices import words
from infra.notices.config import NoticeSettings
from infra.notices.failure import NoticeFailure
from infra.notices.notice import Notice, preview
from infra.notices.people import Person, count_told, in_words, read_list, untold
from infra.notices.queue import BATCH, Pace, pace_of, queue_batch
from infra.notices.session import connect, take_turn
from shared.clock import now
from shared.legal.notice import BREACH_NOTICE

Affected = Literal["all", "nobody"]

_RECORD = """
INSERT INTO public.breaches (breach_id, happened, what, occurred, aware_at, notify_by)
VALUES (%(breach_id)s, %(happened)s, %(what)s, %(occurred)s, %(aware_at)s, %(notify_by)s)
ON CONFLICT (breach_id) DO NOTHING
"""
_RECORDED = "SELECT happened, what, occurred, aware_at FROM public.breaches WHERE breach_id = %(breach_id)s"
_COUNT = "UPDATE public.breaches SET notified = notified + %(count)s WHERE breach_id = %(breach_id)s"
_FINISH = "UPDATE public.breaches SET notified_at = coalesce(notified_at, now()) WHERE breach_id = %(breach_id)s"


@dataclass(frozen=True, slots=True)
class Breach:
    """What is known of a breach. The three texts go into the mails as they are."""

    breach_id: str
    aware_at: datetime
    happened: str = field(repr=False)
    what: str = field(repr=False)
    occurred: str = field(repr=False)

    @property
    def notify_by(self) -> datetime:
        """When the 72 hours end."""
        return self.aware_at + BREACH_NOTICE

    def notice(self, contact: str) -> Notice:
        """The mail to those affected."""
        params = {
            "breach_id": self.breach_id,
            "happened": self.happened,
            "what": self.what,
            "when": self.occurred,
            "contact": contact,
        }
        return Notice("breach_notice", self.breach_id, params)


def record_breach(settings: NoticeSettings, breach: Breach) -> None:
    """Starts the clock and tells nobody. Raises NoticeFailure, psycopg.Error."""
    with connect(settings.owner_url) as connection:
        _record(connection, breach)
    say(f"Breach {breach.breach_id} is recorded.")
    _say_clock(breach)


def tell_of_breach(
    settings: NoticeSettings, breach: Breach, affected: Affected | Path, *, per_minute: int, send: bool
) -> None:
    """Records the breach and queues a mail to whoever is affected and was not told yet; a path is a list of accounts.

    Without `send` it says what it would do. Raises NoticeFailure, psycopg.Error.
    """
    notice = breach.notice(settings.privacy_contact)
    mail = preview(notice, settings)
    with connect(settings.owner_url) as connection:
        if send:
            take_turn(connection)
            _record(connection, breach)
        else:
            _compare(connection, breach)
        people = _people(connection, notice, affected)
        pace = pace_of(connection, notice, per_minute)
        _refuse_lateness(breach, pace, len(people))
        told = count_told(connection, notice)
        if not send:
            say(f"{mail}\n")
            say(f"Would tell {words.people(len(people))}; {words.people(told)} told before.")
            _say_end(pace, len(people))
            _say_clock(breach)
            say("Nothing was written and nobody was told: add --send.")
            return
        queued = _queue(connection, breach, notice, people, pace)
    say(f"Mails to {words.people(queued)} are queued; {words.people(told)} told before.")
    _say_end(pace, queued)
    _say_clock(breach)


def _people(connection: psycopg.Connection, notice: Notice, affected: Affected | Path) -> list[Person]:
    # The address of an account that was never confirmed is personal data as well.
    if affected == "nobody":
        return []
    if affected == "all":
        return untold(connection, notice, account_nos=None, confirmed_only=False)
    assert isinstance(affected, Path)
    accounts = read_list(connection, affected)
    if accounts.unknown_lines:
        _warn(f"{affected}: {in_words(accounts.unknown_lines)} of no account, or of one that was deleted since.")
    if not accounts.account_nos:
        raise NoticeFailure(f"{affected} names no account that there is. If nobody is affected, say --nobody.")
    return untold(connection, notice, account_nos=accounts.account_nos, confirmed_only=False)


def _queue(connection: psycopg.Connection, breach: Breach, notice: Notice, people: list[Person], pace: Pace) -> int:
    queued = 0
    for start in range(0, len(people), BATCH):
        with connection.transaction():
            count = queue_batch(connection, notice, people[start : start + BATCH], pace, start)
            connection.execute(_COUNT, {"breach_id": breach.breach_id, "count": count})
        queued += count
    connection.execute(_FINISH, {"breach_id": breach.breach_id})
    return queued


def _record(connection: psycopg.Connection, breach: Breach) -> None:
    params = {
        "breach_id": breach.breach_id,
        "happened": breach.happened,
        "what": breach.what,
        "occurred": breach.occurred,
        "aware_at": breach.aware_at,
        "notify_by": breach.notify_by,
    }
    connection.execute(_RECORD, params)
    _compare(connection, breach)


def _compare(connection: psycopg.Connection, breach: Breach) -> None:
    """The clock of a breach never moves, and nobody is told otherwise than those before."""
    row = connection.execute(_RECORDED, {"breach_id": breach.breach_id}).fetchone()
    given = (breach.happened, breach.what, breach.occurred, breach.aware_at)
    if row is None or row == given:
        return
    options = ("--happened", "--what", "--when", "--aware-at")
    differing = [option for option, was, is_now in zip(options, row, given, strict=True) if was != is_now]
    raise NoticeFailure(
        f"Breach {breach.breach_id} was recorded with another {', '.join(differing)}. "
        "Repeat it as it was, or tell of what is new under another id."
    )


def _refuse_lateness(breach: Breach, pace: Pace, count: int) -> None:
    """Mails whose turn comes after the 72 hours are too late, unless everything is by now."""
    last = pace.last_of(count)
    if count and last > breach.notify_by > pace.start:
        minutes = (breach.notify_by - pace.start).total_seconds() / 60
        raise NoticeFailure(
            f"The last mail would have its turn at {words.at(last)}, after the 72 hours end at "
            f"{words.at(breach.notify_by)}: say --per-minute {int(count / minutes) + 1} or more."
        )


def _say_end(pace: Pace, count: int) -> None:
    if count:
        say(f"The last of them has its turn at {words.at(pace.last_of(count))}.")


def _say_clock(breach: Breach) -> None:
    left = breach.notify_by - now()
    if left.total_seconds() > 0:
        say(f"The 72 hours end at {words.at(breach.notify_by)}, in {words.span(left)}.")
    else:
        _warn(
            f"THE 72 HOURS ENDED at {words.at(breach.notify_by)}, {words.span(-left)} ago. Tell whoever is affected "
            "and the supervisory authority at once, and say why it is late."
        )


def _warn(line: str) -> None:
    sys.stderr.write(f"WARNING: {line}\n")
