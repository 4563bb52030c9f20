"""Limits on what strangers may try: signing in, signing up, having mail sent. They slide, and live in the database.

A bucket is a keyed hash of what is limited, so that the table names nobody. An attempt to sign in counts before the
password is looked at, and is given back where it was right: only failures are limited, and a thousand at once are no
more than the limit. But a password costs a hash whether it is right or not, so of all there is a wide limit too.

Nobody can lock an account for its owner. Failures from an address that the account was signed in from before are
counted for that address alone; all other addresses share a limit, and whoever resets the password by mail comes in
whatever others try.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import RateLimited
from shared.secret_keys import SecretKey

_SQL = statements("attempts")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `attempts` in any time of `window`."""

    attempts: int
    window: timedelta


SIGN_IN_FROM_ADDRESS = Limit(100, timedelta(minutes=15))
SIGN_IN_FROM_KNOWN_ADDRESS = Limit(10, timedelta(minutes=15))
SIGN_IN_FROM_UNKNOWN_ADDRESSES = Limit(20, timedelta(minutes=15))
# Right passwords too: each costs a hash. An office of 300 may sign in within a quarter of an hour.
PASSWORDS_FROM_ADDRESS = Limit(300, timedelta(minutes=15))
# Calls that anybody may make and that cost a hash or a mail.
OPEN_CALL_FROM_ADDRESS = Limit(300, timedelta(hours=1))
MAIL_TO_ADDRESS = Limit(5, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is limited, and how; `is_of_failures` where what was right is given back."""

    key: bytes = field(repr=False)
    limit: Limit
    is_of_failures: bool = True


class Buckets:
    """Makes the buckets of a request; `pepper` keys their hashes, `factor` multiplies every limit."""

    def __init__(self, pepper: SecretKey, ip_address: str | None, *, factor: int = 1) -> None:
        self._pepper = pepper
        self._factor = factor
        self._network = network_of(ip_address)

    def sign_in(self, email_key: str, *, knows_address: bool) -> list[Bucket]:
        """Of an attempt to sign in."""
        who = (
            self._bucket("sign-in", email_key, self._network, limit=SIGN_IN_FROM_KNOWN_ADDRESS)
            if knows_address
            else self._bucket("sign-in", email_key, limit=SIGN_IN_FROM_UNKNOWN_ADDRESSES)
        )
        return [
            who,
            self._bucket("sign-in from", self._network, limit=SIGN_IN_FROM_ADDRESS),
            replace(self._bucket("passwords from", self._network, limit=PASSWORDS_FROM_ADDRESS), is_of_failures=False),
        ]

    def open_call(self) -> list[Bucket]:
        """Of a call that anybody may make."""
        return [self._bucket("call from", self._network, limit=OPEN_CALL_FROM_ADDRESS)]

    def mail(self, purpose: str, email_key: str) -> list[Bucket]:
        """Of a call that has a mail sent; the same whether or not there is an account.

        Each purpose has its own: where the mails to choose another password are used up, that many have been sent.
        """
        return [self._bucket("mail to", purpose, email_key, limit=MAIL_TO_ADDRESS), *self.open_call()]

    def of_account(self, email_key: str) -> list[bytes]:
        """The keys of what is kept about signing in to an account, to be erased with it.

        How many mails an address got is not: who deletes and signs up again would have no limit.
        """
        return [
            self._bucket("sign-in", email_key, limit=SIGN_IN_FROM_UNKNOWN_ADDRESSES).key,
            self._bucket("sign-in", email_key, self._network, limit=SIGN_IN_FROM_KNOWN_ADDRESS).key,
        ]

    def _bucket(self, *parts: str, limit: Limit) -> Bucket:
        named = "".join(f"{len(part)} {part} " for part in parts)
        bucket = hmac.digest(self._pepper.secret, named.encode(), hashlib.sha256)
        return Bucket(bucket, Limit(limit.attempts * self._factor, limit.window))


async def take(database: Database, buckets: Sequence[Bucket]) -> None:
    """Counts an attempt in each bucket. Raises RateLimited where one has no more; then none is counted."""
    params = {
        "buckets": [bucket.key for bucket in buckets],
        "limits": [bucket.limit.attempts for bucket in buckets],
        "windows": [bucket.limit.window for bucket in buckets],
    }
    [(wait_s,)] = await database.execute(Statement(_SQL["take_attempts"], params))
    if wait_s is not None:
        raise RateLimited(
            f"There were too many attempts: the next one is possible in {wait_s} seconds.", retry_after_s=wait_s
        )


def given_back(buckets: Sequence[Bucket]) -> Statement:
    """The statement that takes an attempt back, because it was right, where only failures are counted."""
    return Statement(
        _SQL["give_back_attempts"], {"buckets": [bucket.key for bucket in buckets if bucket.is_of_failures]}
    )


def network_of(ip_address: str | None) -> str:
    """What counts as one address: of IPv6, where one customer has 2**64 of them, the first half."""
    address = parsed_address(ip_address)
    if address is None:
        return ""
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def parsed_address(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address; an IPv4 one as such, also where a socket of IPv6 tells it. None for what is none."""
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
