"""A new version of the privacy policy: its announcement, and the mail to everybody (privacy policy, section 14)."""

from __future__ import annotations

from datetime import datetime

import psycopg

from infra.local.console import say
from infra.notices import words
from infra.notices.config import NoticeSettings
from infra.notices.failure import NoticeFailure
from infra.notices.notice import Notice, preview
from infra.notices.people import Person, count_told, untold
from infra.notices.queue import BATCH, Pace, pace_of, queue_batch
from infra.notices.session import connect, take_turn
from shared.clock import now, rfc3339
from shared.legal.notice import POLICY_NOTICE, is_in_time
from shared.legal.texts import PolicyText, policy_texts

_RECORD = """
INSERT INTO public.policy_announcements (version, effective_at, text_hash)
VALUES (%(version)s, %(effective_at)s, %(text_hash)s)
ON CONFLICT (version) DO NOTHING
"""
_RECORDED = "SELECT text_hash, told_at FROM public.policy_announcements WHERE version = %(version)s"
_FINISH = "UPDATE public.policy_announcements SET told_at = %(told_at)s WHERE version = %(version)s AND told_at IS NULL"


def announce_policy(settings: NoticeSettings, version: str, *, per_minute: int, send: bool) -> None:
    """Announces a version and queues a mail to everybody with a confirmed address who was not told yet.

    The text holds from its date only if the last of those mails has its turn 30 days before. Once that is so, later
    runs tell who confirmed an address since. Without `send` it says what it would do.

    Raises NoticeFailure, psycopg.Error.
    """
    text = _text_of(version)
    notice = _notice(text, settings)
    mail = preview(notice, settings)
    with connect(settings.owner_url) as connection:
        if send:
            take_turn(connection)
        is_complete = _is_complete(connection, text)
        people = untold(connection, notice, account_nos=None, confirmed_only=True)
        pace = pace_of(connection, notice, per_minute)
        # Of mails that wait already, the last has its turn right before this pace begins.
        if not is_complete and not is_in_time(text.effective_at, last := pace.last_of(len(people))):
            raise NoticeFailure(
                f"Version {version} would hold less than {POLICY_NOTICE.days} days after the last person is told, at "
                f"{words.at(last)}: choose a later date."
            )
        told = count_told(connection, notice)
        if not send:
            say(f"{mail}\n")
            say(f"Would tell {words.people(len(people))}; {words.people(told)} told before.")
            _say_end(pace, len(people))
            say("Nothing was written and nobody was told: add --send.")
            return
        _record(connection, text)
        queued = _queue(connection, notice, people, pace)
        connection.execute(_FINISH, {"version": version, "told_at": pace.last_of(len(people))})
    say(f"Version {version} holds from {words.at(text.effective_at)}.")
    say(f"Mails to {words.people(queued)} are queued; {words.people(told)} told before.")
    _say_end(pace, queued)


def _text_of(version: str) -> PolicyText:
    try:
        texts = policy_texts()
    except ValueError as error:
        raise NoticeFailure(str(error)) from None
    text = next((each for each in texts if each.version == version), None)
    if text is None:
        raise NoticeFailure(f"There is no text shared/legal/privacy/{version}.txt.")
    if text == texts[0]:
        raise NoticeFailure(f"Version {version} is the first one, which needs no announcement.")
    if text.effective_at <= now():
        raise NoticeFailure(f"The date of version {version} has come: nobody can be told ahead any more.")
    return text


def _notice(text: PolicyText, settings: NoticeSettings) -> Notice:
    params = {
        "version": text.version,
        "effective_at": rfc3339(text.effective_at),
        "url": f"{settings.public_url}/v1/legal/privacy?version={text.version}",
    }
    return Notice("policy_change", text.version, params)


def _is_complete(connection: psycopg.Connection, text: PolicyText) -> bool:
    row: tuple[bytes, datetime | None] | None = connection.execute(_RECORDED, {"version": text.version}).fetchone()
    if row is None:
        return False
    text_hash, told_at = row
    if text_hash != text.text_hash:
        raise NoticeFailure(
            f"Another text was announced as version {text.version}: put that one back, and give this one another date."
        )
    return told_at is not None


def _record(connection: psycopg.Connection, text: PolicyText) -> None:
    params = {"version": text.version, "effective_at": text.effective_at, "text_hash": text.text_hash}
    connection.execute(_RECORD, params)


def _queue(connection: psycopg.Connection, notice: Notice, people: list[Person], pace: Pace) -> int:
    return sum(
        queue_batch(connection, notice, people[start : start + BATCH], pace, start)
        for start in range(0, len(people), BATCH)
    )


def _say_end(pace: Pace, count: int) -> None:
    if count:
        say(f"The last of them has its turn at {words.at(pace.last_of(count))}.")
