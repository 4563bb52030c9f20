"""E-mail addresses: what may be written to, and when two of them are one.

Accepted is what RFC 5321, 6531 and 5891 call an address, by the syntax alone: nothing is looked up. Refused, though
valid, is what no mailbox of today needs and what programs along the way read in different manners: quoted local parts,
address literals, comments, and local parts that look like RFC 2047's encoded words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from unicodedata import normalize

import email_validator

# RFC 5321 has room for 254 characters; whatever is longer is not looked at.
MAX_LENGTH = 254

# Names within a house (`.local`, `.test`) may be somebody's mail domains; the other special ones lead nowhere, or to
# the relay itself. The library means this list to be changed by whoever uses it.
email_validator.SPECIAL_USE_DOMAIN_NAMES[:] = ["arpa", "invalid", "localhost", "onion"]

_NAMED = re.compile(r"(?P<name>[^<>@\"]*?)\s*<(?P<address>[^<>]+)>")


@dataclass(frozen=True, slots=True)
class Address:
    """An address. All of it stays out of the repr: it names a person."""

    # Normalized, as it is kept and shown: Unicode, the domain in lower case.
    email: str = field(repr=False)
    # The form in which two addresses are the same: NFC and case folded; the domain as the DNS has it.
    key: str = field(repr=False)
    local: str = field(repr=False)
    ascii_domain: str = field(repr=False)

    @property
    def envelope(self) -> str:
        """The form in which a mail server is told it: the domain as the DNS has it."""
        return f"{self.local}@{self.ascii_domain}"

    @property
    def is_international(self) -> bool:
        """Whether only servers that know SMTPUTF8 (RFC 6531) can take mail for it."""
        return not self.local.isascii()


def checked_address(raw: str) -> Address:
    """The address that somebody wrote, outer spaces aside.

    Raises ValueError with a sentence's end that quotes nothing.
    """
    text = raw.strip(" ")
    if len(text) > MAX_LENGTH:
        raise ValueError(f"is longer than {MAX_LENGTH} characters")
    try:
        found = email_validator.validate_email(text, check_deliverability=False, strict=True)
    except email_validator.EmailNotValidError:
        raise ValueError("is not a valid e-mail address") from None
    if "=?" in found.local_part:
        raise ValueError("is not a valid e-mail address")
    return Address(
        email=found.normalized,
        key=f"{_folded(found.local_part)}@{found.ascii_domain.lower()}",
        local=found.local_part,
        ascii_domain=found.ascii_domain,
    )


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom mail is from: a name, which may be "", and an address."""

    name: str
    address: Address


def checked_sender(raw: str) -> Sender:
    """A sender written as `name <address>` or as the address alone. Raises ValueError with a sentence's end."""
    named = _NAMED.fullmatch(raw.strip())
    name, text = (named["name"].strip(), named["address"]) if named else ("", raw)
    if not name.isprintable():
        raise ValueError("names a sender with characters that cannot be printed")
    return Sender(name, checked_address(text))


def _folded(local: str) -> str:
    return normalize("NFC", normalize("NFC", local).casefold())
