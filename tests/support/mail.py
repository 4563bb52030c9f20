"""Mail of the API under test: what the job sends, kept in memory."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass

from shared.db.connection import Database
from shared.deadline import Deadline
from shared.email.addresses import checked_sender
from shared.email.message import Mail
from shared.email.sending import Letterhead, send_due
from tests.support.api import PUBLIC_URL
from tests.support.database import TestDatabase

LETTERHEAD = Letterhead(checked_sender("FluxVector <service@fluxvector.test>"), PUBLIC_URL, "privacy@fluxvector.test")
_TOKEN = re.compile(r"fvl_[0-9A-Za-z]{43}")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that arrived: its kind, whom it went to, and its plain text."""

    kind: str
    to: str
    text: str

    @property
    def token(self) -> str:
        """The token of its link."""
        found = _TOKEN.search(self.text)
        assert found is not None, f"the mail {self.kind} holds no token"
        return found[0]


class MailBox:
    """A way for mail to leave that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, mail: Mail) -> None:
        message = email.message_from_bytes(mail.data, policy=email.policy.default)
        part = message.get_body(("plain",))
        assert part is not None
        self.letters.append(Letter(mail.kind, str(message["To"]), part.get_content()))

    async def close(self) -> None:
        """Keeps nothing open."""


async def arrived(database: TestDatabase) -> list[Letter]:
    """Sends all that is due as the job does, and answers it in the order of its causes."""
    box = MailBox()
    jobs = Database(database.jobs_url)
    try:
        while await send_due(jobs, box, LETTERHEAD, Deadline(30)):
            pass
    finally:
        await jobs.close()
    return box.letters


async def token_of(database: TestDatabase, kind: str) -> str:
    """The token out of the latest mail of a kind."""
    return [letter for letter in await arrived(database) if letter.kind == kind][-1].token
