"""From a rendered mail to the bytes that leave.

No address and no parameter can add a header: line ends and NUL are refused wherever a header is written, before and
again by the standard library. The Message-ID is worked out from the row, so that a mail that was sent twice is known
to be one.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from shared.email.addresses import Address, Sender
from shared.email.rendering import Rendered

# A line of a mail has at most 998 bytes. Up to there it is left as it is: a command can be copied out of the file.
_LONGEST_LINE = 990
_FORBIDDEN = frozenset("\r\n\0")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as a transport takes it. Whom it goes to and what it says stay out of the repr."""

    email_no: int
    kind: str
    sender: Address = field(repr=False)
    recipient: Address = field(repr=False)
    data: bytes = field(repr=False)

    @property
    def is_international(self) -> bool:
        """Whether its headers hold UTF-8, which only servers that know SMTPUTF8 take."""
        return self.sender.is_international or self.recipient.is_international


def build(
    rendered: Rendered,
    *,
    email_no: int,
    kind: str,
    created_at: datetime,
    sender: Sender,
    recipient: Address,
    now: datetime,
) -> Mail:
    """The mail of a row, plain text and HTML. Raises ValueError, quoting nothing, where a header would break."""
    is_international = sender.address.is_international or recipient.is_international
    message = EmailMessage(SMTPUTF8 if is_international else SMTP)
    message["From"] = _header_address(sender.name, sender.address)
    message["To"] = _header_address("", recipient)
    message["Subject"] = _checked(rendered.subject)
    message["Date"] = now
    message["Message-ID"] = message_id(email_no, created_at, sender.address.ascii_domain)
    # RFC 3834: no automatic answer to it.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text, cte=_encoding(rendered.text))
    message.add_alternative(rendered.html, subtype="html", cte=_encoding(rendered.html))
    return Mail(email_no, kind, sender.address, recipient, message.as_bytes())


def message_id(email_no: int, created_at: datetime, domain: str) -> str:
    """The Message-ID of a row: the same at every try, another for every row; it tells no numbers."""
    digest = hashlib.sha256(f"{email_no} {created_at.timestamp():.6f}".encode()).digest()
    return f"<{b32encode(digest[:20]).decode().lower()}@{domain}>"


def _header_address(name: str, address: Address) -> HeaderAddress:
    return HeaderAddress(_checked(name), _checked(address.local), _checked(address.ascii_domain))


def _checked(value: str) -> str:
    if _FORBIDDEN & set(value):
        raise ValueError("holds a line end or NUL")
    return value


def _encoding(text: str) -> str:
    is_plain = text.isascii() and all(len(line) <= _LONGEST_LINE for line in text.splitlines())
    return "7bit" if is_plain else "quoted-printable"
