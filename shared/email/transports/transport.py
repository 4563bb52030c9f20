"""What every way out has in common, and the three manners in which it fails."""

from __future__ import annotations

from typing import Protocol

from shared.email.message import Mail

CONNECT_TIMEOUT_S = 10.0
SEND_TIMEOUT_S = 30.0


class DeliveryFault(Exception):
    """A mail was not taken, or nobody knows. `reason` is a code for the log: no address, no word of the server."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(DeliveryFault):
    """This mail will never be taken."""


class NotNow(DeliveryFault):
    """This mail was not taken; it may be later."""


class Unreachable(NotNow):
    """No mail is taken now: the server is away, or does not know us."""


class Transport(Protocol):
    """A way out. One mail at a time."""

    async def send(self, mail: Mail) -> None:
        """Hands a mail over; when it returns, the other side has taken it. Raises DeliveryFault."""

    async def close(self) -> None:
        """Ends whatever connection was kept between mails."""
