"""Puts one mail for each person into the outbox, spread over time.

Mail leaves in the order in which it becomes due. A hundred thousand notices that were due at once would stand before
every password reset that is asked for meanwhile; so each has its own turn, so many a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg.types.json import Jsonb

from infra.notices.notice import Notice
from infra.notices.people import Person
from shared.clock import now

# A transaction keeps its accounts from being erased while it lasts: about 0.15 s.
BATCH = 5_000

# When the last mail of the notice that still waits has its turn.
_LAST_TURN = """
SELECT max(o.ready_at) FROM public.outbox_emails o
WHERE o.kind = %(kind)s AND o.params ->> %(key)s = %(about)s
"""

# The account is locked first, as whoever erases one does; one that was erased meanwhile is left out. The turn is also
# when the mail counts as written: it is tried for three days from then, and would be given up too early otherwise.
_QUEUE = """
WITH due AS (
    SELECT a.account_no, u.user_no
    FROM unnest(%(accounts)s::bigint[], %(users)s::bigint[]) p (account_no, user_no)
    JOIN public.accounts a ON a.account_no = p.account_no
    JOIN public.users u ON u.account_no = p.account_no AND u.user_no = p.user_no
    ORDER BY a.account_no, u.user_no
    FOR KEY SHARE OF a, u
), noted AS (
    INSERT INTO public.account_notices (account_no, user_no, kind, about)
    SELECT d.account_no, d.user_no, %(kind)s, %(about)s FROM due d
    ON CONFLICT DO NOTHING
    RETURNING account_no, user_no
), queued AS (
    INSERT INTO public.outbox_emails (account_no, user_no, kind, params, created_at, ready_at)
    SELECT t.account_no, t.user_no, %(kind)s, %(params)s, t.turn, t.turn
    FROM (
        SELECT n.account_no, n.user_no,
               %(start)s + (row_number() OVER (ORDER BY n.account_no, n.user_no) - 1) * %(pace)s::interval AS turn
        FROM noted n
    ) t
    RETURNING email_no
)
SELECT count(*) FROM queued
"""

# The parameter by which a mail says what it is about.
KEY_OF = {"policy_change": "version", "breach_notice": "breach_id"}


@dataclass(frozen=True, slots=True)
class Pace:
    """When mails have their turns: the first at `start`, then one each `step`."""

    start: datetime
    step: timedelta

    def turn(self, position: int) -> datetime:
        """The turn of a mail, counted from 0."""
        return self.start + position * self.step

    def last_of(self, count: int) -> datetime:
        """The turn of the last of so many mails."""
        return self.turn(max(0, count - 1))


def pace_of(connection: psycopg.Connection, notice: Notice, per_minute: int) -> Pace:
    """A pace that begins now, or behind the mails of the same notice that still wait."""
    params = {"kind": notice.kind, "key": KEY_OF[notice.kind], "about": notice.about}
    row = connection.execute(_LAST_TURN, params).fetchone()
    step = timedelta(minutes=1) / per_minute
    moment = now()
    waiting: datetime | None = row[0] if row else None
    return Pace(moment if waiting is None else max(moment, waiting + step), step)


def queue_batch(
    connection: psycopg.Connection, notice: Notice, people: Sequence[Person], pace: Pace, behind: int
) -> int:
    """Queues the mails of some people, `behind` others of the same pace; answers how many were not told before.

    One statement, so all of them or none. Raises psycopg.Error.
    """
    params = {
        "accounts": [person.account_no for person in people],
        "users": [person.user_no for person in people],
        "kind": notice.kind,
        "about": notice.about,
        "params": Jsonb(dict(notice.params)),
        "start": pace.turn(behind),
        "pace": pace.step,
    }
    row = connection.execute(_QUEUE, params).fetchone()
    return row[0] if row else 0
