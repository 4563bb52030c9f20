"""Metering: what a piece of work cost, as an event in the transaction of that work."""

from __future__ import annotations

from dataclasses import dataclass

from shared.db.connection import Statement
from shared.db.sql_files import statements
from shared.limits import Ticket

_SQL = statements("usage")


@dataclass(frozen=True, slots=True)
class Work:
    """Units of work: requests answered, searches run, vectors written, texts embedded and their tokens."""

    requests: int = 0
    searches: int = 0
    vectors: int = 0
    embeddings: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Meter:
    """For whom, by what and since when work is done: everything of an event but the work itself."""

    account_no: int
    env: str
    plan: str
    endpoint: str
    key_no: int | None = None
    request_id: str | None = None
    ip_address: str | None = None
    # The ticket of the admission: work takes the place of what it reserved.
    ticket: Ticket | None = None

    def params(self, *, latency_ms: float, requests: int, status: int = 200) -> dict[str, object]:
        """What a statement that meters its own work needs besides its counts."""
        return {
            "account_no": self.account_no,
            "request_id": self.request_id,
            "key_no": self.key_no,
            "endpoint": self.endpoint,
            "env": self.env,
            "plan": self.plan,
            "status": status,
            "latency_ms": latency_ms,
            "ip_address": self.ip_address,
            "requests": requests,
            "ticket_no": self.ticket.number if self.ticket else None,
        }

    def event(self, work: Work, *, latency_ms: float) -> Statement:
        """The statement that records the last of a request's work; run it in the transaction that does the work."""
        if self.ticket is not None:
            self.ticket.ends_with_event = True
        counts = {
            "searches": work.searches,
            "vectors": work.vectors,
            "embeddings": work.embeddings,
            "tokens": work.tokens,
        }
        params = self.params(latency_ms=latency_ms, requests=work.requests)
        return Statement(_SQL["record_usage"], params | counts)
