"""What a request asks for, and where that leaves the rates of who asks.

Rates are GCRA (the generic cell rate algorithm) in the database: a bucket is a time, when it will be full again. A
request costs units of work: one, and more for a batch. What is refused costs nothing, so whoever waits as long as he is
told gets in.

`RateLimit` and `RateLimit-Policy` are of draft-ietf-httpapi-ratelimit-headers-10.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from shared.errors import (
    FluxVectorError,
    PaymentOverdue,
    QuotaExceeded,
    RateLimited,
    SpendingCapReached,
)

Kind = Literal["read", "write", "control"]
# How many records of a batch cost as much as one request, besides the request itself.
RECORDS_A_UNIT = 100
# The same of records that are only looked up.
LOOKUPS_A_UNIT = 500
# What a text is cut to before it is embedded, the model's own marks included.
MAX_TOKENS = 512
# The prefix of a query or a passage, and the marks around a text.
MARKS = 8
# The most tokens of a byte, of all characters.
TOKENS_A_BYTE = 2
# The end of a body in which its last line is looked for.
_TAIL_BYTES = 4_096
# Calls a second that an address may make for long without a credential that is right.
STRANGER_TRIES_PER_S = 20.0
# Times of the database that differ by less are the same.
ROUNDING_S = 0.000001


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request asks for: its kind, its cost in units of the rate, and the most that it may use of each unit."""

    kind: Kind
    cost: float = 1
    searches: int = 0
    vectors: int = 0
    tokens: int = 0


# How a call is refused that uses units; and one of the kind write besides.
REFUSALS_OF_UNITS = (QuotaExceeded, SpendingCapReached)
REFUSALS_OF_WRITES = (*REFUSALS_OF_UNITS, PaymentOverdue)

_UNITS = {"searches": "searches", "vectors": "vectors to write", "tokens": "embedding tokens"}
READ = Ask("read")
WRITE = Ask("write")
CONTROL = Ask("control")


def tokens_at_most(text: str | None) -> int:
    """A bound on a text's tokens: a byte of it is two at most, and the model reads 512.

    Mostly a token is several bytes; but U+331A, a word in one sign of three bytes, is written out and becomes five.
    """
    return 0 if not text else min(MAX_TOKENS, TOKENS_A_BYTE * len(text.encode("utf-8", "replace")) + MARKS)


def search(text: str | None) -> Ask:
    """What a search asks for; `text` is what it has embedded, None where that is nothing."""
    return Ask("read", searches=1, tokens=tokens_at_most(text))


def lookup(records: int) -> Ask:
    """What a look-up of so many records asks for."""
    return Ask("read", 1 + records // LOOKUPS_A_UNIT)


def lines(body: bytes, *, most: int) -> Ask:
    """What a body of lines asks for, `most` of them vectors to write: reckoned without reading them, so never too low.

    A line has a text where it has a field of that name which is not null; where names may be written in escapes, any.
    """
    count = body.count(b"\n") + (not body.endswith(b"\n"))
    if body[-_TAIL_BYTES:].rstrip().rpartition(b"\n")[2].startswith(b'{"next_cursor"'):
        count -= 1
    most = min(count, most)
    texts = most if b"\\u" in body else min(most, body.count(b'"text"') - body.count(b'"text":null'))
    tokens = min(texts * MAX_TOKENS, TOKENS_A_BYTE * len(body) + texts * MARKS)
    return Ask("write", 1 + most // RECORDS_A_UNIT, vectors=most, tokens=tokens if texts else 0)


def batch(kind: Kind, texts: Sequence[str | None], *, vectors: int = 0) -> Ask:
    """What a batch asks for: `texts` to embed, `vectors` to write."""
    records = max(len(texts), vectors)
    return Ask(kind, 1 + records // RECORDS_A_UNIT, vectors=vectors, tokens=sum(map(tokens_at_most, texts)))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a bucket stands after a request: its size, what is left of it, and when it is full again, in seconds."""

    name: str
    size: float
    full_after_s: float
    remaining: float
    reset_s: float

    @property
    def policy(self) -> str:
        return f'"{self.name}";q={math.floor(self.size)};w={max(1, math.ceil(self.full_after_s))}'

    @property
    def state(self) -> str:
        return f'"{self.name}";r={max(0, math.floor(self.remaining))};t={math.ceil(self.reset_s - ROUNDING_S)}'


@dataclass(slots=True)
class Ticket:
    """What holds a request's reserved units until it ends."""

    number: int
    # Whether a write has to look at the limit of stored vectors.
    is_near_limit: bool = False
    # Whether the event that ends it was part of a transaction of the request; if the request fails, nobody knows.
    ends_with_event: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """What admission said to an Ask; `ticket` is None where nothing is to be ended."""

    standings: tuple[Standing, ...] = ()
    ticket: Ticket | None = None
    refusal: str | None = None
    wait_s: float = 0.0
    # Of a quota: of which unit.
    unit: str = ""

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The fields RateLimit-Policy and RateLimit; none where no rate applies."""
        if not self.standings:
            return []
        policies = ", ".join(standing.policy for standing in self.standings)
        states = ", ".join(standing.state for standing in self.standings)
        return [(b"ratelimit-policy", policies.encode()), (b"ratelimit", states.encode())]

    @property
    def fault(self) -> FluxVectorError | None:
        """The refusal as an error."""
        return None if self.refusal is None else refused(self.refusal, self.wait_s, self.unit)


def refused(refusal: str, wait_s: float, unit: str = "") -> FluxVectorError:
    """The error of a refusal by its name in the database, which tells the unit of a quota."""
    seconds = max(1, math.ceil(wait_s - ROUNDING_S))
    until = f"It starts again on {month_end():%Y-%m-%dT%H:%M:%SZ}"
    if refusal == "quota":
        what = _UNITS.get(unit, "units")
        return QuotaExceeded(
            f"The {what} that the plan includes for this month are used up, or fewer are left than this call may need."
            f" {until}; a paid plan has no such end."
        )
    if refusal == "spending_cap":
        return SpendingCapReached(f"The month has cost what you allowed it to cost. {until}, or raise the cap.")
    if refusal == "payment_overdue":
        return PaymentOverdue("A payment is overdue, so nothing can be written until it is paid. Searches still work.")
    if refusal == "in_flight":
        return RateLimited("Too many requests of this account are under way at once.", retry_after_s=seconds)
    what = {"tokens": "embedding tokens a minute", "address": "tries from this address"}.get(refusal, "requests")
    return RateLimited(f"Too many {what}: the next one is possible in {seconds} s.", retry_after_s=seconds)


def month_start(now: datetime | None = None) -> datetime:
    """The beginning of the calendar month (UTC), which is the period of every quota and every invoice."""
    now = datetime.now(UTC) if now is None else now
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def month_end(now: datetime | None = None) -> datetime:
    """The beginning of the next calendar month (UTC)."""
    start = month_start(now)
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
