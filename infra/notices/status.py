"""How breaches and announced policies stand, and whether an operator has to act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from infra.local.console import say
from infra.notices import words
from infra.notices.config import NoticeSettings
from infra.notices.session import connect
from shared.clock import now
from shared.legal.notice import BREACH_URGENT
from shared.legal.texts import policy_texts

_BREACHES = """
SELECT b.breach_id, b.aware_at, b.notify_by, b.notified_at, b.notified, coalesce(w.waiting, 0)
FROM public.breaches b
LEFT JOIN (
    SELECT o.params ->> 'breach_id' AS breach_id, count(*) AS waiting
    FROM public.outbox_emails o WHERE o.kind = 'breach_notice' GROUP BY 1
) w ON w.breach_id = b.breach_id
ORDER BY b.aware_at, b.breach_id
"""

_POLICIES = """
SELECT p.version, p.effective_at, p.text_hash, p.told_at, coalesce(w.waiting, 0)
FROM public.policy_announcements p
LEFT JOIN (
    SELECT o.params ->> 'version' AS version, count(*) AS waiting
    FROM public.outbox_emails o WHERE o.kind = 'policy_change' GROUP BY 1
) w ON w.version = p.version
ORDER BY p.version
"""


@dataclass(frozen=True, slots=True)
class BreachState:
    """A recorded breach. It is open until its mails were queued and have left (or were given up)."""

    breach_id: str
    aware_at: datetime
    notify_by: datetime
    notified_at: datetime | None
    notified: int
    waiting: int

    @property
    def is_open(self) -> bool:
        return self.notified_at is None or self.waiting > 0

    def is_urgent(self, moment: datetime) -> bool:
        """Whether it is open and its 72 hours are over, or over soon."""
        return self.is_open and self.notify_by - moment <= BREACH_URGENT

    def line(self, moment: datetime) -> str:
        """One line for the operator."""
        left = self.notify_by - moment
        clock = f"{words.span(left)} left" if left > timedelta(0) else f"OVERDUE by {words.span(-left)}"
        told = "nobody was told yet" if self.notified_at is None else f"{words.people(self.notified)} told"
        state = f"OPEN, {clock}" if self.is_open else "closed"
        waiting = f", {self.waiting:,} mails wait" if self.waiting else ""
        return (
            f"breach {self.breach_id}: {state}; aware since {words.at(self.aware_at)}, "
            f"72 hours end {words.at(self.notify_by)}; {told}{waiting}"
        )


@dataclass(frozen=True, slots=True)
class PolicyState:
    """An announced version of the policy; `is_same_text` where the text that is here is the one that was announced."""

    version: str
    effective_at: datetime
    told_at: datetime | None
    waiting: int
    is_same_text: bool

    @property
    def fault(self) -> str | None:
        """Why it does not, or will not, hold from its date."""
        if not self.is_same_text:
            return "its text is not here as it was announced"
        return "not everybody was told: run the announcement again" if self.told_at is None else None

    def line(self, moment: datetime) -> str:
        """One line for the operator."""
        verb = "holds" if self.effective_at <= moment else "will hold"
        state = f"WILL NOT HOLD, {self.fault}" if self.fault else f"{verb} from {words.at(self.effective_at)}"
        return f"policy {self.version}: {state}{f', {self.waiting:,} mails wait' if self.waiting else ''}"


def say_status(settings: NoticeSettings) -> bool:
    """Lists everything; answers whether nothing is urgent or wrong. Raises psycopg.Error, ValueError (a bad text)."""
    moment = now()
    with connect(settings.owner_url) as connection:
        breaches = _breaches(connection)
        policies = _policies(connection)
    for line in [*(each.line(moment) for each in breaches), *(each.line(moment) for each in policies)]:
        say(line)
    if not breaches and not policies:
        say("No breach is recorded and no policy was announced.")
    return not any(each.is_urgent(moment) for each in breaches) and not any(each.fault for each in policies)


def _breaches(connection: psycopg.Connection) -> list[BreachState]:
    return [BreachState(*row) for row in connection.execute(_BREACHES).fetchall()]


def _policies(connection: psycopg.Connection) -> list[PolicyState]:
    hashes = {text.version: text.text_hash for text in policy_texts()}
    return [
        PolicyState(version, effective_at, told_at, waiting, hashes.get(version) == text_hash)
        for version, effective_at, text_hash, told_at, waiting in connection.execute(_POLICIES).fetchall()
    ]
