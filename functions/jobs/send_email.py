"""Every minute, and for most of it: send the mail that is due. Somebody who waits for a link waits seconds."""

from __future__ import annotations

from asyncio import sleep

from shared.config import ConfigurationError, Settings, settings
from shared.deadline import Deadline
from shared.email.addresses import checked_sender
from shared.email.sending import Letterhead, send_due
from shared.email.transports.transport import Transport
from shared.email.transports.urls import transport_of
from shared.web.context import database
from shared.web.job import job_handler

POLL_S = 2.0
# A run ends right before the next one starts; in Lambda these seconds are what mail costs (decision 0020).
RUN_S = 58.0


async def run() -> int:
    """Answers how many mails were taken."""
    config = settings()
    transport, letterhead = _read(config)
    deadline = Deadline(RUN_S)
    sent = 0
    try:
        while deadline.remaining_s > 0:
            taken = await send_due(database(), transport, letterhead, deadline)
            sent += taken
            if not taken:
                await sleep(min(POLL_S, deadline.remaining_s))
    finally:
        await transport.close()
    return sent


def _read(config: Settings) -> tuple[Transport, Letterhead]:
    """The way out and what all mails say. Raises ConfigurationError."""
    try:
        transport = transport_of(config.email_url)
    except ValueError as error:
        raise ConfigurationError(f"FLUXVECTOR_EMAIL_URL {error}.") from None
    try:
        sender = checked_sender(config.email_from)
    except ValueError as error:
        raise ConfigurationError(f"FLUXVECTOR_EMAIL_FROM {error}.") from None
    return transport, Letterhead(sender, config.public_url, config.privacy_contact)


handler = job_handler("send_email", run)
